"""Classify a failed response by the tables of `failure_signals` and `edge_pages`.

The order is transport, edge, structured code, text, status. A code overrides a status: a usage
limit is reported under 404, a reused refresh token under 400 and 401.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

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
from smoke_tui.regex import regex
from smoke_tui.structs import Struct, field, replace

MAX_TEXT: Final = 600
MAX_NAME: Final = 80
MAX_INSPECTED: Final = 4000
"""Characters of a text that are searched for signals; responses may be megabytes."""
MAX_ENVELOPES: Final = 24


class Answer(Struct, frozen=True):
    """A response to classify: status, headers (any case), body text, transport error.

    `ours` means that the stack sent it, not the provider.
    """

    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    error: str | None = None
    error_text: str = ""
    ours: bool = False

    def header(self, name: str) -> str:
        """The first value of a header, or an empty text."""
        return next(iter(self.headers_all(name)), "")

    def headers_all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [v for n, v in self.headers if n.lower() == name]


class Failure(Struct, frozen=True):
    """A classified failure; `text` is the server's, cleaned and cut; `by` is the signal.

    `named` is a code of the response that is unknown here; such a failure is final: it is neither
    retried nor followed by a refresh. `about` are the response's other details.
    """

    code: str
    by: str
    text: str
    param: str | None = None
    delay: float | None = None
    resets_at: int | None = None
    named: str | None = None
    about: AnswerDetails = field(default_factory=AnswerDetails)

    @property
    def message(self) -> str:
        """The reason as text: the server's text; without one, the signal."""
        if self.named is not None and self.by.startswith("status"):
            name = f"the answer names {self.named}, a code that nobody has described yet"
            return f"{self.text} ({name})" if self.text and not _is_json(self.text) else name
        if self.about.redirect is not None and self.code in _REDIRECTS:
            return _REDIRECTS[self.code].format(host=self.about.redirect)
        if self.code == "redirect-refused" and not self.text:
            return "the answer is a redirect, which is never followed"
        if self.code == "intercepted":
            return (
                f"a page of something in between, which calls itself: {self.text}"
                if self.text
                else "something in between answered, without a word"
            )
        if self.text and not _is_json(self.text):
            return self.text
        signal, _, detail = self.by.partition(" ")
        template = _SIGNAL_TEXTS.get(signal)
        return template.format(word=detail) if template is not None else self.text or self.by

    def observed(self) -> dict[str, object]:
        """The failure as recorded in the journal; the engine reads `delay` and `final`."""
        about = self.about.to_json()
        fields: dict[str, object] = {
            "said": self.text or None,
            "param": self.param,
            "delay": self.delay,
        }
        return (
            fields
            | ({"about": about} if about else {})
            | ({"final": True} if self.named is not None else {})
        )


