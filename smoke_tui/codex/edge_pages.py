"""Whether a response is the provider's: pages of its edge, and of systems in between.

`server: cloudflare` and `cf-ray` do not prove a failure of the edge: every response has them. A
response without them did not come through the provider's edge.
"""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import urlsplit

from smoke_tui.redaction import clean
from smoke_tui.regex import regex
from smoke_tui.structs import Struct

MAX_TITLE: Final = 160
MAX_HOST: Final = 120

CHALLENGE: Final = regex(r"<title>\s*just a moment|_cf_chl|challenge-platform", re.IGNORECASE)
BLOCK: Final = regex(r"attention required!", re.IGNORECASE)
BLOCKED: Final = regex(r"you have been blocked|error code: 10\d\d", re.IGNORECASE)
EDGE_MARKS: Final = regex(r"cloudflare|\bcf-", re.IGNORECASE)
CLOUDFLARE: Final = regex(
    r"cf-error-details|cloudflare ray id|<center>cloudflare</center>"
    r"|cdn-cgi/|\| cloudflare",
    re.IGNORECASE,
)

FILTERS: Final[tuple[tuple[str, str], ...]] = (
    ("Zscaler", r"zscaler|zscloud"),
    ("Fortinet", r"fortinet|fortigate|fortiguard|fortinet\.net"),
    (
        "Palo Alto Networks",
        r"palo ?alto networks|pan[-_]os|globalprotect"
        r"|web page blocked.{0,400}company policy",
    ),
    ("Blue Coat", r"blue ?coat|proxysg|edge ?swg|symantec web security"),
    ("Squid", r"squid"),
    ("Cisco", r"cisco umbrella|opendns|ironport|cisco secure web|ciscowsa"),
    ("Skyhigh", r"mcafee web gateway|skyhigh secure|trellix"),
    ("Sophos", r"sophos"),
    ("Barracuda", r"barracuda"),
    ("WatchGuard", r"watchguard"),
    ("Check Point", r"check ?point.{0,40}(usercheck|url filtering)|usercheck"),
    ("Netskope", r"netskope"),
    ("Forcepoint", r"forcepoint|websense"),
    ("iboss", r"\biboss\b"),
    ("Lightspeed", r"lightspeed systems"),
    ("Smoothwall", r"smoothwall"),
    ("SonicWall", r"sonicwall"),
    ("Untangle", r"untangle|arista edge threat"),
    ("Securly", r"securly"),
    ("GoGuardian", r"goguardian"),
    ("Menlo", r"menlo security"),
    ("Pi-hole", r"pi-hole"),
    ("AdGuard", r"adguard"),
)
"""Vendors of filters and patterns of their pages; the name is shown to the operator."""

_FILTERS: Final = tuple(
    (name, regex(pattern, re.IGNORECASE | re.DOTALL)) for name, pattern in FILTERS
)
_GATEWAY: Final = regex(
    r"<title>\s*(\d{3} )?(internal server error|bad gateway|service (temporarily )?unavailable"
    r"|gateway time-?out|request time-?out)\s*</title>",
    re.IGNORECASE,
)
_PROVIDER_PAGE: Final = regex(
    r"<title>[^<]{0,80}\b(openai|chatgpt|codex)\b|oaistatic\.com"
    r"|cdn\.openai\.com|auth-cdn\.oaistatic",
    re.IGNORECASE,
)
_TITLES: Final = ("title", "h1")
_TAG: Final = regex(r"<[^>]{0,400}>")
_MARKUP: Final = regex(r"<(!doctype|html|head|body|title|script|meta|h1)\b", re.IGNORECASE)
_PROVIDERS: Final = ("openai.com", "chatgpt.com", "oaistatic.com", "oaiusercontent.com")
_INSPECTED: Final = 64 * 1024


class EdgeAnswer(Struct, frozen=True):
    """The parts of a response that show who sent it; header names are lower-case.

    `coded`: a header carries a code; `broken`: the body is incomplete; `ours`: the response is the
    stack's, whose pages are its own.
    """

    status: int | None
    headers: tuple[tuple[str, str], ...]
    text: str
    coded: bool
    broken: bool
    ours: bool = False

    def header(self, name: str) -> str:
        """The first value of a header, or an empty text."""
        return next((value for n, value in self.headers if n == name), "")


