"""The Codex wire protocol: login, requests, streams, and what a response means."""
