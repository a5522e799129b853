"""The scripted operator: signs in, answers questions, fills in the dashboard's form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from smoke_tui.config.questions import QUESTIONS, Answer, Verb
from smoke_tui.rehearsal.operator.browser import Browser, Page
from smoke_tui.rehearsal.provider.catalogue import DEFAULT
from smoke_tui.rehearsal.provider.tokens import Mint
from smoke_tui.rehearsal.scenarios.scenario import RehearsalError, Scenario

_MAX_SIGN_IN_PAGES: Final = 4
_SAVE: Final = "save"
_FORM_VALUES: Final[Mapping[str, str]] = {
    "provider": "openai",
    "model": DEFAULT,
    "credential_type": "oauth_bundle",
    "tos": "accepted",
}


class ScriptedOperator:
    """A scripted person; `pending_user_code` returns the device code to type, if any."""

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
        self._save_result: tuple[bool, str] | None = None
        self._error_page = ""
        self._lock = asyncio.Lock()

    # The browser

    async def open_page(self, url: str) -> None:
        """Open a page and sign in if it asks for that.

        Raises:
            RehearsalError: the page ends in an error.
        """
        if not self._scenario.opens_pages:
            return
        await asyncio.to_thread(self._open_page, url)

    def _open_page(self, url: str) -> None:
        browser = Browser()
        page = browser.open(url)
        for _ in range(_MAX_SIGN_IN_PAGES):
            values = self._form_values(page)
            if not values:
                break
            page = browser.submit(page, values)
        if page.status >= 400:
            self._error_page = page.notice or page.title or page.text
            raise RehearsalError(f"The page answered {page.status}: {self._error_page.strip()}")

    def _form_values(self, page: Page) -> dict[str, str]:
        if page.form is None or page.status >= 400:
            return {}
        if "consent_challenge" in page.form.fields:
            return {"action": "accept"}
        account = {
            "email": self._mint.email,
            "password": self._mint.password,
            "user_code": self._pending_user_code() or "",
        }
        return {name: account[name] for name in page.form.fields if account.get(name)}

    # Questions

    async def put_credential(self, text: str) -> None:
        """Set the credential to paste; a new one is saved with a new visit to the form."""
        async with self._lock:
            self._credential, self._save_result = text, None

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        """The answer to a question; None for no answer."""
        if kind in self._scenario.operator:
            return self._scenario.operator[kind]
        await self.observe(kind, data, None)
        if kind == "confirm":
            saved, words = await self._save()
            return Answer(Verb.YES if saved else Verb.NO, words=words)
        if kind == "instructions":
            return Answer(Verb.FILE, path=str(self._instructions))
        if kind == "model":
            return _choose_model(data)
        if kind == "callback" and self._error_page:
            return Answer(Verb.PAGE, words=self._error_page)
        verb = QUESTIONS[kind].rehearsed
        if verb is Verb.PASS:
            return Answer(verb, words="rehearsed")
        return Answer(verb) if verb is not None else None

    async def observe(self, kind: str, data: Mapping[str, Any], answer: object) -> None:
        """Take note of a question and its answer: ticks say what to type, and when to save."""
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
            if self._save_result is None or not self._save_result[0]:
                try:
                    self._save_result = await asyncio.to_thread(self._post_form)
                except RehearsalError as error:
                    self._save_result = (False, str(error))
            return self._save_result

    def _post_form(self) -> tuple[bool, str]:
        if self._credential is None:
            return False, "No credential was handed over."
        browser = Browser()
        page = browser.open(f"{self._stack_url}/org-settings")
        if page.form is None or page.status != 200:
            return False, f"The page answered {page.status} without a form."
        fields = dict(_FORM_VALUES)
        for name, label in page.form.labels.items():
            ticked = self._ticked.get(label.strip().lower(), "")
            # "for example X" or "of your choice" is a free choice: the default is used.
            is_free_choice = name == "model" and len(ticked.split()) > 1
            if ticked and not is_free_choice and name in ("provider", "model", "credential_type"):
                fields[name] = page.form.value_for(name, ticked)
        if self._org_id in page.form.options.get("org_id", {}):
            fields["org_id"] = self._org_id
        result = browser.submit(page, {**fields, "bundle": self._credential})
        notice = result.notice or f"the page answered {result.status}"
        return result.status == 200, f"Saved: {notice}" if result.status == 200 else notice


def _choose_model(data: Mapping[str, Any]) -> Answer:
    """The first listed model that is neither the wanted one nor refused; else keep the model."""
    listed, refused = data.get("listed") or (), data.get("refused") or ()
    choice = next(
        (model for model in listed if model != data.get("wanted") and model not in refused), None
    )
    return Answer(Verb.KEEP) if choice is None else Answer(Verb.USE, model=str(choice))
