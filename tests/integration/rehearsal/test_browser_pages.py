"""Every page of the rehearsal, as a keyboard, a narrow screen and a screen reader get it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from smoke_tui.rehearsal import Rehearsal
from smoke_tui.rehearsal.provider.tokens import CLIENT_ID
from tests.helpers.browser_operator import fill_in
from tests.helpers.chromium import Tab
from tests.helpers.rehearsal_requests import authorize_url, post_json, script, stack

NARROW = 320
Way = Callable[[Tab, Rehearsal], None]


def settings(tab: Tab, rehearsal: Rehearsal) -> None:
    script(rehearsal, "tools/dev/customer_seed.py")
    tab.open(f"{rehearsal.stack_url}/org-settings")


def refused_settings(tab: Tab, rehearsal: Rehearsal) -> None:
    settings(tab, rehearsal)
    fill_in(tab, "Save", "press")


def saved_settings(tab: Tab, rehearsal: Rehearsal) -> None:
    settings(tab, rehearsal)
    for label, value in (
        ("Provider", "OpenAI"),
        ("Model", "gpt-5-codex"),
        ("Credential type", "Subscription (OAuth bundle)"),
        ("Bundle", json.dumps(rehearsal.bundle())),
        ("Terms of service", ""),
        ("Save", ""),
    ):
        assert fill_in(tab, label, value), label


def sign_in(tab: Tab, rehearsal: Rehearsal) -> None:
    tab.open(authorize_url(rehearsal))


def refused_sign_in(tab: Tab, rehearsal: Rehearsal) -> None:
    sign_in(tab, rehearsal)
    tab.type("Email address", "somebody.FAKE@rehearsal.invalid")
    tab.type("Password", "FAKE-wrong-password")
    fill_in(tab, "Continue", "press")
    assert tab.find("Email address").value == "somebody.FAKE@rehearsal.invalid"
    assert tab.find("Password").value == ""
    assert "FAKE-wrong-password" not in tab.html()


def consent(tab: Tab, rehearsal: Rehearsal) -> None:
    sign_in(tab, rehearsal)
    email, password = rehearsal.account
    tab.type("Email address", email)
    tab.type("Password", password)
    fill_in(tab, "Continue", "press")


def device(tab: Tab, rehearsal: Rehearsal) -> None:
    tab.open(f"{rehearsal.issuer}/codex/device")


def refused_device(tab: Tab, rehearsal: Rehearsal) -> None:
    device(tab, rehearsal)
    tab.type("Code shown on your device", "FAKE-WRONG")
    fill_in(tab, "Continue", "press")
    assert tab.find("Code shown on your device").value == "FAKE-WRONG"


def device_signed_in(tab: Tab, rehearsal: Rehearsal) -> None:
    where = f"{rehearsal.issuer}/api/accounts/deviceauth/usercode"
    code = post_json(where, {"client_id": CLIENT_ID}).json()["user_code"]
    device(tab, rehearsal)
    tab.type("Code shown on your device", code)
    fill_in(tab, "Continue", "press")


def wrong_client(tab: Tab, rehearsal: Rehearsal) -> None:
    tab.open(authorize_url(rehearsal, client_id="app_FAKE"))


PAGES: Mapping[str, tuple[Way, str, str]] = {
    "settings": (settings, "Organization settings (rehearsal)", ""),
    "settings refused": (refused_settings, "Error: Organization settings (rehearsal)", "alert"),
    "settings saved": (saved_settings, "Organization settings (rehearsal)", "status"),
    "sign in": (sign_in, "Rehearsal: sign in", ""),
    "sign in refused": (refused_sign_in, "Error: Rehearsal: sign in", "alert"),
    "consent": (consent, "Rehearsal: sign in to Codex with ChatGPT", ""),
    "device": (device, "Rehearsal: device code", ""),
    "device refused": (refused_device, "Error: Rehearsal: device code", "alert"),
    "device signed in": (device_signed_in, "Rehearsal: signed in", "status"),
    "error": (wrong_client, "Rehearsal: authentication error", "alert"),
}
"""The way to each page, its title, and where its focus begins, if the page says so."""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_serves_everybody(tab: Tab, name: str, tmp_path: Path) -> None:
    way, title, begins = PAGES[name]
    with Rehearsal.start() as rehearsal, stack(rehearsal, tmp_path / "log"):
        way(tab, rehearsal)
        assert tab.title == title
        assert "This is a rehearsal." in tab.text_of("banner")
        assert_named_and_structured(tab)
        start = tab.focused()
        assert (start.role if start else "") == begins
        assert_focus_follows_sight(tab)
        tab.size(NARROW, 800)
        assert tab.page_width() <= NARROW
        assert_nothing_runs_or_is_fetched(tab)


def assert_named_and_structured(tab: Tab) -> None:
    assert '<html lang="en">' in tab.html()
    tree = tab.tree()
    assert [node.role for node in tree].count("main") == 1
    headings = [node for node in tree if node.role == "heading"]
    assert [node.states["level"] for node in headings].count(1) == 1
    assert all(node.name for node in headings)
    assert [node.role for node in tab.controls() if not node.name] == []
    fields = [node for node in tab.controls() if node.role == "textbox"]
    assert all(node.states.get("required") for node in fields)


def assert_focus_follows_sight(tab: Tab) -> None:
    """Tab goes through every control once, from top to bottom."""
    order: list[int] = []
    tops: list[float] = []
    tab.press("Tab")
    while (node := tab.focused()) is not None and node.backend not in order:
        order.append(node.backend)
        tops.append(tab.box(node)[1])
        tab.press("Tab")
    assert sorted(order) == sorted(control.backend for control in tab.controls())
    assert tops == sorted(tops)


def assert_nothing_runs_or_is_fetched(tab: Tab) -> None:
    """Scripts are off in this browser; none is missed, and the page's own style is let in."""
    assert "<script" not in tab.html()
    told = [one["entry"]["text"] for one in tab.events("Log.entryAdded")]
    assert [text for text in told if "Content Security Policy" in text] == []
    kinds = {one["type"] for one in tab.events("Network.requestWillBeSent")}
    assert kinds == {"Document"}
    answers = [one["response"] for one in tab.events("Network.responseReceived")]
    assert answers
    for answer in answers:
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
