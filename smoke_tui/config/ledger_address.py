"""The address of a stack's ledger: which kind of ledger it is, and the secrets in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from smoke_tui.config.session_config import LOOPBACK, origin_of
from smoke_tui.regex import regex

EMBEDDED: Final = "embedded"
"""The value of --ledger for a PostgreSQL of the rehearsal's own."""

_HTTP: Final = ("http://", "https://")
_URI: Final = ("postgresql://", "postgres://")
_SECRET_KEYS: Final = frozenset(
    {
        "password",
        "sslpassword",
        "oauth_client_secret",
        "scram_client_key",
        "scram_server_key",
    }
)
"""The connection parameters that libpq itself keeps out of sight, or derives a login from."""

_KEYWORD_FORM: Final = regex(r"\s*\w+\s*=")
_BLANK: Final = " \t\n\r\f\v"
_ENCODINGS: Final = ("utf-8", "latin-1")
_NESTED: Final = 3
"""The depth to which nested connection strings (dbname may hold one) are parsed."""


def kind_of(address: str) -> str:
    """`stand-in` for the rehearsal's light ledger, else `postgresql`.

    Raises:
        ValueError: it is neither; the text does not quote it, because it may hold a password.
    """
    if address.startswith(_HTTP):
        try:
            host = origin_of(address)[1]
        except ValueError:
            host = ""
        if host not in LOOPBACK:
            raise ValueError(
                "an http address of a ledger has to be on loopback, without a name or password"
            )
        return "stand-in"
    if address.startswith(_URI) or _KEYWORD_FORM.match(address):
        return "postgresql"
    raise ValueError(
        "it is no address of a ledger; write postgresql://user@host:port/database, "
        "or `host=… dbname=… user=…`"
    )


def ledger_secrets(address: str) -> list[tuple[str, str]]:
    """The secrets of an address, as (value, kind).

    The whole address; every password in it, as written and as meant; and, since a password may be
    too short or too common a word to be detected by itself, the text around it: the parameter, or
    the beginning of the URI up to the `@`.
    """
    if not address or address.startswith(_HTTP):
        return []
    # A password that is a piece of this word would hide the word itself wherever it stands.
    secrets = {
        (text, kind)
        for text, kind in _secrets_of(address, _NESTED)
        if text and text.lower() not in "postgresql"
    }
    return [(address, "ledger-address"), *sorted(secrets - {(address, "ledger-address")})]


def _secrets_of(address: str, depth: int) -> Iterator[tuple[str, str]]:
    if address.startswith(_URI):
        parameters = _parameters_of_uri(address)
        yield from _user_part(address)
    else:
        parameters = _parameters_of_pairs(address)
    for name, written, meant in parameters:
        if name.lower() in _SECRET_KEYS:
            for form in {written, *meant}:
                yield from _parameter(name, form)
        elif depth and name.lower() == "dbname":
            for form in meant:
                if form.startswith(_URI) or _KEYWORD_FORM.match(form):
                    yield form, "ledger-address"
                    yield from _secrets_of(form, depth - 1)


def _parameter(name: str, password: str) -> Iterator[tuple[str, str]]:
    """A password, and the forms of its parameter in which libpq or its reader prints it."""
    yield password, "ledger-password"
    if password:
        yield f"{name}={password}", "ledger-parameter"
        escaped = re.sub(r"([\\'])", r"\\\1", password)
        yield f"{name}={escaped}", "ledger-parameter"
        yield f"{name}='{escaped}'", "ledger-parameter"


def _user_part(uri: str) -> Iterator[tuple[str, str]]:
    """The password before the host, and the beginning of the URI up to it."""
    rest = uri.partition("://")[2]
    # libpq ends the name at the first @; who forgot to encode one meant the last.
    for end in {rest.find("@"), rest.rfind("@")} - {-1}:
        user, colon, written = rest[:end].partition(":")
        if not colon or not written:
            continue
        for form in {written, *_decoded(written)}:
            yield from _parameter("password", form)
            for scheme in _URI:
                yield f"{scheme}{user}:{form}@", "ledger-parameter"


def _parameters_of_uri(uri: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Name, value as written, and value as meant, of what stands behind a `?`.

    As in libpq: names are encoded too, `#` begins nothing, and `+` is a plus sign. A `?` that was
    not encoded may stand in a user, a password or a value: whatever is behind one is looked at.
    """
    for mark in re.finditer(r"\?", uri):
        query = uri[mark.end() :]
        for pair in query.split("&"):
            name, _, written = pair.partition("=")
            yield unquote(name).strip(), written, _decoded(written)


def _parameters_of_pairs(text: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Name, value as written, and value as meant, of the keyword form.

    As in libpq's `conninfo_parse`: blanks around `=` are ignored, a backslash takes the next
    character as it is, a quoted value may be followed at once by the next name. What libpq refuses
    (no `=`, a quote that is never closed) is read as far as it goes.
    """
    at = 0
    while at < len(text):
        equals = text.find("=", at)
        if equals < 0:
            return
        name = text[at:equals].strip(_BLANK).split()
        at = equals + 1
        while at < len(text) and text[at] in _BLANK:
            at += 1
        begin, quoted = at, text[at : at + 1] == "'"
        at += quoted
        meant = ""
        while at < len(text) and not (text[at] == "'" if quoted else text[at] in _BLANK):
            at += text[at] == "\\"
            meant += text[at : at + 1]
            at += 1
        written = text[begin + quoted : at]
        at += quoted
        if name:
            yield name[-1], written, frozenset({meant})


def _decoded(written: str) -> frozenset[str]:
    """A value of a URI as meant. Newer libpq leaves the blanks around it out, older keep them."""
    texts = {written, written.strip(_BLANK)}
    return frozenset({unquote(text, encoding=name) for text in texts for name in _ENCODINGS})
