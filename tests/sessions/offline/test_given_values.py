"""A value that only the operator had: asked for again after a crash, for who takes it."""

from __future__ import annotations

import queue
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.stream import TextDelta
from smoke_tui.replay.run import replay
from smoke_tui.runbook import Runbook, parse
from smoke_tui.session.open import open_session
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.resume import ResumableSession, open_resumable
from smoke_tui.session.session import Session
from smoke_tui.world.live.browser_clipboard import FileClipboard, NoBrowser, OperatorIO
from tests.helpers.events import data_of
from tests.helpers.offline_program import LONGEST, book, cut, runs, state_of, step

PIN = "FAKEpin-000111"
GIVEN = step("pin", "prompt", 'ask = "The pin?"', 'input = "text"', 'set_env = "SMOKE_PIN"')
TAKEN = runs("takes", f'test "$SMOKE_PIN" = {PIN[:4]}"{PIN[4:]}"', 'needs = ["pin"]')


class Operator:
    """Agrees to everything."""

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        return (
            Answer({"begin": Verb.RUN, "commands": Verb.YES, Verb.FINISH: Verb.FINISH}[kind])
            if (kind in ("begin", "commands", "finish"))
            else None
        )

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Watches nobody."""


class Asked:
    """Hears of every question for a value."""

    def __init__(self) -> None:
        self.seqs: queue.Queue[int | None] = queue.Queue()

    def on_event(self, event: Event) -> None:
        if event.kind == "request" and data_of(event).get("kind") == "text":
            self.seqs.put(event.seq)
        if event.kind == "session.closed":
            self.seqs.put(None)

    def on_signal(self, signal: TextDelta) -> None:
        """No text is of interest."""


def walked(folder: Path, runbook: Runbook, unfinished: ResumableSession | None = None) -> Session:
    """A session in which the value is given whenever it is asked for."""
    heard = Asked()
    session = open_session(
        SessionRequest(
            runbook=runbook,
            config=SessionConfig(project=str(folder), runbook_known=True),
            state_dir=folder / "state",
            operator_io=OperatorIO(NoBrowser(), FileClipboard(folder)),
            answerer=Operator(),
            resumable=unfinished,
        )
    )
    session.start(heard)
    while (seq := heard.seqs.get(timeout=LONGEST)) is not None:
        while session.answer(seq, Answer("give"), secret=PIN) is not None:
            # The question is recorded before it can be answered.
            assert not session.done.wait(0.01)
    assert session.done.wait(LONGEST)
    return session


def test_a_value_that_was_given_is_asked_for_again(tmp_path: Path) -> None:
    parsed = parse(book(GIVEN, TAKEN), "given.md")
    assert parsed.runbook is not None, [str(found) for found in parsed.diagnostics]
    session = walked(tmp_path, parsed.runbook)
    assert session.verdict == "pass"
    assert PIN not in (session.folder / "journal.jsonl").read_text("utf-8")
    events = read_journal(session.folder).events
    cut(session.folder, next(e.seq for e in events if e.kind == "step.finished") + 1)
    again = walked(tmp_path, parsed.runbook, open_resumable(session.folder))
    assert again.verdict == "pass"
    known = state_of(session.folder).steps
    assert [len(known[name].tries) for name in ("pin", "takes")] == [2, 1]
    assert replay(session.folder).verdict == "pass"
    assert PIN not in (session.folder / "journal.jsonl").read_text("utf-8")
