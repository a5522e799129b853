"""A project with cases whose recordings wait for a review."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from smoke_tui.world.cassettes.store import CassettePath, path_of
from tests.helpers.cassettes import interaction, text_of

FORMER = "Hello and welcome, it is very good to see you here today."
LATER = "Hello! Good to see you here today."
OLD_PROMPT, NEW_PROMPT = "Say hello.", "Say hello, shortly."


def git(folder: Path, *words: str) -> str:
    """The exit code of git and what it printed, line by line."""
    names = {
        f"GIT_{who}_{what}": "a@b.c"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | names,
    )
    return f"{done.returncode}\n{done.stdout}{done.stderr}"


def stream(text: str) -> bytes:
    """A whole answer of the Responses API, as a stream."""
    item = {"type": "message", "id": "m", "content": [{"type": "output_text", "text": text}]}
    event = {"type": "response.completed", "response": {"id": "r1", "output": [item]}}
    return f"event: response.completed\ndata: {json.dumps(event)}\n\n".encode()


def recording(answer: str, prompt: str = OLD_PROMPT) -> str:
    """A cassette with one call."""
    body = json.dumps({"model": "gpt-5.5", "input": [{"content": prompt}]}).encode()
    return text_of(interaction(body=body, answer=stream(answer)))


def waiting(folder: Path, *names: str) -> list[CassettePath]:
    """Cases in a repository: recordings are committed, prompts changed, new recordings wait."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder.parent if folder.name == "cassettes" else folder, "init", "-q")
    cases = [path_of(folder / f"{name}.yaml") for name in names]
    for files in cases:
        name = files.accepted.stem
        files.accepted.write_text(recording(FORMER))
        files.case_file.write_text(f'schema = "smoke-case/1"\nprompt_file = "{name}.md"\n')
        (folder / f"{name}.md").write_text(f"{OLD_PROMPT}\n")
    git(folder, "add", ".")
    assert git(folder, "commit", "-qm", "first").startswith("0")
    for files in cases:
        (folder / f"{files.accepted.stem}.md").write_text(f"{NEW_PROMPT}\n")
        files.pending.write_text(recording(LATER, NEW_PROMPT))
    return cases
