"""The scripted operator: signs in, answers questions, types the credential into the dashboard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from smoke_tui.config.questions import QUESTIONS, Verb
from smoke_tui.rehearsal.operator.browser import Browser, Page
from smoke_tui.rehearsal.provider.catalogue import DEFAULT
from smoke_tui.rehearsal.provider.tokens import Mint
from smoke_tui.rehearsal.scenarios.scenario import (
    RehearsalError,
    Scenario,
)

_SIGN_IN_PAGES: Final = 4
_SAVE: Final = "save"
_DEFAULTS: Final[Mapping[str, str]] = {
    "provider": "openai",
    "model": DEFAULT,
    "credential_type": "oauth_bundle",
    "tos": "accepted",
}


class ScriptedOperator:
    """One scripted person; `pending_user_code` tells the device code to type, if any."""

    def __init__(
        self,
        mint: Mint,
        scenario: Scenario,
        stack_url: str,
        instructions: Path,
        pending_user_code: Callable[[], str | None],
    ) -> None:
        self._mint = mint
        self._scenario = scenario
        self._stack_url = stack_url
        self._instructions = instructions
        self._pending_user_code = pending_user_code
        self._credential: str | None = None
        self._ticked: dict[str, str] = {}
        self._org_id = ""
        self._said: tuple[bool, str] | None = None
        self._stuck = ""
        self._lock = asyncio.Lock()

    # The browser

    async def open_page(self, url: str) -> None:
        """Open a page; sign in where it asks for that. RehearsalError where it leads nowhere."""
        if self._scenario.operator.get("open", {}).get("do") == "nothing":
            return
        await asyncio.to_thread(self._open_page, url)

    def _open_page(self, url: str) -> None:
        browser = Browser()
        page = browser.open(url)
        for _ in range(_SIGN_IN_PAGES):
            known = self._known_fields(page)
            if not known:
                break
            page = browser.submit(page, known)
        if page.status >= 400:
            self._stuck = page.notice or page.title or page.text
            raise RehearsalError(f"The page answered {page.status}: {self._stuck.strip()}")

    def _known_fields(self, page: Page) -> dict[str, str]:
        if page.form is None or page.status >= 400:
            return {}
        if "consent_challenge" in page.form.fields:
            return {"action": "accept"}
        known = {
            "email": self._mint.email,
            "password": self._mint.password,
            "user_code": self._pending_user_code() or "",
        }
        return {name: known[name] for name in page.form.fields if known.get(name)}

    # Questions

    async def put_credential(self, text: str) -> None:
        """Take what is to be pasted; a new credential means a new visit to the form."""
        async with self._lock:
            self._credential, self._said = text, None

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        """The answer to a question, or None for silence."""
        if kind in self._scenario.operator:
            return dict(self._scenario.operator[kind])
        await self.observe(kind, data, None)
        if kind == "confirm":
            good, words = await self._save()
            return {"do": "yes" if good else "no", "words": words}
        if kind == "instructions":
            return {"do": "file", "path": str(self._instructions)}
        if kind == "model":
            return _choose_model(data)
        if kind == "callback" and self._stuck:
            return {"do": "page", "words": self._stuck}
        verb = QUESTIONS[kind].rehearsed
        if verb is Verb.PASS:
            return {"do": verb, "words": "rehearsed"}
        return {"do": verb} if verb is not None else None

    async def observe(self, kind: str, data: Mapping[str, Any], answer: object) -> None:
        """Follow what somebody answered: ticks tell what to type, and when to save."""
        self._org_id = str(data.get("org_id") or self._org_id)
        if kind != "tick":
            return
        label = str(data.get("label", "")).strip().lower()
        if label == _SAVE:
            await self._save()
        elif isinstance(data.get("value"), str):
            self._ticked[label] = data["value"]

    async def _save(self) -> tuple[bool, str]:
        async with self._lock:
            if self._said is None or not self._said[0]:
                try:
                    self._said = await asyncio.to_thread(self._post_form)
                except RehearsalError as error:
                    self._said = (False, str(error))
            return self._said

    def _post_form(self) -> tuple[bool, str]:
        if self._credential is None:
            return False, "No credential was handed over."
        browser = Browser()
        page = browser.open(f"{self._stack_url}/org-settings")
        if page.form is None or page.status != 200:
            return False, f"The page answered {page.status} without a form."
        fields = dict(_DEFAULTS)
        for name, label in page.form.labels.items():
            told = self._ticked.get(label.strip().lower(), "")
            # "for example X" or "of your choice" leaves it to the person, who takes a current one.
            free = name == "model" and len(told.split()) > 1
            if told and not free and name in ("provider", "model", "credential_type"):
                fields[name] = page.form.value_for(name, told)
        if self._org_id in page.form.options.get("org_id", {}):
            fields["org_id"] = self._org_id
        done = browser.submit(page, {**fields, "bundle": self._credential})
        said = done.notice or f"the page answered {done.status}"
        return done.status == 200, f"Saved: {said}" if done.status == 200 else said


def _choose_model(data: Mapping[str, Any]) -> Mapping[str, str]:
    """The first of the listed models that is not the one that cannot be had; else as it was."""
    listed, refused = data.get("listed") or (), data.get("refused") or ()
    other = next((one for one in listed if one != data.get("wanted") and one not in refused), None)
    return {"do": "keep"} if other is None else {"do": "use", "model": str(other)}
