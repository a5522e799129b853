"""`login`: only the login, as a session of one step; prints a masked summary."""

from __future__ import annotations

import os
import select
import sys
import termios
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from smoke_tui.cli.answers_file import Scripted
from smoke_tui.cli.session_run import fault_exit
from smoke_tui.cli.signals import run_session
from smoke_tui.config.questions import Answer, Verb
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError
from smoke_tui.files import StorageError, replace_private
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.requests import QuestionAsked
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.journal.stream import TextDelta
from smoke_tui.outcomes import VERDICT_EXITS, Exit, Verdict
from smoke_tui.redaction import clean
from smoke_tui.runbook import parse
from smoke_tui.session.configure import config_from, refuse_in_ci
from smoke_tui.session.open import open_session
from smoke_tui.session.rehearsed import rehearsal, rehearsed, rehearsed_io
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.secret_options import NO_SECRET_OPTIONS
from smoke_tui.session.session import Session
from smoke_tui.structs import replace
from smoke_tui.world.live.browser_clipboard import FileClipboard, OperatorIO, SystemBrowser

RUNBOOK = """\
---
schema: smoke/1
id: login
title: Log in
---

## Log in

Get a credential bundle.

```toml step
id   = "oauth-login"
kind = "login"
```
"""


def login(settings: Settings, *, device: bool, paste: bool, out: str | None, rehearse: bool) -> int:
    """Log in; write the bundle only where --out says so."""
    runbook = parse(RUNBOOK, "login.md").runbook
    assert runbook is not None
    if out and Path(out).is_symlink():
        raise CommandError(Exit.USAGE, f"--out {out} is a link; give a plain file's name")
    if device and paste:
        raise CommandError(Exit.USAGE, "--device and --paste exclude each other")
    config = config_from(settings, runbook, NO_SECRET_OPTIONS)
    if device:
        config = replace(config, login="device")
    request = SessionRequest(
        runbook=runbook,
        config=config,
        state_dir=settings.state_dir,
        operator_io=OperatorIO(SystemBrowser(), FileClipboard(settings.state_dir)),
        answerer=_Consent(),
    )
    if rehearse:
        with rehearsal(settings, None) as world:
            session = open_session(
                replace(
                    request,
                    config=rehearsed(config, world),
                    operator_io=rehearsed_io(world),
                    answerer=Scripted(world),
                )
            )
            return _finish(session, run_session(session), out)
    if refuse_in_ci():
        raise CommandError(
            Exit.NOT_PROVABLE, "a real login is refused where CI is set; use --rehearse"
        )
    if paste:
        request = replace(request, config=replace(config, callback_ports=()))
    session = open_session(request)
    return _finish(session, run_session(session, _Terminal(session, paste=paste)), out)


def _finish(session: Session, signals: list[int], out: str | None) -> int:
    if session.fault is not None:
        return fault_exit(session)
    try:
        _, _, state = load_state(session.folder)
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.NOT_PROVABLE, f"NOT SAVED: {error}") from None
    step = state.steps["oauth-login"]
    bundle = session.bundle()
    if bundle is None or session.verdict is not Verdict.PASS:
        print(clean(f"smoke-tui: {step.code}: {step.summary}"), file=sys.stderr)
        if signals:
            return 128 + signals[0]
        return VERDICT_EXITS[session.verdict or Verdict.ERROR]
    for name, value in bundle.summary().items():
        print(f"{name:<14} {value}")
    if out:
        try:
            replace_private(Path(out), session.bundle_text().encode())
        except OSError as error:
            raise CommandError(
                Exit.USAGE,
                f"--out {out}: {error.strerror}; the login is lost, log in again",
            ) from None
        print(f"wrote {out} (0600)", file=sys.stderr)
    return Exit.OK


_PASTED_WITHIN: Final = 0.3
"""Seconds in which the next line of a paste follows."""
_LONGEST_LINE: Final = 4096


def _hidden_lines() -> str:
    """A line from the terminal without an echo, and the lines of a paste that follow it at once.

    `getpass` throws away what was typed ahead, which here is the rest of a wrapped address.
    """
    print(
        "If it can't come back here, paste the address it ended at: ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    fd = sys.stdin.fileno()
    old = termios.tcgetattr(fd)
    new = termios.tcgetattr(fd)
    new[3] &= ~termios.ECHO
    try:
        termios.tcsetattr(fd, termios.TCSANOW, new)
        data = os.read(fd, _LONGEST_LINE)
        while data and select.select([fd], [], [], _PASTED_WITHIN)[0]:
            more = os.read(fd, _LONGEST_LINE)
            if not more:
                break
            data += more
    finally:
        termios.tcsetattr(fd, termios.TCSANOW, old)
        print(file=sys.stderr)
    return data.decode("utf-8", "replace")


class _Consent:
    """Begins the login and ends the session without asking; the rest is for the terminal."""

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        """The answer to the questions around the login."""
        return {"begin": Answer(Verb.RUN), "finish": Answer(Verb.FINISH)}.get(kind)

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Nothing follows from an answer."""


class _Terminal:
    """The person at the terminal: shown the address, asked for a paste, both on standard error."""

    def __init__(self, session: Session, *, paste: bool) -> None:
        self._session = session
        self._paste = paste

    def on_event(self, event: Event) -> None:
        """Show what the login asks, in a thread of its own: a paste is waited for."""
        if not isinstance(event.body, QuestionAsked):
            return
        show = {"callback": self._talk, "device": self._show}.get(event.body.question)
        if show is not None:
            threading.Thread(target=show, args=(event.seq, event.body), daemon=True).start()

    def on_signal(self, signal: TextDelta) -> None:
        """A login has no stream."""

    def _show(self, seq: int, question: QuestionAsked) -> None:
        """The device's code, on standard error, because it has to be typed elsewhere."""
        print(
            f"{question.text}\n\n  {self._session.reveal(seq, 'url')}\n  code: "
            f"{self._session.reveal(seq, 'code')}\n",
            file=sys.stderr,
        )

    def _talk(self, seq: int, question: QuestionAsked) -> None:
        session = self._session
        data = question.about
        print(f"Sign in here:\n\n  {session.reveal(seq, 'url')}\n", file=sys.stderr)
        if data["problem"]:
            print(f"(no browser was opened: {clean(str(data['problem']))})", file=sys.stderr)
        if not data["listening"] and not self._paste:
            print(
                f"(the callback's ports can't be used: {clean(str(data['busy']))})", file=sys.stderr
            )
        if not (sys.stdin.isatty() or self._paste or data["listening"]):
            session.answer(seq, Answer(Verb.ABSENT))
        while sys.stdin.isatty() or self._paste:
            try:
                text = _hidden_lines() if sys.stdin.isatty() else sys.stdin.readline()
            except (EOFError, OSError, UnicodeDecodeError):
                text = ""
            if not text.strip():
                if not data["listening"]:
                    session.answer(seq, Answer(Verb.CANCEL))
                return
            problem = session.answer(seq, Answer(Verb.PASTE), secret=text)
            if problem is None:
                return
            print(f"smoke-tui: {problem}", file=sys.stderr)
