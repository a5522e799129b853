"""Pages of something between this machine and the provider, and the provider's own pages."""

from __future__ import annotations

import re

import pytest

from smoke_tui.codex.classify import Answer, classify
from smoke_tui.failure_codes.texts import text_of_code

Headers = tuple[tuple[str, str], ...]
CF: Headers = (("server", "cloudflare"), ("cf-ray", "9a-FRA"), ("content-type", "text/html"))
HTML: Headers = (("content-type", "text/html"),)


def page(title: str, body: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("status", "headers", "text"),
    [
        (403, HTML, page("Zscaler Internet Security", "Website blocked")),
        (403, HTML, page("Web Filter Violation", "FortiGuard Intrusion Prevention")),
        (
            503,
            HTML,
            page("Web Page Blocked", "Palo Alto Networks: in accordance with company policy"),
        ),
        (403, (*HTML, ("server", "BlueCoat")), page("Access Denied")),
        (
            503,
            (("server", "squid/6.6"), ("x-squid-error", "[REDACTED:header]"), *HTML),
            page("ERROR: The requested URL could not be retrieved"),
        ),
        (403, (("x-squid-error", "ERR_ACCESS_DENIED 0"),), "denied"),
        (403, HTML, page("Site blocked", "This site is blocked by Cisco Umbrella")),
        (403, HTML, page("Acme Corp: you may not go there")),
        (200, HTML, page("Hotel Wi-Fi: please sign in")),
        (200, (), "\ufeff\r\n" + page("Welcome to Airport Free WiFi")),
        (200, HTML, "<meta http-equiv='refresh' content='0; url=http://portal.example/'>"),
        (404, HTML, page("Not here")),
        (405, HTML, page("Guest portal")),
        (401, HTML, page("Proxy sign-in")),
        (500, HTML, page("Filter error")),
        (511, (), ""),
        (511, HTML, page("Network Authentication Required")),
        (511, (("content-type", "application/json"),), '{"error": {"code": "sign_in_first"}}'),
        (302, (("location", "http://portal.example/"),), ""),
        (307, (("location", "https://login.hotel.example/"),), page("Found")),
        # A filter that breaks the connection open keeps the headers of the answer it replaces.
        (403, CF, page("Blocked", "Your organization's Netskope policy")),
        (403, HTML, page("Access denied", "You have been blocked by the school's filter")),
    ],
)
def test_a_page_of_something_in_between(status: int, headers: Headers, text: str) -> None:
    found = classify(Answer(status, headers, text))
    assert (found.code, found.by) == ("intercepted", "edge")


@pytest.mark.parametrize(
    ("status", "headers", "text", "code"),
    [
        (403, CF, page("Just a moment..."), "edge-challenge"),
        (403, HTML, page("Just a moment..."), "edge-challenge"),
        (
            403,
            CF,
            page("Attention Required! | Cloudflare", "Sorry, you have been blocked"),
            "edge-block",
        ),
        (403, HTML, page("Attention Required! | Cloudflare"), "edge-block"),
        (
            403,
            HTML,
            page("Access denied", "You have been blocked. Cloudflare Ray ID: 1"),
            "edge-block",
        ),
        (502, CF, page("502 Bad Gateway", "<center>cloudflare</center>"), "bad-gateway"),
        (502, (), page("502 Bad Gateway", "<center>cloudflare</center>"), "bad-gateway"),
        (502, HTML, page("502 Bad Gateway", "<center>nginx</center>"), "bad-gateway"),
        (504, HTML, page("504 Gateway Time-out"), "bad-gateway"),
        (503, HTML, page("503 Service Temporarily Unavailable"), "server-error"),
        (
            522,
            CF,
            page("chatgpt.com | 522: Connection timed out", "cf-error-details"),
            "server-error",
        ),
        (
            520,
            HTML,
            page("Web server is returning an unknown error", "/cdn-cgi/styles/"),
            "server-error",
        ),
        (404, CF, page("Not Found"), "request-refused"),
        (500, CF, page("Oops, an error occurred"), "server-error"),
        (403, HTML, page("ChatGPT", "We are checking"), "request-refused"),
        (407, HTML, page("log in to the proxy"), "proxy"),
        (302, (("location", "https://auth.openai.com/"),), "", "redirect-refused"),
        (302, (("location", "[REDACTED:header]"),), "", "redirect-refused"),
        (
            307,
            (("location", "https://elsewhere.example/"), ("cf-ray", "1-FRA")),
            "",
            "redirect-refused",
        ),
        (302, (), "", "redirect-refused"),
        (302, (("location", "http://[::1/"),), "", "redirect-refused"),
        (401, HTML, '{"detail": "Unauthorized"}', "unauthorized"),
        (400, HTML, "Instructions are not valid", "instructions-drift"),
    ],
)
def test_the_provider_s_own_pages_are_not_taken_for_an_interception(
    status: int, headers: Headers, text: str, code: str
) -> None:
    assert classify(Answer(status, headers, text)).code == code


def test_a_page_of_the_stack_is_its_own() -> None:
    found = classify(Answer(500, HTML, page("Traceback: our app broke"), ours=True))
    assert found.code == "server-error"
    assert (
        classify(Answer(302, (("location", "http://x.example/"),), ours=True)).code
        == "redirect-refused"
    )


def test_the_page_is_named_to_the_person_clean_and_short() -> None:
    hostile = "Evil\x1b[2J &lt;b&gt; \u202e" + "x" * 4000
    found = classify(Answer(403, HTML, page(hostile)))
    row = text_of_code(found.code, found.observed())
    assert row is not None
    assert row.side == "this network"
    assert "Evil" in row.what
    for text in (found.message, row.what):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert len(text) < 400
    bare = classify(Answer(403, HTML, "<html><h1>Blocked by <b>policy</b></h1></html>"))
    assert bare.text == "Blocked by policy"


@pytest.mark.parametrize(
    ("headers", "ours", "code"),
    [
        ((), False, "intercepted"),
        ((("cf-ray", "1-FRA"),), False, "redirect-refused"),
        ((), True, "redirect-refused"),
    ],
)
@pytest.mark.parametrize("text", ["", page("302 Found")])
def test_a_redirect_is_reported_by_its_host_alone_and_never_followed(
    headers: Headers, ours: bool, code: str, text: str
) -> None:
    location = "https://user:word@portal.example:8443/login?session=FAKE-secret"
    found = classify(Answer(302, (*headers, ("Location", location)), text, ours=ours))
    row = text_of_code(found.code, found.observed())
    assert found.code == code
    assert row is not None
    for told in (found.message, row.what):
        assert "portal.example" in told
        assert re.search("(never|not) followed", told)
        for secret in ("word", "8443", "FAKE"):
            assert secret not in told


def test_a_redirect_without_a_host_is_explained() -> None:
    assert "never followed" in classify(Answer(302, (("cf-ray", "1-FRA"),))).message