def edge_code(answer: EdgeAnswer) -> str | None:
    """A code of the edge, `intercepted`, or None if the response may be the backend's."""
    if answer.header("cf-mitigated").lower() == "challenge":
        return "edge-challenge"
    if answer.status is None:
        return None
    if not answer.ours and _redirected_away(answer):
        return "intercepted"
    if is_page(answer.text) or _is_html(answer):
        return _page(answer)
    if answer.header("x-squid-error"):
        return "intercepted"
    if not answer.text.strip() and not answer.coded and not answer.broken:
        return {404: "edge-path-block", 403: "edge-unknown"}.get(answer.status)
    return None


def is_page(text: str) -> bool:
    """Whether a text is a page of markup."""
    return text.lstrip("\ufeff \t\r\n")[:1] == "<"


def page_title(text: str) -> str:
    """The title of a page."""
    inspected = text[:_INSPECTED]
    for tag in _TITLES:
        start = re.search(rf"<{tag}[^<>]{{0,200}}>", inspected, re.IGNORECASE)
        if start is None:
            continue
        rest = re.split(
            rf"</{tag}",
            inspected[start.end() : start.end() + 2000],
            maxsplit=1,
            flags=re.IGNORECASE,
        )[0]
        title = " ".join(clean(html.unescape(_TAG.sub(" ", rest))).split())
        if title:
            return title[:MAX_TITLE]
    return "an HTML page"


def filter_vendor(text: str, headers: tuple[tuple[str, str], ...] = ()) -> str | None:
    """The vendor of the filter that sent a page, if its text shows one."""
    haystack = "\n".join(
        (text[:_INSPECTED], *(f"{n}: {v}" for n, v in headers if n in ("server", "x-squid-error")))
    )
    return next((name for name, pattern in _FILTERS if pattern.search(haystack)), None)


def _page(answer: EdgeAnswer) -> str | None:
    """The code of a page by its sender; pages of a proxy (407) and of the provider have none."""
    text = answer.text[:_INSPECTED]
    refused = answer.status is not None and answer.status >= 400
    if refused and CHALLENGE.search(text):
        return "edge-challenge"
    if not answer.ours and filter_vendor(text, answer.headers):
        return "intercepted"
    if refused and (
        BLOCK.search(text)
        or (BLOCKED.search(text) and (EDGE_MARKS.search(text) or _through_the_edge(answer)))
    ):
        return "edge-block"
    if answer.ours or answer.status == 407 or _through_the_edge(answer) or CLOUDFLARE.search(text):
        return None
    if answer.status is not None and answer.status >= 500 and _GATEWAY.search(text):
        return None
    return None if _PROVIDER_PAGE.search(text) else "intercepted"


def _through_the_edge(answer: EdgeAnswer) -> bool:
    """Whether there are headers of the provider's edge or backend."""
    return any(
        name in ("cf-ray", "cf-mitigated", "x-oai-request-id", "x-openai-request-id")
        or name.startswith(("openai-", "x-codex-"))
        for name, _ in answer.headers
    )


def _is_html(answer: EdgeAnswer) -> bool:
    """A page that begins with something else than markup."""
    return (
        answer.header("content-type").lower().startswith("text/html")
        and _MARKUP.search(answer.text[:_INSPECTED]) is not None
        and answer.text.lstrip("\ufeff \t\r\n")[:1] not in "{["
    )


def redirect_host(status: int | None, location: str) -> str | None:
    """The host of a redirect; None if the response is no redirect, or names no host."""
    if status is None or not 300 <= status < 400:
        return None
    try:
        host = (urlsplit(location.strip()).hostname or "").rstrip(".")
    except ValueError:
        return None
    return clean(host)[:MAX_HOST] or None


def _redirected_away(answer: EdgeAnswer) -> bool:
    """Whether something other than the provider's edge redirects to a foreign host."""
    host = redirect_host(answer.status, answer.header("location"))
    if host is None or _through_the_edge(answer):
        return False
    return not any(host == name or host.endswith(f".{name}") for name in _PROVIDERS)
