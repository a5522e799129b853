"""Which failure an answer is: one function that reads the tables of `marks` and `edge`.

The order is that of the outcomes page: transport, edge, structured code, text, status. A code
beats a status: a usage limit has been seen under 404, a reused refresh token under 400 and 401.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from smoke_tui.codex.answer_details import AnswerDetails, first_of, read_details
from smoke_tui.codex.edge_pages import EdgeAnswer, edge_code, is_page, page_title, redirect_host
from smoke_tui.codex.failure_signals import (
    GENERIC_NAMES,
    OUT_OF_CREDITS,
    TEXTS,
    TRANSPORT,
    code_for_name,
    code_for_status,
)
from smoke_tui.redaction import clean

MAX_TEXT: Final = 600
MAX_NAME: Final = 80
MAX_INSPECTED: Final = 4000
"""Characters of a text in which marks are looked for: an answer may be megabytes of anything."""
MAX_ENVELOPES: Final = 24


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to be classified: status, headers (any case), body text, transport error.

    `ours`: it is of the product under test, not of the provider.
    """

    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    error: str | None = None
    error_text: str = ""
    ours: bool = False

    def header(self, name: str) -> str:
        return next(iter(self.headers_all(name)), "")

    def headers_all(self, name: str) -> list[str]:
        return [v for n, v in self.headers if n.lower() == name]


@dataclass(frozen=True, slots=True)
class Failure:
    """What an answer is. `said` is the server's own text, cleaned and cut; `by` is the mark.

    `named`: the code that the answer names and nobody knows; such a failure is final, never tried
    again and never answered with a refresh. `about`: what the answer says besides.
    """

    code: str
    by: str
    said: str
    param: str | None = None
    delay: float | None = None
    resets_at: int | None = None
    named: str | None = None
    about: AnswerDetails = field(default_factory=AnswerDetails)

    @property
    def words(self) -> str:
        """Why, for the person: the server's own words; where it has none, what gave it away."""
        if self.named is not None and self.by.startswith("status"):
            name = f"the answer names {self.named}, a code that nobody has described yet"
            return f"{self.said} ({name})" if self.said and not _is_json(self.said) else name
        if self.about.redirect is not None and self.code in _REDIRECTS:
            return _REDIRECTS[self.code].format(host=self.about.redirect)
        if self.code == "redirect-refused" and not self.said:
            return "the answer is a redirect, which is never followed"
        if self.code == "intercepted":
            return (
                f"a page of something in between, which calls itself: {self.said}"
                if self.said
                else "something in between answered, without a word"
            )
        if self.said and not _is_json(self.said):
            return self.said
        mark, _, word = self.by.partition(" ")
        known = _MARKS.get(mark)
        return known.format(word=word) if known is not None else self.said or self.by

    def observed(self) -> dict[str, Any]:
        """What the record keeps of it; the engine reads `delay` and `final`."""
        about = self.about.to_json()
        kept = {"said": self.said or None, "param": self.param, "delay": self.delay}
        return (
            kept
            | ({"about": about} if about else {})
            | ({"final": True} if self.named is not None else {})
        )


_MARKS: Final[Mapping[str, str]] = {
    "edge": "the provider's edge answered in place of its backend, without a word",
    "transport": "the connection broke off, and nothing says why",
    "status": "no reason was given",
    "header": "a header says {word}",
    "code": "the answer's code is {word}",
    "type": "the answer's type is {word}",
    "error": "the answer's error is {word}",
}


_REDIRECTS: Final[Mapping[str, str]] = {
    "intercepted": "something in between redirects to {host}, which is not the provider's; a "
    "redirect is never followed",
    "redirect-refused": "the answer redirects to {host}; a redirect is never followed",
}


_NAMES: Final = ("header", "code", "type", "error")
"""Marks that are followed by the server's own code."""


