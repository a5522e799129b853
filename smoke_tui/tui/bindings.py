"""The table of key bindings: for each screen, and for the lists and panels that take focus.

The id of a binding is its name under `[keys]` in config.toml. Boxes over a screen and text fields
have bindings of their own, which always keep their keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.binding import Binding

from smoke_tui.config.questions import KEYS

_THEME: Final = Binding("t", "app.next_theme", "Theme", show=False, id="app.theme")
_LEAVE: Final = Binding("q", "app.leave", "Leave", id="app.leave")


def _back(screen: str, action: str = "app.pop_screen", label: str = "Back") -> Binding:
    """The binding that leaves a screen for the one below it."""
    return Binding(
        "b,escape,backspace", action, label, id=f"{screen}.{label.lower()}", key_display="b"
    )


APP: Final = [
    Binding(
        "ctrl+c", "interrupt", "Leave, after asking", show=False, priority=True, id="app.interrupt"
    ),
    Binding("ctrl+q", "leave_now", "Leave at once", show=False, priority=True, id="app.now"),
    Binding("t", "next_theme", "Theme", show=False, id="app.theme"),
]
EVERY_PAGE: Final = [
    Binding("question_mark", "app.help", "Help", id="app.help", key_display="?"),
    Binding("Y,shift+y", "copy_part", "Copy this part", show=False, id="app.copy", key_display="Y"),
]
HOME: Final = [
    Binding("r", "rehearse", "Rehearse", id="home.rehearse"),
    Binding("l", "live", "Live", id="home.live"),
    Binding("p", "spend", "Spend", id="home.spend"),
    Binding("c", "cases", "Cases", id="home.cases"),
    Binding("m", "machine", "Machine", id="home.machine"),
    # No room in the last row of a narrow terminal.
    Binding("d", "calibration", "Drift", show=False, id="home.calibration"),
    Binding("o", "goldens", "Goldens", show=False, id="home.goldens"),
    Binding("tab", "app.focus_next", "Other list", show=False, id="home.other"),
    _THEME,
    _LEAVE,
]
SESSION: Final = [
    *(Binding(key, f"choose({key!r})", show=False, id=f"answer.{key}") for key in KEYS),
    Binding("enter", "proceed", show=False, id="session.proceed"),
    Binding("s,escape", "stop", "Stop", id="session.stop", key_display="s"),
    Binding("n,N,shift+n", "note", "Note", id="session.note", key_display="n"),
    # Where a question takes n, the note keeps the capital alone.
    Binding("N,shift+n", "note_beside", "Note", id="session.note_beside", key_display="N"),
    Binding("d", "compare", "Real client", id="session.compare"),
    Binding("e", "evidence", "Evidence", id="session.evidence"),
    Binding("v", "drift", "Both texts", id="session.drift"),
    Binding("B,shift+b", "battery", "Battery", id="session.battery", key_display="B"),
    Binding("z", "zoom", "Zoom", id="session.zoom"),
    Binding(
        "R,shift+r", "report", "Report so far", show=False, id="session.report", key_display="R"
    ),
    Binding("left_square_bracket", "view(-1)", "The step before", show=False, id="session.before"),
    Binding("right_square_bracket", "view(1)", "The step after", show=False, id="session.after"),
    Binding("backspace", "home", "Home", show=False, id="session.home"),
    Binding("C,shift+c", "cases", "Cases", show=False, id="session.cases", key_display="C"),
    _LEAVE,
]
RECORD: Final = [
    Binding("right,l", "move(1)", "Next", id="record.next", key_display="→", priority=True),
    Binding("left,h", "move(-1)", "Before", id="record.before", key_display="←", priority=True),
    Binding("right_square_bracket", "leap(1)", "Leap", id="record.leap", key_display="]"),
    Binding("left_square_bracket", "leap(-1)", "The one before", show=False, id="record.leap_back"),
    Binding("home,0", "go(0)", "First event", show=False, id="record.first", priority=True),
    Binding("end,dollar_sign", "go(-1)", "Last event", show=False, id="record.last", priority=True),
    Binding("v", "verify", "Replay", id="record.verify"),
    Binding("slash", "find", "Find", id="record.find", key_display="/"),
    Binding("n", "match(1)", "Next match", show=False, id="record.match"),
    Binding("N,shift+n", "match(-1)", "Match before", show=False, id="record.match_back"),
    Binding("y", "copy_event", "Copy", id="record.copy"),
    _back("record"),
    _THEME,
    _LEAVE,
]
REPORT: Final = [
    Binding("w", "write", "Write", id="report.write"),
    Binding("y", "copy", "Copy", id="report.copy"),
    Binding("r", "raw", "Source", id="report.raw"),
    Binding("a", "amend", "Amend", id="report.amend"),
    Binding("e", "events", "Events", id="report.events"),
    Binding("v", "drift", "Drift", id="report.drift"),
    Binding("B,shift+b", "battery", "Battery", id="report.battery", key_display="B"),
    _back("report", "home", "Home"),
    # Over a session that has not ended.
    _back("report", "walk", "Walk"),
    _THEME,
    _LEAVE,
]
COMPARE: Final = [
    Binding("v", "answers", "Answers", id="compare.answers"),
    _back("compare"),
    _THEME,
    _LEAVE,
]
DRIFT: Final = [
    Binding("n", "go(1)", "Next", id="drift.next"),
    Binding("p", "go(-1)", "Before", id="drift.before"),
    Binding("w", "whole", "Whole", id="drift.whole"),
    Binding("c", "other", "Others", id="drift.other"),
    Binding("y", "copy", "Copy", id="drift.copy"),
    _back("drift"),
    _THEME,
    _LEAVE,
]
BATTERY: Final = [
    Binding("n", "go(1)", "Next", id="battery.next"),
    Binding("p", "go(-1)", "Before", id="battery.before"),
    Binding("enter,o", "open", "Read it", id="battery.open", key_display="enter"),
    Binding("s", "stop", "Stop", id="battery.stop"),
    _back("battery"),
    _THEME,
    _LEAVE,
]
GOLDEN: Final = [
    Binding("r", "again", "Run again", id="golden.again"),
    Binding("s", "scorecard", "Scorecard", id="golden.scorecard"),
    Binding("u", "update", "Update", id="golden.update"),
    Binding("tab", "app.focus_next", "Other part", show=False, id="golden.other"),
    _back("golden"),
    _THEME,
    _LEAVE,
]
CALIBRATION: Final = [
    Binding("d", "default", "Default", id="calibration.default"),
    Binding("o", "own", "Test's own", id="calibration.own"),
    Binding("y", "copy", "Copy table", id="calibration.copy"),
    Binding("r", "rehearsals", "Rehearsals", id="calibration.rehearsals"),
    Binding("tab", "app.focus_next", "Other part", show=False, id="calibration.other"),
    _back("calibration"),
    _THEME,
    _LEAVE,
]
CASES: Final = [
    Binding("d", "difference", "Difference", id="cases.difference"),
    Binding("a", "decide", "Decide", id="cases.decide"),
    Binding("A,shift+a", "decide_all", "All", id="cases.all", key_display="A"),
    Binding("l", "lint", "Lint", id="cases.lint"),
    Binding("r", "again", "Read again", show=False, id="cases.again"),
    Binding("tab", "app.focus_next", "Other part", show=False, id="cases.other"),
    _back("cases"),
    _THEME,
    _LEAVE,
]
DIFFERENCE: Final = [
    Binding("v", "answers", "Side by side", id="difference.answers"),
    Binding("a", "decide", "Decide", id="difference.decide"),
    _back("difference"),
    _THEME,
    _LEAVE,
]
SPEND: Final = [
    Binding("y", "copy", "Copy", id="spend.copy"),
    Binding("d", "days", "Days", id="spend.days"),
    Binding("o", "tier", "Tier", id="spend.tier"),
    Binding("f", "models", "Models", id="spend.models"),
    Binding("v", "plots", "Plots", id="spend.plots"),
    Binding("r", "again", "Read again", show=False, id="spend.again"),
    Binding("tab", "app.focus_next", "Other part", show=False, id="spend.other"),
    _back("spend"),
    _THEME,
    _LEAVE,
]
TRENDS: Final = [
    Binding("r", "rehearsals", "Rehearsals or real ones", id="trends.rehearsals"),
    _back("trends"),
    _THEME,
    _LEAVE,
]
MACHINE: Final = [
    Binding("r", "again", "Look again", id="machine.again"),
    Binding("tab", "app.focus_next", "Other part", show=False, id="machine.other"),
    _back("machine"),
    _THEME,
    _LEAVE,
]
HELP: Final = [
    Binding("escape,question_mark,enter", "dismiss", "Back", show=False, id="help.back"),
    Binding("q", "app.leave", "Leave", show=False, id="app.leave"),
]
SCROLL: Final = [
    Binding("j", "scroll_down", "Down", show=False, id="scroll.down"),
    Binding("k", "scroll_up", "Up", show=False, id="scroll.up"),
    Binding("g", "scroll_home", "To the top", show=False, id="scroll.top"),
    Binding("G,shift+g", "scroll_end", "To the end", show=False, id="scroll.end"),
]
FIND: Final = [
    Binding("slash", "find", "Find", id="find.ask", key_display="/"),
    Binding("n", "match(1)", "Next match", show=False, id="find.next"),
    Binding("N,shift+n", "match(-1)", "Match before", show=False, id="find.before"),
    Binding("escape", "end_search", "End the search", show=False, id="find.end"),
]
LIST: Final = [
    Binding("j", "cursor_down", "Down", show=False, id="list.down"),
    Binding("k", "cursor_up", "Up", show=False, id="list.up"),
    Binding("g", "first", "First", show=False, id="list.first"),
    Binding("G,shift+g", "last", "Last", show=False, id="list.last"),
]

PLACES: Final[Mapping[str, list[Binding]]] = {
    "app": APP,
    "home": EVERY_PAGE + HOME,
    "session": EVERY_PAGE + SESSION,
    "record": EVERY_PAGE + RECORD,
    "report": EVERY_PAGE + REPORT,
    "compare": EVERY_PAGE + COMPARE,
    "drift": EVERY_PAGE + DRIFT,
    "battery": EVERY_PAGE + BATTERY,
    "golden": EVERY_PAGE + GOLDEN,
    "calibration": EVERY_PAGE + CALIBRATION,
    "cases": EVERY_PAGE + CASES,
    "difference": EVERY_PAGE + DIFFERENCE,
    "spend": EVERY_PAGE + SPEND,
    "trends": EVERY_PAGE + TRENDS,
    "machine": EVERY_PAGE + MACHINE,
    "help": HELP,
    "scroll": SCROLL,
    "list": LIST,
    "find": FIND,
}
"""Bindings that are active together, those of the app always with them."""
