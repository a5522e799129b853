"""What every screen looks like at four sizes, from committed records with a frozen clock."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from smoke_tui import __version__
from smoke_tui.config.settings import Settings
from smoke_tui.doctor import Check
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.load import load_state
from smoke_tui.judging.goldens.scenario import SCRIPTED_USER_TURNS
from smoke_tui.presentation.report.compare import Side, compare
from smoke_tui.presentation.report.export import stored_evidence
from smoke_tui.redaction import Vault
from smoke_tui.session.session_view import SessionView
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.compare import CompareScreen
from smoke_tui.tui.screens.doctor import DoctorScreen
from smoke_tui.tui.screens.golden import GoldenScreen
from smoke_tui.tui.screens.record import RecordScreen
from smoke_tui.tui.screens.report import ReportScreen
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.screens.spend import SpendScreen
from smoke_tui.tui.screens.trends import TrendsScreen
from smoke_tui.world.goldens.folder import PackFolder
from tests.helpers.app_driver import press, screen_text, settings, settled, until
from tests.helpers.events import data_of, make_event
from tests.helpers.paths import TUI_RECORDS
from tests.helpers.scenarios import change_file, copy_of_shipped
from tests.helpers.spending_sessions import metered, spending_session
from tests.helpers.tui_records import keep, recorded, run_until

SIZES = [(60, 16), (80, 24), (100, 30), (200, 50)]
FROZEN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
Golden = Callable[[str, str], None]
Page = Callable[[], Screen[None] | None]


class Frozen(SmokeApp):
    """The app at one moment."""

    def now(self) -> datetime:
        return FROZEN


def shown(page: Page, *keys: str, wait: str = "", **values: str) -> str:
    """The text of a screen (None: the home screen) at all sizes, after some keys.

    `wait`: what has to be seen before it is looked at.
    """

    async def main() -> str:
        app = Frozen(settings(Path("state"), **values), Goal())
        async with app.run_test(size=SIZES[0]) as pilot:
            screen = page()
            if screen is not None:
                await app.push_screen(screen)
            await pilot.pause(0.12)
            for key in keys:
                await press(pilot, key)
            await until(pilot, lambda: wait in screen_text(app), wait)
            texts = []
            for width, height in SIZES:
                await pilot.resize_terminal(width, height)
                texts.append(f"=== {width}x{height}\n{await settled(pilot)}")
            return "".join(texts)

    text = asyncio.run(main()).replace(__version__, "VERSION")
    # How a scrollbar's ends are rounded depends on the sizes before.
    return re.sub(r"[▁-▇](?=( [│|].*)?$)", " ", text, flags=re.MULTILINE)


@pytest.fixture(autouse=True)
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with three runbooks, one of them broken, and no other is found."""
    folder = tmp_path / "runbooks"
    folder.mkdir()
    text = recorded()[0].text
    (folder / "openai-subscription.md").write_text(text, encoding="utf-8")
    (folder / "a-second.md").write_text(
        text.replace("id: openai-subscription", "id: a-second").replace(
            "title: OpenAI subscription (Codex) live smoke", "title: A second runbook"
        ),
        encoding="utf-8",
    )
    (folder / "broken.md").write_text("---\nid: broken\n", encoding="utf-8")
    # The shipped ones change with the product; `find` is also the name of a function.
    monkeypatch.setattr(
        sys.modules["smoke_tui.config.runbook_files"], "packaged", lambda: tmp_path / "none"
    )


# --- home ---------------------------------------------------------------------------------


def sessions() -> None:
    """Finished ones, each better or worse than the one before, one broken off, one damaged."""
    state = Path("state")
    keep(state, "20261120T080000Z-0001", verdict="incomplete")
    keep(state, "20261121T080000Z-0002", verdict="fail")
    keep(state, "20261121T210000Z-aaaa")
    keep(state, "20261121T213000Z-bbbb", "instructions-drift")
    keep(state, "20261122T083000Z-0005", "instructions-drift", lines=60)
    damaged = keep(state, "20261122T084500Z-0006")
    (damaged / "journal.jsonl").write_text("nothing\n", encoding="utf-8")


def test_home_with_nothing_recorded(golden: Golden) -> None:
    golden("home-first", shown(lambda: None))


def test_home_with_sessions(golden: Golden) -> None:
    sessions()
    golden("home", shown(lambda: None))


def test_home_in_plain_characters(golden: Golden) -> None:
    sessions()
    text = shown(lambda: None, ascii="true")
    assert text.isascii()
    golden("home-ascii", text)


def test_home_what_is_to_be_done_with_a_session(golden: Golden) -> None:
    sessions()
    golden("home-session", shown(lambda: None, "tab", "j", "j", "enter"))


# --- the walk -----------------------------------------------------------------------------


def asks(kind: str, step: str | None = None, **data: object) -> Callable[[Event], bool]:
    """The event that asks this."""
    return lambda e: (
        e.kind == "request"
        and data_of(e)["port"] == "operator"
        and data_of(e)["kind"] == kind
        and step in (None, e.step, data_of(e)["data"].get("step"))
        and data.items() <= data_of(e)["data"].items()
    )


