"""The login's question: reveal, copy with honest words, a wrong paste with its reason."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import events

from smoke_tui.journal.file import read_journal
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.widgets.inputs import SecretInput
from smoke_tui.tui.widgets.log_view import LogView
from smoke_tui.tui.widgets.modals import Reveal, SecretLine
from smoke_tui.world.live.terminal_clipboard import TerminalClipboard
from tests.helpers.app_driver import answer, press, question, rehearsal_app, screen_text, until


def test_the_address_is_shown_copied_and_judged(tmp_path: Path) -> None:
    state = tmp_path / "state"
    found: list[str] = []

    async def main() -> None:
        app = rehearsal_app(state, "login-timeout")
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            await answer(pilot, "begin", "enter")
            await question(pilot, "callback")
            run = app.current
            assert run is not None
            url = run.reveal(max(run.state.questions), "url")
            secret = url.partition("state=")[2].partition("&")[0]
            found.append(secret)
            assert len(secret) > 20
            assert "sign-in page was opened" in screen_text(app)
            assert secret not in screen_text(app)
            await press(pilot, "u")
            assert isinstance(app.screen, Reveal)
            assert secret[:10] in screen_text(app)
            await press(pilot, "ctrl+p")
            assert isinstance(app.screen, Reveal)
            await press(pilot, "escape")
            await press(pilot, "y")
            assert app.clipboard == url
            await until(
                pilot,
                lambda: any(
                    "may or may not keep it" in str(toast.render())
                    for toast in app.screen.query("Toast")
                ),
            )
            await press(pilot, "p")
            assert isinstance(app.screen, SecretLine)
            app.screen.query_one(SecretInput).post_message(
                events.Paste("http://127.0.0.1:1455/auth/callback?code=x&state=wrong")
            )
            await pilot.pause()
            await press(pilot, "enter")
            assert "this is not the address of the login that waits" in screen_text(app)
            await press(pilot, "escape")
            await until(pilot, lambda: isinstance(app.screen, SessionScreen))
            await press(pilot, "x")
            await press(pilot, "enter")
            await question(pilot, "begin")
            assert run.state.steps["oauth-login"].code in ("login-cancelled", "login-timeout")
            await press(pilot, "ctrl+q")

    asyncio.run(main())
    (folder,) = (state / "sessions").iterdir()
    assert read_journal(folder).events[-1].kind == "session.closed"
    assert found[0] not in (folder / "journal.jsonl").read_text()


def test_keys_can_be_clicked(tmp_path: Path) -> None:
    async def main() -> None:
        app = rehearsal_app(tmp_path / "state")
        async with app.run_test(size=(120, 40)) as pilot:
            await question(pilot, "begin")
            run = app.current
            assert run is not None
            await pilot.click("#bar-keys", offset=(2, 0))
            await until(pilot, lambda: run.state.step("oauth-login").outcome == "pass")
            await question(pilot, "begin")
            await pilot.click("#step-list", offset=(6, 1))
            await until(
                pilot,
                lambda: (
                    app.screen.query_one(LogView)
                    and isinstance(app.screen, SessionScreen)
                    and app.screen.viewed == "oauth-login"
                ),
            )
            await press(pilot, "ctrl+q")

    asyncio.run(main())


def test_a_credential_is_sent_by_a_key_alone_and_its_file_goes(tmp_path: Path) -> None:
    clipboard = TerminalClipboard(tmp_path / "state")
    how = asyncio.run(clipboard.put("the text"))
    assert how == f"file {clipboard.path}"
    path = clipboard.path
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    assert clipboard.take() == "the text"
    assert not clipboard.to_forget()
    asyncio.run(clipboard.clear())
    assert clipboard.path is None
    assert not path.exists()
    assert clipboard.take() is None
    assert clipboard.to_forget()
    assert not clipboard.to_forget()
