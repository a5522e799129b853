"""What the world is asked for is on the disk before it is done."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from smoke_tui.cli.answers_file import Scripted
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.outcomes import Verdict
from smoke_tui.rehearsal import Rehearsal
from smoke_tui.runbook import parse
from smoke_tui.session.open import open_session
from smoke_tui.session.rehearsed import ScriptedIO, rehearsed, rehearsed_secret_options
from smoke_tui.session.request import SessionRequest
from smoke_tui.world.live.browser_clipboard import OperatorIO
from tests.helpers.plain_program import LOGIN
from tests.helpers.recorded_sessions import PATIENCE


def test_a_page_is_opened_after_its_request_was_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, opened = [0], list[tuple[int, bytes]]()
    real = os.fdatasync

    def sync(fd: int) -> None:
        real(fd)
        synced.append(os.fstat(fd).st_size)

    def written() -> bytes:
        (journal,) = tmp_path.glob(f"sessions/*/{JOURNAL}")
        return journal.read_bytes()

    class Browser(ScriptedIO):
        async def open_page(self, url: str) -> None:
            opened.append((synced[-1], written()))
            await super().open_page(url)

    monkeypatch.setattr(os, "fdatasync", sync)
    book = parse(LOGIN, "login.md").runbook
    assert book is not None
    with Rehearsal.start() as world:
        browser = Browser(world)
        session = open_session(
            SessionRequest(
                runbook=book,
                config=rehearsed(SessionConfig(), world),
                state_dir=tmp_path,
                operator_io=OperatorIO(browser, browser),
                answerer=Scripted(world),
                secret_options=rehearsed_secret_options(world),
            )
        )
        session.start()
        assert session.wait(PATIENCE) is Verdict.PASS
    assert opened
    for size, journal in opened:
        assert b"/oauth/authorize" in journal[:size].splitlines()[-1]