DRIFT = "instructions-drift"
MOMENTS: dict[str, tuple[str, Callable[[Event], bool]]] = {
    "begin": ("edge-challenge", asks("begin", "oauth-login")),
    "failed": ("edge-challenge", asks("begin", "boot-stack")),
    "running": ("edge-challenge", lambda e: e.kind == "process" and e.step == "seed-org"),
    "spend": (DRIFT, asks("spend", "live-call")),
    "callback": (DRIFT, asks("callback")),
    "instructions": (DRIFT, asks("instructions")),
    "tick": (DRIFT, asks("tick", label="Credential type")),
    "confirm": (DRIFT, asks("confirm")),
    "finish": (DRIFT, asks("finish")),
    "closed": (DRIFT, lambda e: e.kind == "session.closed"),
}


def at_rest(moment: str) -> SessionView:
    scenario, wanted = MOMENTS[moment]
    return run_until(wanted, scenario)


@pytest.mark.parametrize("moment", MOMENTS)
def test_session(moment: str, golden: Golden) -> None:
    golden(f"walk-{moment}", shown(lambda: SessionScreen(at_rest(moment))))


def asked_instead(kind: str, text: str, data: dict[str, object]) -> SessionView:
    """The moment before the stack is booted, with a question that no rehearsal asks there."""
    run = run_until(lambda e: e.kind == "try.started" and e.step == "boot-stack")
    run.incoming.on_event(
        make_event(
            run.state.events,
            "2026-11-22T01:00:00.000Z",
            run.state.now_ms,
            "request",
            "boot-stack",
            1,
            None,
            {"port": "operator", "kind": kind, "text": text, "data": data, "secret": None},
        )
    )
    run.drain()
    return run


QUESTIONS: dict[str, tuple[str, dict[str, object]]] = {
    "commands": (
        "This runbook, as it stands now, has not run on this machine before. Its commands run in "
        "the checkout, as you. Run them?",
        {
            "cwd": "/srv/the-product",
            "commands": [
                {"step": step, "argv": argv, "shell": shell, "line": 1}
                for step, argv, shell in (
                    ("boot-stack", "tools/dev/start.sh --full", False),
                    (
                        "seed-org",
                        "uv run python tools/dev/customer_seed.py --name smoke --region "
                        "eu-central-1 --with-sample-domain --quiet",
                        False,
                    ),
                    ("seed-org", "echo [/bold] | tee [a-z]*.log", True),
                )
            ],
        },
    ),
    "service": (
        "Something already answers at 127.0.0.1:8080/healthz. Use it as it is? It was not started "
        "by this session and does not have its variables.",
        {"adopt": "127.0.0.1:8080/healthz"},
    ),
}


@pytest.mark.parametrize("kind", QUESTIONS)
def test_session_asked(kind: str, golden: Golden) -> None:
    golden(f"walk-{kind}", shown(lambda: SessionScreen(asked_instead(kind, *QUESTIONS[kind]))))


def test_session_evidence(golden: Golden) -> None:
    golden(
        "walk-evidence",
        shown(
            lambda: SessionScreen(at_rest("instructions")),
            "left_square_bracket",
            "left_square_bracket",
            "left_square_bracket",
            "e",
        ),
    )


@pytest.mark.parametrize("moment", ["failed", "tick"])
def test_session_in_plain_characters(moment: str, golden: Golden) -> None:
    text = shown(lambda: SessionScreen(at_rest(moment)), ascii="true")
    assert text.isascii()
    golden(f"walk-{moment}-ascii", text)


