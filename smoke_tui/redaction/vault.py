"""The vault: registered secrets, and their redaction from bytes, text, JSON and streams."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Sequence
from typing import Final

from smoke_tui.redaction import credential_documents, detection, detectors, json_values
from smoke_tui.redaction.detector_stage import DetectorStage
from smoke_tui.redaction.encodings import MIN_ANYWHERE, MIN_VALUE, encodings
from smoke_tui.redaction.known_values import KnownValueStage, Needles
from smoke_tui.redaction.placeholders import OPENING, PLACEHOLDER, render
from smoke_tui.redaction.secret import Json, Secret, utf8
from smoke_tui.redaction.spans import ProtectedSpans, Replaced, Span, outside, replace_spans

MAX_NUMBERED: Final = 65536
SHORT: Final = 64
"""Characters of a text that is remembered where it holds no secret, such as a key or a name."""
MOST_HARMLESS: Final = 8192
"""Distinct detected values that get a number each. The rest share one placeholder per kind, so that
a hostile stream can't exhaust memory."""


class Vault:
    """Knows the secrets of a session and removes them from bytes, text and JSON. Thread safe.

    Values shorter than 6 characters are not registered, those of 6 or 7 are found only as whole
    words and in no derived form: both would tear holes into ordinary text. Secrets with
    `scrub=False` are ignored; stand-ins are kept by their placeholder only.

    Registered values are replaced first, in every encoding; then detectors replace what looks like
    a secret. Values that detectors find are numbered by a keyed hash; the values are not kept.
    Redaction is idempotent. Placeholders are left as they are, except a forged one that contains a
    secret.
    """

    __slots__ = (
        "_counts", "_encodings", "_harmless_texts", "_issued", "_key", "_lock", "_numbers", "_replaced",
        "_secrets", "_tables", "_values", "_words", "salt", "version",
    )  # fmt: skip

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._secrets: dict[str, Secret] = {}
        self._replaced: list[Secret] = []
        self.version = 0
        """Rises with every registered value."""
        self._harmless_texts: tuple[int, set[str]] = (0, set())
        self._encodings: dict[bytes, bytes] = {}
        self._values: dict[bytes, bytes] = {}
        self._words: dict[bytes, bytes] = {}
        self._tables: tuple[Needles, Needles] | None = None
        self._issued: set[bytes] = set()
        self._counts: dict[str, int] = {}
        self._numbers: dict[tuple[str, bytes], bytes] = {}
        self._key = secrets.token_bytes(32)
        self.salt = ""
        """Key of `fingerprint`: the session's name, so that fingerprints of two sessions can't be linked."""

    def __repr__(self) -> str:
        return f"<Vault of {len(self._secrets)} secrets>"

    def add(self, secret: Secret) -> Secret:
        """Register a secret and every encoding of its value. Adding it again changes nothing.

        A second value under the same placeholder (a renewed token) is searched for as well. A value
        registered under two placeholders is shown as the first.
        """
        if not secret.scrub or (secret.available and len(secret.reveal()) < MIN_VALUE):
            return secret
        with self._lock:
            registered = self._secrets.get(secret.placeholder)
            if registered is not None and registered == secret:
                return registered
            if registered is not None and registered.available:
                self._replaced.append(registered)
            self._secrets[secret.placeholder] = secret
            placeholder = secret.placeholder.encode()
            self._issued.add(placeholder)
            if secret.available:
                self._learn(secret.reveal(), placeholder)
        return secret

    def add_document(
        self, text: str, ref: str, public: Sequence[credential_documents.Path] = ()
    ) -> None:
        """Register every value of a credential document that is not public.

        A value that is already registered keeps its placeholder; a ref that is taken gets a suffix.
        """
        with self._lock:
            for kind, value in credential_documents.secret_values(text, public):
                self._add_leaf(value, kind, ref)

    def add_parts(self, value: str, kind: str, ref: str) -> None:
        """Register the segments of a token (of a JWT: payload, signature) and its owner's claims."""
        with self._lock:
            for name, part in credential_documents.parts_of(value, kind):
                self._add_leaf(part, name, ref)

    def _add_leaf(self, value: str, kind: str, ref: str) -> None:
        if len(value) < MIN_VALUE or utf8(value) in self._values or utf8(value) in self._words:
            return
        name = ref
        number = 1
        while self._secrets.get(render(kind, name)) is not None:
            number += 1
            name = f"{ref}.{number}"
        self.add(Secret(value, kind=kind, ref=name))

    def _learn(self, value: str, placeholder: bytes) -> None:
        self._tables = None
        self.version += 1
        if len(value) < MIN_ANYWHERE:
            self._words.setdefault(utf8(value), placeholder)
            return
        self._values.setdefault(utf8(value), placeholder)
        for encoding in encodings(value):
            self._encodings.setdefault(encoding, placeholder)

    def add_value(self, value: str, kind: str, ref: str | None = None) -> Secret:
        """Register a value; without `ref` under the number it has or its kind's next number."""
        with self._lock:
            if ref is None:
                for registered in self._secrets.values():
                    if registered.kind == kind and registered.matches(value):
                        return registered
                ref = self._next(kind)
            return self.add(Secret(value, kind=kind, ref=ref))

    def _next(self, kind: str) -> str:
        number = self._counts.get(kind, 0) + 1
        while render(kind, str(number)).encode() in self._issued:
            number += 1
        self._counts[kind] = number
        return str(number)

    def number_after(self, data: bytes) -> None:
        """Don't issue numbers that placeholders in `data` use: there they stand for other values."""
        with self._lock:
            for match in PLACEHOLDER.finditer(data):
                kind, _, ref = match[0][len(OPENING) : -1].decode().partition("#")
                if ref.isdigit() and len(ref) < 10:
                    self._counts[kind] = max(int(ref), self._counts.get(kind, 0))

    def fingerprint(self, value: str) -> str:
        """A keyed digest that shows whether two values of one session are equal, and nothing else.

        Only for values that can't be guessed, such as a UUID.
        """
        return hashlib.blake2b(utf8(value), key=utf8(self.salt), digest_size=8).hexdigest()

    def get(self, placeholder: str) -> Secret | None:
        """The secret of a placeholder; None for detected values, which are not kept."""
        with self._lock:
            return self._secrets.get(placeholder)

    def secrets(self) -> list[Secret]:
        """Every registered secret in order, then the replaced values of renewed ones."""
        with self._lock:
            return [*self._secrets.values(), *self._replaced]

    def redact(self, data: bytes) -> bytes:
        """`data` without secrets. Bytes without a secret come out as they are."""
        if len(data) <= detection.QUICK and self._is_harmless(data):
            return data
        return self.stream().flush(data)

    def _is_harmless(self, data: bytes) -> bool:
        """Whether nothing in a whole text can be a secret; most texts are known to be so at once."""
        return not any(table.finds(data) for table in self.tables()) and not detection.may_find(
            data
        )

    def redact_text(self, text: str) -> str:
        """As `redact`, for text; lone surrogates are kept."""
        if len(text) > SHORT:
            return self.redact(utf8(text)).decode("utf-8", "surrogatepass")
        version, harmless = self._harmless_texts
        if version != self.version:
            # What was harmless may hold a value that was registered since.
            version, harmless = self._harmless_texts = (self.version, set())
        if text in harmless:
            return text
        redacted = self.redact(utf8(text)).decode("utf-8", "surrogatepass")
        if redacted == text and len(harmless) < MOST_HARMLESS:
            harmless.add(text)
        return redacted

    def redact_json(self, value: Json) -> Json:
        """A copy of a JSON value without secrets, in leaves, keys and JSON text inside leaves.

        A string under a sensitive key or a cookie header's name is redacted for that name too.
        Numbers are kept. Anything nested deeper than 200 levels is replaced as a whole.
        """
        return json_values.walk(value, self)

    def redact_whole(self, text: str, kind: str) -> str:
        """Replace all of `text` as one secret of a kind, except placeholders in it."""
        data = utf8(text)
        return self._replace(data, [Span(0, len(data), kind.encode())])

    def redact_cookies(self, text: str) -> str:
        """The value of a Cookie or Set-Cookie header without the cookies' values."""
        data = utf8(text)
        hits = detectors.cookie_hits(data, 0, len(data), 0)
        return self._replace(data, [Span(hit.start, hit.end, hit.kind.encode()) for hit in hits])

    def _replace(self, data: bytes, spans: list[Span]) -> str:
        kept = outside(spans, self.protected(data))
        out = replace_spans(data, 0, len(data), kept, self.number, Replaced())
        return out.decode("utf-8", "surrogatepass")

    def stream(self) -> StreamRedactor:
        """A redactor for bytes that arrive in pieces."""
        return StreamRedactor(self)

    def tables(self) -> tuple[Needles, Needles]:
        """Needles of the registered values: those found anywhere, and those found as whole words."""
        with self._lock:
            if self._tables is None:
                words = Needles(self._words, {}, whole_words=True)
                self._tables = Needles(self._encodings, self._values), words
            return self._tables

    def number(self, kind: bytes, value: bytes) -> bytes:
        """The placeholder of a detected value; the same value always gets the same one."""
        name = kind.decode()
        digest = hashlib.blake2b(value, key=self._key, digest_size=16).digest()
        with self._lock:
            placeholder = self._numbers.get((name, digest))
            if placeholder is None:
                if len(self._numbers) >= MAX_NUMBERED:
                    return render(name, "more").encode()
                placeholder = render(name, self._next(name)).encode()
                self._numbers[name, digest] = placeholder
                self._issued.add(placeholder)
            return placeholder

    def protected(self, data: bytes) -> ProtectedSpans:
        """Spans of placeholders in `data` that were issued here or contain no secret."""
        if OPENING not in data:
            return ()
        return [
            match.span() for match in PLACEHOLDER.finditer(data) if self._harmless(match.group())
        ]

    def _harmless(self, placeholder: bytes) -> bool:
        if placeholder in self._issued:
            return True
        contains_registered = any(table.occur_in(placeholder) for table in self.tables())
        return not contains_registered and not detection.find(placeholder, detectors.TOKENS)


class StreamRedactor:
    """Redacts bytes as they arrive; the output does not depend on the chunking.

    It holds back only what may still become a match: a tail that begins a registered encoding (at
    most its length, line wraps aside), the current run of bytes without a blank, or the current
    line from a word such as `Bearer` or `password` on; at most 64 KiB. Secrets may be added between
    feeds and apply to whatever was not returned yet.
    """

    __slots__ = ("_stages", "_vault")

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._stages = self._fresh()

    def _fresh(self) -> tuple[KnownValueStage, KnownValueStage, DetectorStage]:
        vault = self._vault
        return (
            KnownValueStage(lambda: vault.tables()[0], vault.protected),
            KnownValueStage(lambda: vault.tables()[1], vault.protected),
            DetectorStage(vault.number, vault.protected),
        )

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; return those that are safe to show now."""
        for stage in self._stages:
            data = stage.feed(data)
        return data

    def flush(self, data: bytes = b"") -> bytes:
        """Take the last bytes; return everything held back and reset the redactor."""
        for stage in self._stages:
            data = stage.feed(data, last=True)
        self._stages = self._fresh()
        return data
