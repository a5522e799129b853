"""Driving the app: keys, conditions to wait for, the journal, and what is on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

from smoke_tui.config.settings import Settings, Value
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.session.configure import open_runbook
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.session import SessionScreen
from tests.helpers.events import data_of

LONGEST = 120.0


def settings(state_dir: Path, **values: str) -> Settings:
    """Settings with a folder to keep sessions in."""
    given = {"state-dir": str(state_dir), **values}
    return Settings({name: Value(text, "test") for name, text in given.items()})


def rehearsal_app(
    state_dir: Path, scenario: str = "happy", runbook: str = "openai-subscription"
) -> SmokeApp:
    """The app, straight into a rehearsal of a shipped runbook."""
    goal = Goal(open_runbook(runbook), True, scenario)
    return SmokeApp(settings(state_dir), goal)


async def until(
    pilot: Pilot[Any], condition: Callable[[], object], what: str = "the condition"
) -> None:
    """Let the app go on until the condition holds, and the screen that is there by then is drawn."""
    end = time.monotonic() + LONGEST
    while not (condition() and _is_drawn(pilot.app)):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come about:\n{screen_text(pilot.app)}")
        await pilot.pause(0.02)


def _is_drawn(app: App[Any]) -> bool:
    """Whether the screen shows anything: one that was just opened is blank for a moment."""
    stack = app.screen_stack if app.is_running else []
    return not stack or (stack[-1].is_mounted and bool(screen_text(app).strip()))


def asked(app: SmokeApp) -> str | None:
    """The kind of the question that is open."""
    run = app.current
    if run is None or not run.state.questions:
        return None
    return str(data_of(run.state.questions[max(run.state.questions)])["kind"])


async def question(pilot: Pilot[Any], kind: str) -> None:
    """Wait until the engine asks this, and until the screen has taken it in."""
    app = pilot.app
    assert isinstance(app, SmokeApp)
    await until(pilot, lambda: asked(app) == kind, f"the question {kind!r}")
    walk = next(s for s in app.screen_stack if isinstance(s, SessionScreen))
    await until(
        pilot,
        lambda: (
            walk.snapshot.question is not None
            and walk.followed_question is not None
            and walk.followed_question == walk.snapshot.question.seq
        ),
    )
    await pilot.pause()


async def answer(pilot: Pilot[Any], kind: str, *keys: str) -> None:
    """Wait for a question and press keys at it; then wait until it is not open any more."""
    app = pilot.app
    assert isinstance(app, SmokeApp)
    await question(pilot, kind)
    run = app.current
    assert run is not None
    seq = max(run.state.questions)
    for key in keys:
        await press(pilot, key)
    await until(pilot, lambda: seq not in run.state.questions, f"an answer to {kind!r}")


async def press(pilot: Pilot[Any], key: str) -> None:
    """Press a key once the app answers keys, and let it settle."""
    app = pilot.app
    if isinstance(app, SmokeApp):
        await until(pilot, lambda: app.begun, "the lists of the home screen")
    await pilot.press(key)
    await pilot.pause()
    await pilot.pause()


def screen_strips(screen: Screen[Any]) -> list[Strip]:
    """What a screen shows, row by row; Textual tells that nowhere in public."""
    return screen._compositor.render_strips(screen.size)  # noqa: SLF001


def screen_text(app: App[Any]) -> str:
    """The screen as lines of text; under a box, first what lies below it."""
    screens = app.screen_stack[-2:] if app.screen.is_modal else [app.screen]
    strips = [strip for screen in screens for strip in screen_strips(screen)]
    return "\n".join(strip.text.rstrip() for strip in strips) + "\n"


async def settled(pilot: Pilot[Any], looks: int = 2) -> str:
    """The screen's text once it has stayed the same for so many looks, more than a tick apart.

    A look counts where the app has nothing left to do: on a busy machine it may need longer for a
    new size than three looks take.
    """
    same: list[str] = []
    end = time.monotonic() + LONGEST
    while len(same) < looks:
        assert time.monotonic() < end, f"the screen does not settle:\n{screen_text(pilot.app)}"
        await pilot.pause(0.12)
        if not _has_rested(pilot.app):
            same = []
            continue
        if any(w.group == "detail" and not w.is_finished for w in pilot.app.workers):
            # A session's journal is being read, for the panel beside the lists.
            continue
        text = screen_text(pilot.app)
        same = [*same, text] if text in same else [text]
    return same[-1]


def _has_rested(app: App[Any]) -> bool:
    """Whether no message waits, no size is on its way, and nothing is to be laid out or drawn."""
    screen = app.screen
    pending = ("_layout_required", "_scroll_required", "_repaint_required", "_dirty_widgets")
    return (
        screen.size == app.size
        and not any(getattr(app, name) for name in ("_resize_event", "_resize_timer"))
        and not any(getattr(screen, name) for name in (*pending, "_callbacks"))
        and not any(each.message_queue_size for each in (app, screen, *screen.walk_children()))
    )


def journal_events(state_dir: Path) -> list[Event]:
    """The events of the one session below a state folder."""
    (folder,) = (state_dir / "sessions").iterdir()
    return list(read_journal(folder).events)


def operator_answers(events: list[Event]) -> list[tuple[str, str]]:
    """Kind of question and what the operator answered, in order."""
    kinds = {
        e.seq: data_of(e)["kind"]
        for e in events
        if e.kind == "request" and data_of(e)["port"] == "operator"
    }
    return [
        (kinds[e.request_seq], data_of(e)["answer"]["do"])
        for e in events
        if e.kind == "answered"
        and e.request_seq is not None
        and data_of(e)["answer"]["by"] == "operator"
    ]
