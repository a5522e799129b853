"""The address that a sign-in ended at, in every form that people paste it in."""

from __future__ import annotations

import html
import json
import textwrap
from urllib.parse import quote, urlencode

import pytest

from smoke_tui.redaction import Secret
from smoke_tui.world.live.pasted_redirect import read_pasted
from smoke_tui.world.requests.http import Listen

STATE = "st4te-minted-for-this-test-0123456789abcdefghijklmnop"
CODE = "ac_minted-for-this-test.0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SPEC = Listen(
    (1455, 1457),
    "/auth/callback",
    Secret(STATE, kind="oauth-state", ref="t.1"),
    "https://auth.openai.com",
)


def address(
    host: str = "http://localhost:1455", path: str = "/auth/callback", **fields: str
) -> str:
    fields = fields or {"code": CODE, "scope": "openid profile email", "state": STATE}
    return f"{host}{path}?{urlencode(fields)}"


URL = address()
STATE_FIRST = address(state=STATE, code=CODE)


def wrapped(text: str, width: int = 80) -> str:
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


FORMS = {
    "as it is": URL,
    "another host of this machine": address("http://127.0.0.1:1457"),
    "IPv6": address("http://[::1]:1455"),
    "upper case": address("HTTP://LOCALHOST:1455"),
    "double quotes": f'"{URL}"',
    "single quotes": f"'{URL}'",
    "backticks": f"`{URL}`",
    "curly quotes": f"“{URL}”",
    "angle brackets": f"<{URL}>",
    "parentheses": f"({URL})",
    "a Markdown link": f"[here]({URL})",
    "a JSON string": json.dumps({"url": URL}),
    "escaped ampersands": html.escape(URL),
    "twice escaped": html.escape(html.escape(URL)),
    "numbered ampersands": URL.replace("&", "&#38;"),
    "JSON escapes": URL.replace("&", "\\u0026"),
    "a shell's escapes": URL.replace("&", "\\&").replace("?", "\\?").replace("=", "\\="),
    "an HTML attribute": f'<a href="{html.escape(URL)}">',
    "paste marks": f"\x1b[200~{URL}\x1b[201~",
    "paste marks without escape": f"[200~{URL}[201~",
    "paste marks as text": f"^[[200~{URL}^[[201~",
    "wrapped at 80": wrapped(URL),
    "wrapped at 40": wrapped(URL, 40),
    "wrapped with CRLF": wrapped(URL).replace("\n", "\r\n"),
    "wrapped and indented": textwrap.indent(wrapped(URL), "    "),
    "wrapped and quoted": textwrap.indent(wrapped(URL), "> "),
    "wrapped in a box": "\n".join(f"│ {line:<80} │" for line in wrapped(URL).split("\n")),
    "wrapped, the state first": wrapped(STATE_FIRST),
    "the state first": STATE_FIRST,
    "wrapped and in quotes": f'"{wrapped(URL)}"',
    "wrapped and escaped": wrapped(html.escape(URL)),
    "words before": f"The page is: {URL}",
    "words after": f"{URL} is what it says",
    "a line before": f"here you are:\n{URL}",
    "a line after": f"{URL}\n\nthanks!",
    "a full stop": f"It ended at {URL}.",
    "blanks around": f"\n\t  {URL}  \n\n",
    "tabs within": URL.replace("&", "\t&"),
    "a blank within": URL.replace("&state", " &state"),
    "zero-width blanks": f"\u200b{URL}\u200b",
    "a byte order mark": f"\ufeff{URL}",
    "no scheme": URL.removeprefix("http://"),
    "the query": URL.partition("?")[2],
    "the query with its mark": "?" + URL.partition("?")[2],
    "a fragment": URL.replace("?", "#"),
    "encoded as a whole": quote(URL, safe=""),
    "in another address": f"https://links.example/?u={quote(URL, safe='')}",
    "a trailing slash": URL.replace("/callback?", "/callback/?"),
    "an address before it": f"from https://auth.openai.com/log-in to {URL}",
}


@pytest.mark.parametrize("name", FORMS)
def test_it_is_understood(name: str) -> None:
    query, problem = read_pasted(FORMS[name], SPEC)
    assert problem is None
    assert dict(query)["code"] == CODE
    assert dict(query)["state"] == STATE


def test_a_refusal_of_the_sign_in_is_one_too() -> None:
    query, problem = read_pasted(f"<{address(error='access_denied', state=STATE)}>", SPEC)
    assert (problem, dict(query)["error"]) == (None, "access_denied")


REFUSED = {
    "the code alone": (CODE, "the code alone"),
    "the code alone in quotes": (f'"{CODE}"', "the code alone"),
    "the code as a field": (f"code={CODE}", "a code but no state"),
    "nothing": (" \n", "nothing was pasted"),
    "a word": ("yes", "there is no address in this text"),
    "a sentence": ("it said that I am signed in now, what next?", "there is no address"),
    "another login": (address(code=CODE, state="x" * 40), "belongs to another login"),
    "cut off": (URL[:-9], "cut off"),
    "no code": (address(state=STATE), "holds no code"),
    "neither": (address(scope="openid"), "neither code nor state"),
    "two codes": (f"{URL}&code=other", "no code, or several"),
    "two states": (f"{URL}&state={STATE}", "no state (or several)"),
    "another host": (address("https://evil.example"), "on another host (evil.example)"),
    "a host that looks like ours": (address("http://localhost.evil.example"), "another host"),
    "another page": (address(path="/other"), "another page of this machine"),
    "the sign-in page": (
        address(
            "https://auth.openai.com",
            "/oauth/authorize",
            state=STATE,
            redirect_uri="x",
            code_challenge="y",
        ),
        "the address of the sign-in page itself",
    ),
    "refused elsewhere": (
        address("https://auth.openai.com", "/error", error="access_denied"),
        "answered access_denied",
    ),
    "refused, without a state": (address(error="access_denied"), "names no login"),
    "refused, of another login": (
        address(error="access_denied", state="y" * 30),
        "belongs to another login",
    ),
    "another issuer": (
        address(code=CODE, state=STATE, iss="https://evil.example"),
        "another issuer",
    ),
    "a port that can't be": (address("http://localhost:99999"), "this is no address"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_the_true_reason(name: str) -> None:
    text, reason = REFUSED[name]
    query, problem = read_pasted(text, SPEC)
    assert query == ()
    assert problem is not None
    assert reason in problem


@pytest.mark.parametrize("name", REFUSED)
def test_no_reason_quotes_what_is_as_good_as_a_credential(name: str) -> None:
    _, problem = read_pasted(REFUSED[name][0], SPEC)
    assert problem is not None
    assert CODE[:12] not in problem
    assert STATE[:12] not in problem


def test_a_huge_text_is_read_in_no_time() -> None:
    """Every reading is tried; a text must not have endlessly many."""
    for text in ("http://localhost/" * 3000, "code=" * 10_000, "\n".join(["state=x"] * 5000)):
        _, problem = read_pasted(text, SPEC)
        assert problem is not None