def classify(answer: Answer) -> Failure:
    """The failure an unsuccessful answer stands for; never a guess dressed as knowledge."""
    said = server_text(answer)
    if answer.error is not None and answer.status is None:
        return Failure(TRANSPORT.get(answer.error, "network"), "transport", said)
    edge = _edge(answer)
    redirect = redirect_host(answer.status, answer.header("location"))
    if edge is not None:
        return Failure(
            edge, "edge", said, about=AnswerDetails(page=said or None, redirect=redirect)
        )
    body = _document(answer.text)
    code, by, named = _found(answer, body)
    if code == "intercepted":
        return Failure(code, "edge", said, named=named, about=AnswerDetails(named=named))
    about = read_details(
        answer.headers,
        list(_envelopes(body)),
        list(_texts(body, answer.text)),
        waits=code != "quota-exhausted",
        named=named if by.startswith("status") else None,
        code=by.partition(" ")[2] if by.split()[0] in _NAMES else None,
        redirect=redirect,
    )
    delay = requested_delay(answer, body) if code != "quota-exhausted" else None
    return Failure(code, by, said, about.param, delay, about.resets_at, named, about)


def _found(answer: Answer, body: Any) -> tuple[str, str, str | None]:
    """The code, the mark that gave it, and the name that nobody knows, if there is one."""
    named: str | None = None
    for word, where in _words(answer, body):
        code = code_for_name(word)
        if code is not None:
            return _refined(code, answer, body), f"{where} {word}", None
        named = named or _unknown(word, where)
    for text in _texts(body, answer.text):
        for code, pattern in TEXTS:
            if pattern.search(text):
                return _refined(code, answer, body), "text", named
    if answer.error is not None:
        return TRANSPORT.get(answer.error, "network"), "transport", named
    code = code_for_status(answer.status)
    return _refined(code, answer, body), f"status {answer.status}", named


def _refined(code: str, answer: Answer, body: Any) -> str:
    """A code that another field of the answer makes more particular."""
    if code == "shape-rejected" and first_of(_envelopes(body), ("param",)) == "reasoning.context":
        return "lite-shape"
    if code in ("usage-limit-reached", "rate-limited"):
        reached = reached_type(answer, body)
        return "quota-exhausted" if reached in OUT_OF_CREDITS else code
    return code


_TOKEN: Final = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
"""A text that is a name of the server's, not a sentence."""


def reached_type(answer: Answer, body: Any) -> str | None:
    """Which limit was reached, as header or field name it."""
    said = answer.header("x-codex-rate-limit-reached-type") or first_of(
        _envelopes(body), ("rate_limit_reached_type", "x-codex-rate-limit-reached-type")
    )
    return said.strip().lower() if isinstance(said, str) else None


def _unknown(word: str, where: str) -> str | None:
    """A word as the name of an error that nobody knows; None where it names nothing."""
    if word in GENERIC_NAMES or re.fullmatch(r"[\d.]*", word):
        return None
    if where == "type" and re.fullmatch(r"[a-z0-9]+([_.\-/][a-z0-9]+)*", word) is None:
        return None
    return clean(word)[:MAX_NAME].strip() or None


def _edge(answer: Answer) -> str | None:
    coded = any(where == "header" for _, where in _words(answer, None))
    return edge_code(
        EdgeAnswer(
            answer.status,
            tuple((n.lower(), v) for n, v in answer.headers),
            answer.text,
            coded,
            answer.error is not None,
            answer.ours,
        )
    )


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


_JSON_BEGINS: Final = re.compile(r'\s*(?:\{\s*["}]|\[\s*(?:[\[{"\]]|-?[0-9.]+\s*[,\]]))')


