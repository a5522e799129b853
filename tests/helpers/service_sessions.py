"""Sessions over small runbooks of services: real children, and an operator made of answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from smoke_tui.config.questions import Answer
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.load import load_state
from smoke_tui.journal.state import State
from smoke_tui.journal.stream import Clock, TextDelta
from smoke_tui.outcomes import Verdict
from smoke_tui.replay.run import replay
from smoke_tui.runbook import Runbook, parse
from smoke_tui.session.open import open_session
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.session.session import Session
from smoke_tui.world.live.browser_clipboard import FileClipboard, NoBrowser, OperatorIO

FRONT = "---\nschema: smoke/1\nid: services\ntitle: Services\n---\n\n# Services\n"
LONGEST = 120.0
See = Callable[[Session, Event], None]
Reply = Callable[[str, Mapping[str, Any]], Answer | None]


def book(*steps: tuple[str, str]) -> Runbook:
    """A runbook of (command, step table); an empty command has no run block."""
    parts = [FRONT]
    for number, (command, table) in enumerate(steps, 1):
        run = f"\n```bash run\n{command}\n```\n" if command else ""
        title = "Fallback: then" if "fallback = true" in table else f"{number}. Step"
        parts.append(f"\n## {title}\n\nDo it.\n{run}\n```toml step\n{table}\n```\n")
    parsed = parse("".join(parts), "services.md")
    assert parsed.runbook is not None, [str(found) for found in parsed.diagnostics]
    return parsed.runbook


def service(step_id: str, ready: str, *more: str) -> str:
    return "\n".join(
        [f'id = "{step_id}"', 'kind = "service"', 'effects = "local"', f"ready = {ready}", *more]
    )


def look(step_id: str, *more: str) -> str:
    return "\n".join([f'id = "{step_id}"', 'kind = "manual"', 'ask = "?"', *more])


@dataclass
class Operator:
    """Answers by kind of question; `asked` is what was asked, in order."""

    reply: Reply
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        self.asked.append((kind, data))
        return self.reply(kind, data)

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Nothing follows."""

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.asked if kind not in ("begin", "finish")]


def agree(kind: str, data: Mapping[str, Any]) -> Answer:
    return Answer({"begin": "run", "finish": "finish", "manual": "pass"}.get(kind, "yes"))


class Eyes:
    """A watcher made of a callable."""

    def __init__(self, see: See | None) -> None:
        self.session: Session | None = None
        self._see = see

    def on_event(self, event: Event) -> None:
        if self._see is not None and self.session is not None:
            self._see(self.session, event)

    def on_signal(self, signal: TextDelta) -> None:
        """Nothing is shown."""


@dataclass
class EndedSession:
    """A session that ended, read back from its record, and replayed without a difference."""

    verdict: Verdict | None
    state: State
    events: list[Event]
    operator: Operator
    folder: Path

    def outcome(self, step: str) -> tuple[str, str | None]:
        known = self.state.steps[step]
        assert known.outcome is not None
        return known.outcome.value, known.code

    def findings(self) -> list[str]:
        return [found.code for found in self.state.findings]


def run(
    runbook: Runbook,
    folder: Path,
    reply: Reply = agree,
    *,
    on_event: See | None = None,
    given: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    **config: Any,
) -> EndedSession:
    """Run a session to its end, then its replay; `on_event` sees every event on the way."""
    operator = Operator(reply)
    settings = {"consent": True, "patience": 0.1, **config}
    eyes = Eyes(on_event)
    session = open_session(
        SessionRequest(
            runbook=runbook,
            config=SessionConfig(project=str(folder), **settings),
            state_dir=folder / "state",
            operator_io=OperatorIO(NoBrowser(), FileClipboard(folder)),
            answerer=operator,
            secret_options=SecretOptions(given or {}),
            clock=clock,
        )
    )
    eyes.session = session
    session.start(eyes)
    assert session.done.wait(LONGEST), "the session did not end"
    if session.fault is not None:
        raise session.fault
    journal, _, state = load_state(session.folder)
    assert replay(session.folder).verdict is session.verdict
    return EndedSession(session.verdict, state, list(journal.events), operator, session.folder)


class Answering(BaseHTTPRequestHandler):
    """200 for everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Tests are quiet."""


@contextmanager
def somebody_elses() -> Iterator[ThreadingHTTPServer]:
    """A service that was there before; `shutdown` and `server_close` end it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
