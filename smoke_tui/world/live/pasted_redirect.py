"""Reading the address that a sign-in ended at, as people paste it.

It comes in quotes or angle brackets, escaped as HTML or JSON, wrapped at a terminal's width, within
the marks of a bracketed paste, with words around it, without its scheme, or as its query alone.
What can't be taken is refused with the reason that is true, without quoting the text: it is as good
as a credential.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from smoke_tui.regex import regex
from smoke_tui.world.live.redirect import check_redirect
from smoke_tui.world.requests.http import Listen

Query = tuple[tuple[str, str], ...]

_MARKS: Final = regex(r"\x1b?\[20[01]~|\^\[\[20[01]~|\x1b\[[0-9;?]*[A-Za-z]")
_AMPERSANDS: Final = regex(r"&(?:amp;)+|&#0*38;|&#[xX]0*26;|\\u0026|\\x26|\^&|\\&", re.IGNORECASE)
_UNSEEN: Final = regex("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2060\ufeff\u00ad]")
_QUOTING: Final = regex(r"^[ \t]*(?:[>|│┃*#$-]+[ \t]+)*|[ \t]*[│┃|\\]?[ \t]*$")
_START: Final = regex(r"https?://|(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?/", re.IGNORECASE)
_QUERY: Final = regex(r"[?#]?\b(?:code|state|error|iss|scope)=", re.IGNORECASE)
_ADDRESS: Final = regex(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_CLOSING: Final = "\"'`<>)]},;“”‘’«»"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_CODE: Final = regex(r"[A-Za-z0-9._~+/=-]{16,4096}")
_LONGEST: Final = 16 * 1024
_MOST_READINGS: Final = 400
_MOST_LINES: Final = 100
_AGAIN: Final = "copy the whole address of the page the sign-in ended at, from the newest tab"


def read_pasted(text: str, expected: Listen) -> tuple[Query, str | None]:
    """The redirect's query, and None; or why the text is not the redirect that is waited for."""
    reasons = []
    for address in islice(_addresses(text[:_LONGEST]), _MOST_READINGS):
        query, problem = _judge(address, expected)
        if problem is None:
            return query, None
        if _twice(query, expected):
            # A later beginning in the same address would hide that it names two codes.
            return (), problem
        reasons.append(problem)
    return (), reasons[0] if reasons else _no_address(text)


def _twice(query: Query, expected: Listen) -> bool:
    """Whether a query of this login names its code or error more than once."""
    names = [name for name, _ in query]
    return any(names.count(name) > 1 for name in ("code", "error")) and any(
        name == "state" and expected.state.matches(value) for name, value in query
    )


def _addresses(text: str) -> Iterator[str]:
    """Every reading of the text as an address, the likeliest first."""
    yielded = set()
    plain = _AMPERSANDS.sub("&", _MARKS.sub("", text))
    plain = _UNSEEN.sub("", re.sub(r"\\([/?=:_.-])", r"\1", plain))
    encoded = "%3A%2F%2F" in plain.upper()
    begins = _START if encoded or _START.search("".join(plain.split())) else _QUERY
    for reading in (plain, unquote(plain) if encoded else ""):
        lines = [_QUOTING.sub("", line) for line in reading.splitlines()]
        for start in range(len(lines)):
            for start_match in begins.finditer(lines[start]):
                for address in _joined(lines[start:], start_match.start()):
                    if address and address not in yielded:
                        yielded.add(address)
                        yield address
        whole = "".join(reading.split())
        opening = begins.search(whole)
        if opening is not None and whole[opening.start() :] not in yielded:
            yield whole[opening.start() :].rstrip(_CLOSING)


