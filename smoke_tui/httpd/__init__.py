"""A small, bounded HTTP/1.1 server for loopback: login callback, client capture, rehearsal."""
