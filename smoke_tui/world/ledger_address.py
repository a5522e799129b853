"""The address of a stack's ledger: which kind of ledger it is, and the secrets in it. Pure."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from smoke_tui.world.config import LOOPBACK, origin_of

EMBEDDED: Final = "embedded"
"""What --ledger says for a PostgreSQL of the rehearsal's own."""

_HTTP: Final = ("http://", "https://")
_URI: Final = ("postgresql://", "postgres://")
_PASSWORDS: Final = ("password", "sslpassword")
_PAIR: Final = re.compile(r"(\w+)\s*=\s*('(?:[^'\\]|\\.)*'?|(?:[^\s\\]|\\.)*)", re.DOTALL)


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
            raise ValueError("an http address of a ledger has to be on loopback, without a name "
                             "or password")
        return "stand-in"
    if address.startswith(_URI) or ("://" not in address and "=" in address):
        return "postgresql"
    raise ValueError("it is no address of a ledger; write postgresql://user@host:port/database, "
                     "or `host=… dbname=… user=…`")


def ledger_secrets(address: str) -> list[tuple[str, str]]:
    """What nobody may see of an address, as (value, kind): the whole of it, and its passwords."""
    if not address or address.startswith(_HTTP):
        return []
    found = _in_uri(address) if "://" in address else _in_pairs(address)
    # A password that is a piece of this word would hide the word itself wherever it stands.
    passwords = {p for p in found if p and p.lower() not in "postgresql"}
    return [(address, "ledger-address"), *((p, "ledger-password") for p in sorted(passwords))]


def _in_uri(address: str) -> list[str]:
    rest = address.partition("://")[2]
    # libpq ends the name at the first @; who forgot to encode one meant the last.
    ends = {rest.find("@"), rest.rfind("@")} - {-1}
    written = [rest[:end].partition(":")[2] for end in ends]
    try:
        pairs = parse_qsl(urlsplit(address).query.replace("+", "%2B"), keep_blank_values=True)
    except ValueError:
        pairs = []
    written += [value for name, value in pairs if name in _PASSWORDS]
    return [form for one in written for form in (one, unquote(one))]


def _in_pairs(address: str) -> list[str]:
    found = []
    for name, raw in _PAIR.findall(address):
        if name in _PASSWORDS:
            bare = raw[1:].removesuffix("'") if raw.startswith("'") else raw
            found += [bare, re.sub(r"\\(.)", r"\1", bare)]
    return found
