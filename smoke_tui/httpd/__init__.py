"""A small, bounded HTTP/1.1 server for loopback; the only package that imports h11."""
