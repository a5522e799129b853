"""Makes the pictures of the README: six screens of the running app, driven by key.

    python -m tests.helpers.make_gallery

Records have fixed ids and times; of the rehearsal that is walked for two of the pictures, ports and
times are put in afterwards.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from textual.pilot import Pilot

from smoke_tui.presentation.report.export import refuse_secrets
from smoke_tui.redaction import Vault
from smoke_tui.rehearsal import list_scenarios
from smoke_tui.tui.app import Goal, SmokeApp
from smoke_tui.tui.screens.drift import DriftScreen
from smoke_tui.tui.screens.home import HomeScreen
from smoke_tui.tui.screens.record import RecordScreen
from smoke_tui.tui.screens.report import ReportScreen
from smoke_tui.tui.widgets.modals import Choose
from tests.helpers.app_driver import answer, asked, press, question, screen_text, settings, until
from tests.helpers.drift_pairs import CALLS, NEW_PROSE, PROSE, pair
from tests.helpers.paths import GALLERY
from tests.helpers.record_sessions import NAMES, walk_on
from tests.helpers.tui_records import keep

PICTURES: Final = ("home", "walk-drift", "hand-over", "report", "record", "drift")
SIZE: Final = (110, 32)
FROZEN: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_PUT_IN: Final = (
    (r"127\.0\.0\.1:\d{5}", "127.0.0.1:40000"),
    (r"\b\d\d:\d\d:\d\d\b", "10:00:00"),
    (r"in&#160;\d+&#160;ms", "in&#160;9&#160;ms"),
    (r"port&#160;\d{5}", "port&#160;40000"),
    # The font would be fetched from elsewhere.
    (r"@font-face \{[^}]*\}\s*", ""),
)


class Frozen(SmokeApp):
    """The app at one moment, as far as ages go."""

    def now(self) -> datetime:
        return FROZEN


async def pictures(state: Path) -> dict[str, str]:
    """Drive the app from the home screen on; the pictures by name."""
    for scenario, name in NAMES.items():
        keep(state, name, scenario)
    app = Frozen(settings(state), Goal())
    found: dict[str, str] = {}
    async with app.run_test(size=SIZE, notifications=False) as pilot:

        async def take(name: str) -> None:
            await pilot.pause(0.3)
            found[name] = app.export_screenshot(title="smoke-tui")

        await until(pilot, lambda: "Recorded sessions" in screen_text(app))
        await take("home")
        await open_session(pilot, "Look at its report")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        await take("report")
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(app.screen, RecordScreen))
        for key in ("]",) * 5:
            await press(pilot, key)
        await press(pilot, "v")
        await until(pilot, lambda: "0 differences" in screen_text(app))
        await take("record")
        await press(pilot, "b")
        await press(pilot, "b")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await press(pilot, "shift+tab")
        await press(pilot, "r")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        names = [name for name, _ in list_scenarios()]
        by = names.index("instructions-drift") - names.index("happy")
        for _ in range(abs(by)):
            await press(pilot, "j" if by > 0 else "k")
        await press(pilot, "enter")
        await until(pilot, lambda: asked(app) is not None, "the first question")
        await walk_on(pilot, stop="instructions")
        await question(pilot, "instructions")
        await take("walk-drift")
        await walk_on(pilot, stop="tick")
        for _ in range(3):
            await answer(pilot, "tick", "enter")
        await question(pilot, "tick")
        await take("hand-over")
        await press(pilot, "ctrl+q")
    found["drift"] = await picture_of_drift(state)
    return {name: tidied(svg) for name, svg in found.items()}


async def picture_of_drift(state: Path) -> str:
    """Show two answers made by hand on the drift screen."""
    app = Frozen(settings(state), Goal())
    async with app.run_test(size=SIZE, notifications=False) as pilot:
        pairs = (pair(PROSE, NEW_PROSE, calls=CALLS),)
        await app.push_screen(DriftScreen("live-call", lambda: pairs))
        await until(pilot, lambda: "difference 1 of 4" in screen_text(app))
        await press(pilot, "n")
        await pilot.pause(0.3)
        return app.export_screenshot(title="smoke-tui")


async def open_session(pilot: Pilot[Any], words: str) -> None:
    """Enter on the newest session, then on what is to be done with it."""
    await press(pilot, "tab")
    await press(pilot, "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
    box = pilot.app.screen
    assert isinstance(box, Choose)
    for _ in range(next(n for n, (_, row) in enumerate(box.options) if words in row.plain)):
        await press(pilot, "j")
    await press(pilot, "enter")


def tidied(svg: str) -> str:
    """Without what is another's: ports, times of the day, a font from elsewhere."""
    for pattern, kept in _PUT_IN:
        svg = re.sub(pattern, kept, svg)
    return "\n".join(line.rstrip() for line in svg.split("\n"))


def main() -> None:
    """Make all pictures, and write them where no secret is in any."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        os.environ["XDG_CONFIG_HOME"] = f"{folder}/config"
        before = Path.cwd()
        os.chdir(folder)
        made = asyncio.run(pictures(Path(folder) / "state"))
        os.chdir(before)
    for name, svg in made.items():
        refuse_secrets(svg.encode(), Vault(), f"the picture {name}")
    GALLERY.mkdir(exist_ok=True)
    for name, svg in made.items():
        (GALLERY / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
