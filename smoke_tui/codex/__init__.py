"""The wire of OpenAI's Codex client: login, requests, answers, and which failure an answer is."""