def _joined(lines: list[str], start: int) -> Iterator[str]:
    """An address that begins in the first line: with the lines it was wrapped into, and without."""
    first = lines[0][start:]
    inside = _ADDRESS.match(first)
    assert inside is not None
    parts = [inside[0]]
    if inside.end() == len(first):
        for line in lines[1:_MOST_LINES]:
            more = _ADDRESS.match(line)
            assert more is not None
            if not more[0]:
                break
            parts.append(more[0])
            if more.end() != len(line):
                break
    for count in range(len(parts), 0, -1):
        address = "".join(parts[:count])
        yield address.rstrip(_CLOSING)
        yield address.rstrip(_CLOSING + ".!")


def _judge(address: str, expected: Listen) -> tuple[Query, str | None]:
    """The query of one reading, and None or the reason why it is not ours."""
    # Where a line ended within an escape, only the joined address shows it.
    address = _AMPERSANDS.sub("&", address)
    whole = "://" in address[:8]
    if not whole and "/" in address.partition("?")[0] and "=" not in address.partition("?")[0]:
        address, whole = f"http://{address}", True
    try:
        parts = urlsplit(address if whole else f"?{address.lstrip('?#')}")
        host, port = (parts.hostname or "").lower(), parts.port
        query = tuple(parse_qsl(parts.query or parts.fragment, keep_blank_values=True))
    except ValueError:
        return (), f"this is no address; {_AGAIN}"
    verdict = check_redirect(query, expected)
    if whole:
        elsewhere = _elsewhere(host, port, parts.path, dict(query), expected, verdict)
        if elsewhere is not None:
            return (), elsewhere
    return query, _reason(verdict, dict(query)) if verdict != "ok" else None


def _elsewhere(
    host: str, port: int | None, path: str, query: dict[str, str], expected: Listen, verdict: str
) -> str | None:
    """Why an address is not where this login ends; None where it may be."""
    if host in _LOOPBACK:
        if path.rstrip("/") != expected.path.rstrip("/"):
            return f"this is another page of this machine ({path or '/'}); {_AGAIN}"
        return None
    if "redirect_uri" in query or "code_challenge" in query or "/authorize" in path:
        return (
            f"this is the address of the sign-in page itself, on {host}; sign in there first, "
            f"then {_AGAIN}"
        )
    error = query.get("error")
    if error and verdict != "ok":
        return f"the sign-in page on {host} answered {_word(error)}; start the login again"
    return (
        f"this address is on another host ({host or 'none'}); the login ends at 127.0.0.1 or "
        f"localhost: {_AGAIN}"
    )


def _reason(verdict: str, query: dict[str, str]) -> str:
    """Why a query that is on the right page is not ours."""
    error = query.get("error")
    if error and verdict in ("no single state", "wrong state"):
        which = (
            "names no login (no state)"
            if verdict == "no single state"
            else ("belongs to another login (its state is another one)")
        )
        return f"the sign-in answered {_word(error)}, but that address {which}; {_AGAIN}"
    if verdict == "no single state" and "code" in query:
        return (
            "the address holds a code but no state (or several), so nobody can tell that it "
            f"belongs to this login; {_AGAIN}"
        )
    return {
        "no single state": f"the address holds neither code nor state; {_AGAIN}",
        "wrong state": (
            "the address belongs to another login: its state is another one, or was "
            f"cut off; {_AGAIN}"
        ),
        "wrong issuer": "the address names another issuer than this login's; start the login again",
        "no single code": f"the address holds no code, or several; {_AGAIN}",
        "impossible code": f"the address holds a code that can't be one; {_AGAIN}",
    }[verdict]


def _word(error: str) -> str:
    """An error of a sign-in page, as far as it is one word."""
    return error if re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", error) else "an error"


def _no_address(text: str) -> str:
    packed = "".join(_UNSEEN.sub("", _MARKS.sub("", text)).split()).strip(_CLOSING)
    if not packed:
        return f"nothing was pasted; {_AGAIN}"
    if _CODE.fullmatch(packed.partition("#")[0]):
        return (
            "this looks like the code alone; without the state beside it nobody can tell that "
            f"it belongs to this login: {_AGAIN}"
        )
    return f"there is no address in this text; {_AGAIN}"
