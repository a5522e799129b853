"""Somebody who rehearses with a real browser: signs in, fills in the form, reads the page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.rehearsal import Rehearsal
from smoke_tui.world.ports import PortError
from tests.helpers.chromium import DevToolsError, Tab

SIGN_IN: Final = "Rehearsal: sign in"
PASTE: Final = "paste"
FIXED: Final[Mapping[str, Answer]] = {
    "begin": Answer(Verb.RUN),
    "model": Answer(Verb.KEEP),
    "spend": Answer(Verb.YES),
    "finish": Answer(Verb.FINISH),
}


def sign_in(tab: Tab, rehearsal: Rehearsal) -> None:
    """Sign in as the rehearsal's account, and agree."""
    email, password = rehearsal.account
    tab.type("Email address", email)
    tab.type("Password", password)
    tab.loading(lambda: tab.click(tab.find("Continue")))
    tab.loading(lambda: tab.click(tab.find("Continue")))


def fill_in(tab: Tab, label: str, value: str) -> bool:
    """Do with a control what its kind asks for; whether the page shows it as done."""
    role = tab.find(label).role
    if role == "button":
        tab.loading(lambda: tab.click(tab.find(label)))
        return True
    if role == "checkbox":
        tab.click(tab.find(label))
        return bool(tab.find(label).states["checked"] == "true")
    if role == "combobox":
        tab.choose(label, value)
    else:
        tab.type(label, value)
    return tab.find(label).value == value


class Person:
    """Browser and answers of one session; what is to be pasted comes out of the offered file."""

    def __init__(self, tab: Tab, rehearsal: Rehearsal) -> None:
        self._tab = tab
        self._rehearsal = rehearsal
        self.ticked: list[str] = []

    async def open_page(self, url: str) -> None:
        try:
            await asyncio.to_thread(self._open, url)
        except DevToolsError as error:
            raise PortError(str(error)) from None

    def _open(self, url: str) -> None:
        self._tab.open(url)
        if self._tab.title == SIGN_IN:
            sign_in(self._tab, self._rehearsal)

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        if kind == "tick":
            return await asyncio.to_thread(self._tick, data["label"], data["value"], data["how"])
        if kind == "confirm":
            words = await asyncio.to_thread(self._tab.text_of, "status")
            return Answer(Verb.YES, words=words)
        return FIXED.get(kind)

    def _tick(self, label: str, value: str, how: str) -> Answer:
        text = Path(how.removeprefix("file ")).read_text("utf-8") if value == PASTE else value
        if not fill_in(self._tab, label, text):
            return Answer(Verb.NO, words="the page does not show it")
        self.ticked.append(label)
        return Answer(Verb.DONE)

    async def observe(self, kind: str, data: Mapping[str, Any], answer: object) -> None:
        """Nobody else answers."""
