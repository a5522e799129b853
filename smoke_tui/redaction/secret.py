"""A value that is never shown."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NoReturn, TypeAlias

from smoke_tui.redaction.placeholders import KIND, REF, render

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_NO_PARTS: Final[Mapping[str, Json]] = MappingProxyType({})


class SecretUnavailableError(LookupError):
    """The value of a stand-in was requested: a replay knows only the placeholder."""


def utf8(text: str) -> bytes:
    """UTF-8 of any text, lone surrogates included (they must not make a comparison raise)."""
    return text.encode("utf-8", "surrogatepass")


def _seal(value: str | None) -> Callable[[], str | None]:
    """Hide the value in a closure: no repr, `vars`, slot dump or traceback prints a cell."""
    return lambda: value


class Secret:
    """A value that must not be shown.

    `kind` and `ref` name it; `public` holds the parts that may be shown (a challenge, allow-listed
    claims, a length). `scrub=False` marks long private text that is never journalled but not
    searched for in streams either. A `value` of None makes a stand-in, as used in replay.

    Raises:
        ValueError: `kind` or `ref` does not fit a placeholder: ASCII without blanks, quotes,
            brackets, `<`, `>`, `&` or backslash; at most 64 and 128 characters.
    """

    __slots__ = ("_open", "kind", "public", "ref", "scrub")

    kind: str
    ref: str
    public: Mapping[str, Json]
    scrub: bool
    _open: Callable[[], str | None]

    def __init__(
        self,
        value: str | None,
        *,
        kind: str,
        ref: str,
        public: Mapping[str, Json] | None = None,
        scrub: bool = True,
    ) -> None:
        sealed = _seal(value)
        # A traceback with locals shows this frame when the checks below raise.
        del value
        fields = {
            "_open": sealed,
            "kind": kind,
            "ref": ref,
            "public": MappingProxyType(dict(public)) if public else _NO_PARTS,
            "scrub": scrub,
        }
        for name, content in fields.items():
            object.__setattr__(self, name, content)
        if not KIND.fullmatch(kind):
            raise ValueError("not usable as the kind of a secret")
        if not REF.fullmatch(ref):
            raise ValueError("not usable as the ref of a secret")

    @property
    def placeholder(self) -> str:
        """What is shown instead of the value."""
        return render(self.kind, self.ref)

    @property
    def available(self) -> bool:
        """False for a stand-in, which has no value to reveal."""
        return self._open() is not None

    def reveal(self) -> str:
        """Return the value itself.

        Raises:
            SecretUnavailable: this is a stand-in.
        """
        value = self._open()
        if value is None:
            raise SecretUnavailableError(f"{self.placeholder} has no value here")
        return value

    def matches(self, other: str | bytes | Secret) -> bool:
        """Whether `other` is this value, compared in constant time. False for a stand-in."""
        own_value = self._open()
        if isinstance(other, Secret):
            if not other.available:
                return False
            other = other.reveal()
        other_value = utf8(other) if isinstance(other, str) else other
        return own_value is not None and hmac.compare_digest(utf8(own_value), other_value)

    def __repr__(self) -> str:
        return self.placeholder

    def __str__(self) -> str:
        return self.placeholder

    def __format__(self, spec: str) -> str:
        return format(self.placeholder, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        if (self.kind, self.ref, self.available) != (other.kind, other.ref, other.available):
            return False
        return not self.available or self.matches(other)

    def __hash__(self) -> int:
        return hash((self.kind, self.ref))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled")
