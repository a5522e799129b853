"""The live `Operator` port: open questions, their answers, and pages and texts handed over."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.config.session_config import origin_of
from smoke_tui.journal.events.facts import Answered
from smoke_tui.journal.events.machine_facts import ClipboardOffered, PageOpened
from smoke_tui.journal.stream import IncomingFact
from smoke_tui.redaction import Secret, Vault
from smoke_tui.redaction.secret import Json
from smoke_tui.world.conversation import PendingRequest
from smoke_tui.world.credential_document import sendable
from smoke_tui.world.live.clock_ids import random_id
from smoke_tui.world.live.redirect import read_redirect
from smoke_tui.world.live.secret_texts import register_parts
from smoke_tui.world.ports import Browser, Clipboard, PortAnswer, PortError
from smoke_tui.world.requests.base import VALUE
from smoke_tui.world.requests.http import Listen
from smoke_tui.world.requests.operator import OfferText, OpenPage, Question
from smoke_tui.world.values import (
    PLACEHOLDER_PROBLEM,
    Text,
    holds_placeholder,
    render,
    render_text,
    secrets_in,
)

_LONGEST_PASTE: Final = 16 * 1024
"""Characters of an address that is pasted in several lines."""
_GIVES: Final = (Verb.TEXT, Verb.SECRET)
_CLOSED: Final = "this question is not open any more"


class LiveOperator:
    """Questions that wait for the operator, or for a scripted one.

    Answers come from any thread; `post` takes the fact of each.
    """

    def __init__(self, vault: Vault, post: Callable[[IncomingFact], None]) -> None:
        self._vault = vault
        self._post = post
        self._open: dict[int, tuple[PendingRequest, Question]] = {}
        self._pasted: dict[int, str] = {}

    def ask(self, pending: PendingRequest, question: Question) -> None:
        """Let a question wait for its answer."""
        self._open[pending.seq] = pending, question

    def withdraw(self, seq: int) -> None:
        """Forget question `seq`, if it still waits."""
        self._open.pop(seq, None)

    def question(self, seq: int) -> Question | None:
        """Question `seq`; None where it is not open any more."""
        waiting = self._open.get(seq)
        return None if waiting is None else waiting[1]

    def answer(self, seq: int, answer: Answer, *, secret: str | None = None) -> str | None:
        """Answer question `seq`. Returns why the answer can't be taken, or None."""
        waiting = self._open.get(seq)
        if waiting is None:
            return _CLOSED
        pending, question = waiting
        secrets: dict[str, Secret] = {}
        hit = None
        if secret is not None and question.redirect is not None:
            pairs, problem = self._pasted_redirect(seq, secret, question.redirect)
            if problem is not None:
                return f"this is not the address of the login that waits: {problem}"
            hit, of_redirect = read_redirect(pairs, self._vault, pending.refs[VALUE])
            if "code" in of_redirect:
                secrets = {VALUE: of_redirect["code"]}
        elif secret is None and answer.do in _GIVES and answer.by == "rehearsal":
            secret = random_id("rehearsed")
        if secret is not None and question.secret is not None and question.redirect is None:
            secrets = {VALUE: self._secret(secret, question.secret, pending.refs[VALUE])}
        if self._open.pop(seq, None) is None:
            return _CLOSED
        body = Answered(answer, hit)
        self._post(IncomingFact(body, pending.step, pending.n, seq, secrets))
        return None

    def reveal(self, seq: int, name: str) -> str:
        """A value of an open question in the form the operator has to use, such as an address."""
        question = self.question(seq)
        return "" if question is None else str(render(question.data.get(name, "")))

    def _pasted_redirect(
        self, seq: int, text: str, expected: Listen
    ) -> tuple[tuple[tuple[str, str], ...], str | None]:
        """The query of a pasted redirect address, judged like the callback it replaces."""
        from smoke_tui.world.live.pasted_redirect import read_pasted

        # A wrapped address may come line by line, where nobody can tell that more follows.
        before = self._pasted.pop(seq, "")
        pairs, problem = read_pasted(f"{before}\n{text}" if before else text, expected)
        if problem is not None and before:
            pairs, problem = read_pasted(text, expected)
        if problem is not None:
            self._pasted[seq] = f"{before}\n{text}"[-_LONGEST_PASTE:]
        return pairs, problem

    def _secret(self, text: str, kind: str, ref: str) -> Secret:
        # A plain text is nothing to hide from the commands that it is given for.
        scrub = kind != "given-text"
        public: dict[str, Json] = {"chars": len(text)}
        if scrub and not sendable(text):
            public["sendable"] = False
        value = self._vault.add(Secret(text, kind=kind, ref=ref, public=public, scrub=scrub))
        if scrub:
            register_parts(self._vault, text, kind, ref)
        return value


async def open_page(browser: Browser, issuer: str, request: OpenPage) -> PortAnswer:
    """Open a page in the operator's browser."""
    try:
        _refuse_placeholder(request.url)
        _check_address(request.url, issuer)
        await browser.open_page(render_text(request.url))
    except PortError as error:
        return PortAnswer(PageOpened(str(error)))
    return PortAnswer(PageOpened(None))


async def offer_text(clipboard: Clipboard, request: OfferText) -> PortAnswer:
    """Offer a text to be carried elsewhere."""
    try:
        _refuse_placeholder(request.text)
        rendered = render(request.text)
        text = rendered if isinstance(rendered, str) else json.dumps(rendered, indent=2)
        how = await clipboard.put(text)
    except PortError as error:
        return PortAnswer(ClipboardOffered("", str(error)))
    return PortAnswer(ClipboardOffered(how, None))


def _check_address(url: Text, issuer: str) -> None:
    """A page's address may hold one secret, the state of a login, and that at the issuer alone.

    Raises:
        PortError: another secret would leave through the browser, or to another place.
    """
    held = [secret for secret in secrets_in(url) if secret.scrub]
    if not held:
        return
    try:
        at_issuer = origin_of(render_text(url)) == origin_of(issuer)
    except ValueError:
        at_issuer = False
    if not at_issuer or any(secret.kind != "oauth-state" for secret in held):
        raise PortError(
            "a secret would stand in the address of a page; hand it over in a "
            "hand-over step instead"
        )


def _refuse_placeholder(value: object) -> None:
    """Refuse what holds a placeholder where a value should be.

    Raises:
        PortError: it does.
    """
    if holds_placeholder(value):
        raise PortError(PLACEHOLDER_PROBLEM)
