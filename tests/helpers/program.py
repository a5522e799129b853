"""The program in this process: what it printed, its exit code, and the sessions that it left."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.__main__ import main


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)

    def findings(self) -> set[str]:
        return {row["code"] for row in self.json()["findings"]}


class Program:
    """The program with a state folder of its own."""

    def __init__(self, state: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.state = state
        self.capture = capture

    def __call__(self, *argv: str) -> Done:
        self.capture.readouterr()
        try:
            code = main(["--state-dir", str(self.state), *argv])
        except SystemExit as end:
            code = int(end.code or 0)
        return Done(code, *self.capture.readouterr())

    def sessions(self) -> list[Path]:
        """The sessions' folders, the newest last."""
        return sorted((self.state / "sessions").glob("*"))

    def only(self) -> Path:
        """The one session."""
        (folder,) = self.sessions()
        return folder

    def events(self) -> list[dict[str, Any]]:
        """The journal of the newest session."""
        lines = (self.sessions()[-1] / "journal.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]
