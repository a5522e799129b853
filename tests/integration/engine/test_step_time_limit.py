"""A step's time limit is for machines: it stands still while a person is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.config.questions import Answer
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.load import load_state
from smoke_tui.outcomes import Verdict
from smoke_tui.replay.run import replay
from smoke_tui.session.open import open_session
from smoke_tui.session.request import SessionRequest
from smoke_tui.world.live.browser_clipboard import FileClipboard, NoBrowser, OperatorIO
from tests.helpers.engine_runs import book, manual
from tests.helpers.events import data_of


class Slow:
    """An operator who thinks longer than the step may take."""

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        if kind == "manual":
            await asyncio.sleep(0.5)
        return Answer({"begin": "run", "finish": "finish"}.get(kind, "pass"))

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Nothing follows."""


def run(block: str, folder: Path) -> tuple[Verdict | None, Path]:
    session = open_session(
        SessionRequest(
            runbook=book(block),
            config=SessionConfig(project=str(folder)),
            state_dir=folder,
            operator_io=OperatorIO(NoBrowser(), FileClipboard(folder)),
            answerer=Slow(),
        )
    )
    session.start()
    assert session.done.wait(30)
    assert session.fault is None
    return session.verdict, session.folder


def test_the_limit_waits_for_the_operator(tmp_path: Path) -> None:
    verdict, folder = run(manual("look", 'timeout = "200ms"'), tmp_path)
    assert verdict is Verdict.PASS
    _, _, state = load_state(folder)
    timers = [r for r in state.requests.values() if data_of(r)["port"] == "timer"]
    assert len(timers) == 2
    assert data_of(timers[1])["seconds"] <= data_of(timers[0])["seconds"]
    assert replay(folder).verdict is Verdict.PASS


@pytest.mark.parametrize("limit", ["100ms", "1s"])
def test_a_machine_is_not_waited_for(tmp_path: Path, limit: str) -> None:
    block = f'id = "slow"\nkind = "check"\nurl = "http://127.0.0.1:9/"\ntimeout = "{limit}"'
    verdict, _ = run(block, tmp_path)
    assert verdict is Verdict.BLOCKED