def test_without_colours_every_word_is_the_same(
    golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    sessions()
    golden("home", shown(lambda: None))
    golden("walk-failed", shown(lambda: SessionScreen(at_rest("failed"))))


# --- records ------------------------------------------------------------------------------


def side(scenario: str) -> Side:
    _, runbook, state = load_state(TUI_RECORDS / scenario)
    return Side(runbook, state, stored_evidence(TUI_RECORDS / scenario))


def record_page() -> RecordScreen:
    folder = Path("state/sessions/20261121T213000Z-bbbb")
    if not folder.exists():
        keep(Path("state"), folder.name, DRIFT)
    runbook, events = recorded(DRIFT)
    return RecordScreen(runbook, tuple(events), folder)


RECORD_KEYS = {
    "begin": (),
    "middle": ("right_square_bracket",) * 4 + ("right",) * 3,
    "verified": ("end", "v"),
}


@pytest.mark.parametrize("where", RECORD_KEYS)
def test_record(where: str, golden: Golden) -> None:
    golden(
        f"record-{where}",
        shown(
            record_page, *RECORD_KEYS[where], wait="0 differences" if where == "verified" else ""
        ),
    )


def test_report(golden: Golden) -> None:
    def page() -> ReportScreen:
        _, runbook, state = load_state(TUI_RECORDS / DRIFT)
        return ReportScreen(runbook, state, TUI_RECORDS / DRIFT, Vault())

    golden("report", shown(page).replace(DRIFT[-4:] + "  REH", "bbbb  REH"))


def test_comparison(golden: Golden) -> None:
    found = compare(side("edge-challenge"), side(DRIFT))
    golden(
        "compare",
        shown(lambda: CompareScreen(found, "20261121T210000Z-aaaa", "20261121T213000Z-bbbb")),
    )


def test_spend_with_nothing_recorded(golden: Golden) -> None:
    golden("spend-none", shown(SpendScreen, wait="No ledger is attached"))


def test_spend_by_day(golden: Golden) -> None:
    sessions = Path("state") / "sessions"
    subscription = {"kind": "subscription", "input_tokens": 5123, "output_tokens": 512}
    window = {"window_minutes": 300, "used_percent": 12.4, "resets_at": "2026-11-22T12:00:00Z"}
    recorded_days: list[tuple[int, list[dict[str, Any] | None], dict[str, Any]]] = [
        (0, [metered("0.10", 12_345), metered("0.02")], {}),
        (1, [{**subscription, "limits": [window]}], {}),
        (2, [metered("0.005"), None], {}),
        (2, [metered("9")], {"world": "rehearsed"}),
        (8, [metered("9")], {}),
    ]
    for number, (days, usages, config) in enumerate(recorded_days):
        moment = FROZEN - timedelta(days=days)
        folder = sessions / f"{moment:%Y%m%dT%H%M%SZ}-000{number}"
        spending_session(folder, moment, *usages, **config)
    (sessions / "20261121T000000Z-9999").mkdir()
    (sessions / "20261121T000000Z-9999" / "journal.jsonl").write_text("nothing\n")
    golden("spend-days", shown(SpendScreen, wait="2026-11-22"))


def test_trends_with_nothing_recorded(golden: Golden) -> None:
    sessions()
    golden("trends-none", shown(TrendsScreen))


def test_trends_of_rehearsals(golden: Golden) -> None:
    sessions()
    golden("trends-rehearsals", shown(TrendsScreen, "r"))


def look(settings: Settings) -> list[Check]:
    """A machine that is always the same."""
    return [
        Check("version", "ok", "smoke-tui VERSION, Python 3.11.7, Linux 6.1"),
        Check("terminal", "ok", "a terminal, TERM=xterm-256color, 80×24, in tmux"),
        Check(
            "state",
            "problem",
            "/srv/state: its folder can be written by others",
            "Choose another folder with --state-dir.",
        ),
        Check(
            "left-behind",
            "note",
            "tools/dev/start.sh --full (process 4242) still runs; step "
            "boot-stack of session 20261121T213000Z-bbbb started it.",
            "`smoke-tui doctor --stop-leftovers` stops it.",
        ),
        Check("port-1455", "ok", "the login's callback port 1455 is free"),
        Check("codex-cli", "note", "the Codex CLI is not installed"),
    ]


def test_machine(golden: Golden) -> None:
    golden("machine", shown(lambda: DoctorScreen(look), origin="residential", ascii="false"))


def test_golden_screen(golden: Golden) -> None:
    pack = copy_of_shipped(Path())
    golden("golden-equal", shown(lambda: GoldenScreen(PackFolder(pack)), wait="8 of 8"))
    change_file(pack / SCRIPTED_USER_TURNS, "1800", "1900")
    golden("golden-differs", shown(lambda: GoldenScreen(PackFolder(pack)), wait="6 of 8"))


@pytest.mark.parametrize("name", ["walk", "home"])
def test_help(name: str, golden: Golden) -> None:
    golden(
        f"help-{name}",
        shown(
            lambda: SessionScreen(at_rest("failed")) if name == "walk" else None, "question_mark"
        ),
    )


# --- sizes --------------------------------------------------------------------------------


def test_a_resize_gives_the_same_screen_as_a_start_in_that_size() -> None:
    async def main() -> tuple[str, str, str]:
        app = Frozen(settings(Path("state")), Goal())
        async with app.run_test(size=(200, 50)) as pilot:
            await app.push_screen(SessionScreen(at_rest("failed")))
            await pilot.pause()
            await pilot.resize_terminal(80, 24)
            small = await settled(pilot)
            await pilot.resize_terminal(59, 15)
            tiny = await settled(pilot)
        fresh = Frozen(settings(Path("state")), Goal())
        async with fresh.run_test(size=(80, 24)) as pilot:
            await fresh.push_screen(SessionScreen(at_rest("failed")))
            return small, await settled(pilot), tiny

    small, started, tiny = asyncio.run(main())
    assert small == started
    assert "too small" in tiny
    assert "q leave" in tiny


def test_plain_characters_are_plain_in_help_too() -> None:
    text = shown(lambda: SessionScreen(at_rest("tick")), "question_mark", ascii="true")
    assert {char for char in text if not char.isascii()} == set()