def _is_json(text: str) -> bool:
    """Whether a text is a JSON document, be it cut; `[SSL: …]` and `[Errno 2] …` are none."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    return _document(text) is not None or (
        len(text) >= MAX_TEXT and _JSON_BEGINS.match(text) is not None
    )


def _envelopes(body: Any) -> Iterator[Mapping[str, Any]]:
    """The objects an error may stand in, innermost first: all five envelopes, and lists."""
    seen: list[Mapping[str, Any]] = []
    queue = [body]
    while queue and len(seen) < MAX_ENVELOPES:
        value = queue.pop(0)
        if isinstance(value, str):
            value = _document(value) if value.lstrip()[:1] in ("{", "[") else None
        if isinstance(value, list):
            queue += value[:MAX_ENVELOPES]
        elif isinstance(value, Mapping):
            seen.append(value)
            queue += [value.get(key) for key in ("error", "errors", "detail", "response", "body")]
    return iter(reversed(seen))


def _words(answer: Answer, body: Any) -> Iterator[tuple[str, str]]:
    """Structured codes in their order: the two headers, the body's `code`, then its `type`."""
    for plain in answer.headers_all("x-openai-authorization-error"):
        if plain.strip():
            yield _name(plain), "header"
    for packed in answer.headers_all("x-error-json"):
        for key in ("code", "type"):
            for envelope in _envelopes(_unpacked(packed)):
                for word in _named(envelope, key):
                    yield word, "header"
    for key in ("code", "type"):
        for envelope in _envelopes(body):
            for word in _named(envelope, key):
                yield word, key
    for key in ("error", "detail", "message"):
        for envelope in _envelopes(body):
            value = envelope.get(key)
            if isinstance(value, str) and _TOKEN.fullmatch(value.strip().lower()):
                yield _name(value), "error"
    if body is None and _TOKEN.fullmatch(answer.text[:MAX_INSPECTED].strip().lower()):
        yield _name(answer.text), "error"


def _unpacked(packed: str) -> Any:
    """The document of `x-error-json`: base64 in any alphabet and padding, or plain."""
    text = "".join(packed.split())
    if text[:1] == "{":
        return _document(packed)
    text = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return _document(base64.b64decode(text + "=" * (-len(text) % 4)).decode())
    except (ValueError, UnicodeError):
        return None


def _named(envelope: Mapping[str, Any], key: str) -> Iterator[str]:
    value = envelope.get(key)
    if isinstance(value, str) and value.strip() and not (key == "type" and "loc" in envelope):
        yield _name(value)


def _name(value: str) -> str:
    """A name in one spelling: `AccountDeactivated`, `account-deactivated`, `account_deactivated`."""
    text = value.strip()[: 2 * MAX_NAME]
    if text.replace("_", "").isalnum() and not text.isupper():
        text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    text = text.lower()
    return re.sub(r"[\s\-]+", "_", text) if re.fullmatch(r"[a-z0-9_\s\-]+", text) else text


def _texts(body: Any, raw: str) -> Iterator[str]:
    """What the server says in words; the raw text only where it is no JSON document."""
    found = False
    for envelope in _envelopes(body):
        for key in ("detail", "message", "error_description", "error", "msg"):
            value = envelope.get(key)
            if isinstance(value, str) and value.strip():
                found = True
                yield value.strip()[:MAX_INSPECTED]
    if not found and not is_page(raw) and raw.strip():
        yield raw[:MAX_INSPECTED]


def server_text(answer: Answer) -> str:
    """The server's own words, cleaned and cut, for the person."""
    if answer.error is not None and not answer.text:
        return clean(answer.error_text)[:MAX_TEXT]
    if is_page(answer.text):
        return page_title(answer.text)
    text = next(_texts(_document(answer.text), answer.text), answer.text)
    return clean(text.strip())[:MAX_TEXT]


_TRY_AGAIN: Final = re.compile(
    r"try again in\s*(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|seconds?|m|minutes?)\b", re.IGNORECASE
)
MAX_DELAY: Final = 10_000_000.0


def requested_delay(answer: Answer, body: Any) -> float | None:
    """Seconds the answer asks to wait: body, then its text, then Retry-After."""
    seconds = first_of(_envelopes(body), ("resets_in_seconds", "retry_after_seconds"))
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return _sane(seconds)
    asked = _TRY_AGAIN.search(answer.text[: 16 * MAX_INSPECTED])
    if asked:
        unit = asked.group(2).lower()
        factor = 0.001 if unit == "ms" else 60.0 if unit.startswith("m") else 1.0
        return _sane(float(asked.group(1)) * factor)
    header = answer.header("retry-after").strip()
    return _sane(float(header)) if re.fullmatch(r"[0-9]{1,12}", header) else None


def _sane(seconds: float) -> float | None:
    """A wait that can be meant; an endless or negative one is none."""
    try:
        value = float(seconds)
    except OverflowError:
        return None
    return value if 0 <= value < MAX_DELAY else None