_SIGNAL_TEXTS: Final[Mapping[str, str]] = {
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
"""Signals that are followed by the server's own code."""


def classify(answer: Answer) -> Failure:
    """The failure of an unsuccessful response."""
    text = server_text(answer)
    if answer.error is not None and answer.status is None:
        return Failure(TRANSPORT.get(answer.error, "network"), "transport", text)
    edge = _edge(answer)
    redirect = redirect_host(answer.status, answer.header("location"))
    if edge is not None:
        return Failure(
            edge, "edge", text, about=AnswerDetails(page=text or None, redirect=redirect)
        )
    body = _document(answer.text)
    code, by, named = _code_and_signal(answer, body)
    if code == "intercepted":
        return Failure(code, "edge", text, named=named, about=AnswerDetails(named=named))
    about = read_details(
        answer.headers,
        list(_envelopes(body)),
        list(_texts(body, answer.text)),
        waits=code != "quota-exhausted",
        named=named if by.startswith("status") else None,
        code=by.partition(" ")[2] if by.split()[0] in _NAMES else None,
    )
    about = replace(about, redirect=redirect)
    delay = requested_delay(answer, body) if code != "quota-exhausted" else None
    return Failure(code, by, text, about.param, delay, about.resets_at, named, about)


def _code_and_signal(answer: Answer, body: object) -> tuple[str, str, str | None]:
    """The code, the signal it follows from, and an unknown code of the response if there is one."""
    named: str | None = None
    for name, source in _structured_codes(answer, body):
        code = code_for_name(name)
        if code is not None:
            return _refine(code, answer, body), f"{source} {name}", None
        named = named or _unknown_code(name, source)
    for text in _texts(body, answer.text):
        for code, pattern in TEXTS:
            if pattern.search(text):
                return _refine(code, answer, body), "text", named
    if answer.error is not None:
        return TRANSPORT.get(answer.error, "network"), "transport", named
    code = code_for_status(answer.status)
    return _refine(code, answer, body), f"status {answer.status}", named


def _refine(code: str, answer: Answer, body: object) -> str:
    """A more specific code if another field of the response gives one."""
    if code == "shape-rejected" and first_of(_envelopes(body), ("param",)) == "reasoning.context":
        return "lite-shape"
    if code in ("usage-limit-reached", "rate-limited"):
        reached = reached_type(answer, body)
        return "quota-exhausted" if reached in OUT_OF_CREDITS else code
    return code


_TOKEN: Final = regex(r"[a-z0-9]+(_[a-z0-9]+)+")
"""A text that is a code, not a sentence."""


def reached_type(answer: Answer, body: object) -> str | None:
    """The kind of limit that was reached, from a header or a field."""
    kind = answer.header("x-codex-rate-limit-reached-type") or first_of(
        _envelopes(body), ("rate_limit_reached_type", "x-codex-rate-limit-reached-type")
    )
    return kind.strip().lower() if isinstance(kind, str) else None


def _unknown_code(word: str, source: str) -> str | None:
    """A word as an unknown error code; None if it identifies nothing."""
    if word in GENERIC_NAMES or re.fullmatch(r"[\d.]*", word):
        return None
    if source == "type" and re.fullmatch(r"[a-z0-9]+([_.\-/][a-z0-9]+)*", word) is None:
        return None
    return clean(word)[:MAX_NAME].strip() or None


def _edge(answer: Answer) -> str | None:
    coded = any(where == "header" for _, where in _structured_codes(answer, None))
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


def _document(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


_JSON_BEGINS: Final = regex(r'\s*(?:\{\s*["}]|\[\s*(?:[\[{"\]]|-?[0-9.]+\s*[,\]]))')


def _is_json(text: str) -> bool:
    """Whether a text is JSON, possibly cut off; `[SSL: …]` and `[Errno 2] …` are not."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    return _document(text) is not None or (
        len(text) >= MAX_TEXT and _JSON_BEGINS.match(text) is not None
    )


def _envelopes(body: object) -> Iterator[Mapping[str, object]]:
    """The objects that may contain an error, innermost first, also in lists and in JSON texts."""
    envelopes: list[Mapping[str, object]] = []
    queue: list[object] = [body]
    while queue and len(envelopes) < MAX_ENVELOPES:
        value = queue.pop(0)
        if isinstance(value, str):
            value = _document(value) if value.lstrip()[:1] in ("{", "[") else None
        if isinstance(value, list):
            queue += value[:MAX_ENVELOPES]
        elif isinstance(value, Mapping):
            envelopes.append(value)
            queue += [value.get(key) for key in ("error", "errors", "detail", "response", "body")]
    return iter(reversed(envelopes))


def _structured_codes(answer: Answer, body: object) -> Iterator[tuple[str, str]]:
    """(code, source) in order: the two headers, the body's `code`, `type`, then code-like texts."""
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


def _unpacked(packed: str) -> object:
    """The document in `x-error-json`: base64 of any alphabet and padding, or plain."""
    text = "".join(packed.split())
    if text[:1] == "{":
        return _document(packed)
    text = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return _document(base64.b64decode(text + "=" * (-len(text) % 4)).decode())
    except (ValueError, UnicodeError):
        return None


def _named(envelope: Mapping[str, object], key: str) -> Iterator[str]:
    value = envelope.get(key)
    if isinstance(value, str) and value.strip() and not (key == "type" and "loc" in envelope):
        yield _name(value)


def _name(value: str) -> str:
    """A code in lower case with underscores: `AccountDeactivated` and `account-deactivated` too."""
    text = value.strip()[: 2 * MAX_NAME]
    if text.replace("_", "").isalnum() and not text.isupper():
        text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    text = text.lower()
    return re.sub(r"[\s\-]+", "_", text) if re.fullmatch(r"[a-z0-9_\s\-]+", text) else text


def _texts(body: object, raw: str) -> Iterator[str]:
    """The server's texts; the raw body only if it is no JSON document."""
    has_text = False
    for envelope in _envelopes(body):
        for key in ("detail", "message", "error_description", "error", "msg"):
            value = envelope.get(key)
            if isinstance(value, str) and value.strip():
                has_text = True
                yield value.strip()[:MAX_INSPECTED]
    if not has_text and not is_page(raw) and raw.strip():
        yield raw[:MAX_INSPECTED]


def server_text(answer: Answer) -> str:
    """The server's text, cleaned and cut."""
    if answer.error is not None and not answer.text:
        return clean(answer.error_text)[:MAX_TEXT]
    if is_page(answer.text):
        return page_title(answer.text)
    text = next(_texts(_document(answer.text), answer.text), answer.text)
    return clean(text.strip())[:MAX_TEXT]


_TRY_AGAIN: Final = regex(
    r"try again in\s*(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|seconds?|m|minutes?)\b", re.IGNORECASE
)
MAX_DELAY: Final = 10_000_000.0


def requested_delay(answer: Answer, body: object) -> float | None:
    """Seconds to wait that the response asks for: its body, its text, then Retry-After."""
    seconds = first_of(_envelopes(body), ("resets_in_seconds", "retry_after_seconds"))
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return _valid_delay(seconds)
    match = _TRY_AGAIN.search(answer.text[: 16 * MAX_INSPECTED])
    if match:
        unit = match.group(2).lower()
        factor = 0.001 if unit == "ms" else 60.0 if unit.startswith("m") else 1.0
        return _valid_delay(float(match.group(1)) * factor)
    header = answer.header("retry-after").strip()
    return _valid_delay(float(header)) if re.fullmatch(r"[0-9]{1,12}", header) else None


def _valid_delay(seconds: float) -> float | None:
    """A delay if it is finite, not negative and below the maximum, else None."""
    try:
        value = float(seconds)
    except OverflowError:
        return None
    return value if 0 <= value < MAX_DELAY else None
