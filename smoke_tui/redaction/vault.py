"""The vault: every value that was learnt, and the redaction of whatever may hold one."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Sequence
from typing import Final

from smoke_tui.redaction import credential_documents, detectors, json_values
from smoke_tui.redaction.detector_stage import NetStage
from smoke_tui.redaction.encodings import MIN_ANYWHERE, MIN_VALUE, derived
from smoke_tui.redaction.known_values import KnownStage, Needles
from smoke_tui.redaction.placeholders import OPENING, PLACEHOLDER, render
from smoke_tui.redaction.secret import Json, Secret, utf8
from smoke_tui.redaction.spans import Cover, Islands, Span, outside, weave

#: Distinct values of known shape that get a number of their own; a hostile stream could draw more
#: than memory holds, so the rest share one placeholder per kind.
MAX_NUMBERED: Final = 65536


class Vault:
    """Knows the secrets of a session and removes them from bytes, text and JSON. Thread safe.

    Values shorter than 6 characters are not registered, those of 6 or 7 are found only as whole
    words and in no derived form: both would tear holes into ordinary text. Secrets with
    `scrub=False` are ignored; stand-ins are kept by their placeholder only.

    What is known is replaced first, in every derived form, then the shape net catches what looks
    like a secret. The latter's numbers are kept by a keyed hash, never by the value. Redacting
    twice is redacting once, and placeholders come out as they are, unless a foreign one was built
    around a secret.
    """

    __slots__ = (
        "_counts", "_forms", "_issued", "_key", "_lock", "_numbers", "_raws", "_replaced",
        "_secrets", "_tables", "_words", "salt", "version",
    )  # fmt: skip

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._secrets: dict[str, Secret] = {}
        self._replaced: list[Secret] = []
        #: Rises with every value that is learnt.
        self.version = 0
        self._forms: dict[bytes, bytes] = {}
        self._raws: dict[bytes, bytes] = {}
        self._words: dict[bytes, bytes] = {}
        self._tables: tuple[Needles, Needles] | None = None
        self._issued: set[bytes] = set()
        self._counts: dict[str, int] = {}
        self._numbers: dict[tuple[str, bytes], bytes] = {}
        self._key = secrets.token_bytes(32)
        #: What `mark` mixes in: the session's name, so that no two sessions' marks can be joined.
        self.salt = ""

    def __repr__(self) -> str:
        return f"<Vault of {len(self._secrets)} secrets>"

    def add(self, secret: Secret) -> Secret:
        """Register a secret and every form its value may take. Adding it again changes nothing.

        A second value under the same placeholder (a token renewed) is looked for beside the first.
        A value known under two placeholders is shown as the one that came first.
        """
        if not secret.scrub or (secret.available and len(secret.reveal()) < MIN_VALUE):
            return secret
        with self._lock:
            known = self._secrets.get(secret.placeholder)
            if known is not None and known == secret:
                return known
            if known is not None and known.available:
                self._replaced.append(known)
            self._secrets[secret.placeholder] = secret
            mark = secret.placeholder.encode()
            self._issued.add(mark)
            if secret.available:
                self._learn(secret.reveal(), mark)
        return secret

    def add_document(
        self, text: str, ref: str, public: Sequence[credential_documents.Path] = ()
    ) -> None:
        """Register every value of a credential document that is not public.

        A name that is known already keeps its value; what else would have it is numbered on.
        """
        with self._lock:
            for kind, value in credential_documents.secret_values(text, public):
                self._add_leaf(value, kind, ref)

    def add_parts(self, value: str, kind: str, ref: str) -> None:
        """Register what a token holds beside itself: its parts, its owner's claims."""
        with self._lock:
            for name, part in credential_documents.parts_of(value, kind):
                self._add_leaf(part, name, ref)

    def _add_leaf(self, value: str, kind: str, ref: str) -> None:
        if len(value) < MIN_VALUE or utf8(value) in self._raws or utf8(value) in self._words:
            return
        name = ref
        number = 1
        while self._secrets.get(render(kind, name)) is not None:
            number += 1
            name = f"{ref}.{number}"
        self.add(Secret(value, kind=kind, ref=name))

    def _learn(self, value: str, mark: bytes) -> None:
        self._tables = None
        self.version += 1
        if len(value) < MIN_ANYWHERE:
            self._words.setdefault(utf8(value), mark)
            return
        self._raws.setdefault(utf8(value), mark)
        for form in derived(value):
            self._forms.setdefault(form, mark)

    def add_value(self, value: str, kind: str, ref: str | None = None) -> Secret:
        """Register a value; without a ref it gets its kind's next number, or the one it has."""
        with self._lock:
            if ref is None:
                for known in self._secrets.values():
                    if known.kind == kind and known.matches(value):
                        return known
                ref = self._next(kind)
            return self.add(Secret(value, kind=kind, ref=ref))

    def _next(self, kind: str) -> str:
        number = self._counts.get(kind, 0) + 1
        while render(kind, str(number)).encode() in self._issued:
            number += 1
        self._counts[kind] = number
        return str(number)

    def number_after(self, data: bytes) -> None:
        """Give no number that a placeholder in `data` has: it stands for another value there."""
        with self._lock:
            for found in PLACEHOLDER.finditer(data):
                kind, _, ref = found[0][len(OPENING) : -1].decode().partition("#")
                if ref.isdigit() and len(ref) < 10:
                    self._counts[kind] = max(int(ref), self._counts.get(kind, 0))

    def mark(self, value: str) -> str:
        """What tells whether two values of one session are the same, and nothing else of them.

        Only for values that can't be guessed, as a UUID.
        """
        return hashlib.blake2b(utf8(value), key=utf8(self.salt), digest_size=8).hexdigest()

    def get(self, placeholder: str) -> Secret | None:
        """The secret behind a placeholder; None for shapes, which keep no value."""
        with self._lock:
            return self._secrets.get(placeholder)

    def secrets(self) -> list[Secret]:
        """Every registered secret, in the order they came; those of a renewed name last."""
        with self._lock:
            return [*self._secrets.values(), *self._replaced]

    def redact(self, data: bytes) -> bytes:
        """`data` without secrets. Bytes without a secret come out as they are."""
        return self.stream().flush(data)

    def redact_text(self, text: str) -> str:
        """As `redact`, for text; lone surrogates are kept."""
        return self.redact(utf8(text)).decode("utf-8", "surrogatepass")

    def redact_json(self, value: Json) -> Json:
        """A copy of a JSON value without secrets, in leaves, keys and JSON text inside leaves.

        A string under a sensitive key or a cookie header's name is judged by that name as well.
        Numbers are kept. What is nested deeper than 200 levels is replaced as a whole.
        """
        return json_values.walk(value, self)

    def redact_whole(self, text: str, kind: str) -> str:
        """All of `text` as one secret of a kind, placeholders in it excepted."""
        data = utf8(text)
        return self._weave(data, [Span(0, len(data), kind.encode())])

    def redact_cookies(self, text: str) -> str:
        """The value of a Cookie or Set-Cookie header without the cookies' values."""
        data = utf8(text)
        hits = detectors.cookie_hits(data, 0, len(data), 0)
        return self._weave(data, [Span(hit.start, hit.end, hit.kind.encode()) for hit in hits])

    def _weave(self, data: bytes, spans: list[Span]) -> str:
        kept = outside(spans, self.islands(data))
        out = weave(data, 0, len(data), kept, self.number, Cover())
        return out.decode("utf-8", "surrogatepass")

    def stream(self) -> StreamRedactor:
        """A redactor for bytes that arrive in pieces."""
        return StreamRedactor(self)

    def tables(self) -> tuple[Needles, Needles]:
        """What is known now: the forms to be found anywhere, and those found as whole words."""
        with self._lock:
            if self._tables is None:
                words = Needles(self._words, {}, whole_words=True)
                self._tables = Needles(self._forms, self._raws), words
            return self._tables

    def number(self, kind: bytes, value: bytes) -> bytes:
        """The placeholder of a value found by its shape: the same for the same value."""
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

    def islands(self, data: bytes) -> Islands:
        """Where placeholders stand in `data` that hide nothing but what they replaced."""
        if OPENING not in data:
            return ()
        return [m.span() for m in PLACEHOLDER.finditer(data) if self._harmless(m.group())]

    def _harmless(self, placeholder: bytes) -> bool:
        if placeholder in self._issued:
            return True
        known = any(table.occur_in(placeholder) for table in self.tables())
        return not known and not detectors.find(placeholder, detectors.TOKENS)


class StreamRedactor:
    """Redacts bytes as they arrive; any chunking gives what redacting the whole gives.

    Held back is only what could still become a match: an end that begins a registered form (its
    length at most, wraps aside), the current run of bytes without a blank, or the current line from
    a word such as `Bearer` or `password` on, at most 64 KiB. Secrets may be added between feeds;
    they count for what is not out yet.
    """

    __slots__ = ("_stages", "_vault")

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._stages = self._fresh()

    def _fresh(self) -> tuple[KnownStage, KnownStage, NetStage]:
        vault = self._vault
        return (
            KnownStage(lambda: vault.tables()[0], vault.islands),
            KnownStage(lambda: vault.tables()[1], vault.islands),
            NetStage(vault.number, vault.islands),
        )

    def feed(self, data: bytes) -> bytes:
        """The next bytes in; those that are safe to show now out."""
        for stage in self._stages:
            data = stage.feed(data)
        return data

    def flush(self, data: bytes = b"") -> bytes:
        """The last bytes in, if any; what was held back out. Afterwards the redactor is as new."""
        for stage in self._stages:
            data = stage.feed(data, last=True)
        self._stages = self._fresh()
        return data
