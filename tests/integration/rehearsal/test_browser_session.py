"""The whole main runbook, its two pages filled in with a real browser."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from smoke_tui.config.settings import read_settings
from smoke_tui.journal.file import read_journal
from smoke_tui.outcomes import Verdict
from smoke_tui.rehearsal import Rehearsal
from smoke_tui.replay.run import replay
from smoke_tui.session.configure import config_from, open_runbook
from smoke_tui.session.open import open_session
from smoke_tui.session.rehearsed import rehearsal, rehearsed, rehearsed_secret_options
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.world.live.browser_clipboard import FileClipboard, OperatorIO
from tests.helpers.browser_operator import Person
from tests.helpers.chromium import Tab
from tests.helpers.events import data_of

PATIENCE = 120.0
FIELDS = ["Provider", "Model", "Credential type", "Bundle", "Terms of service", "Save"]
SETTINGS: Mapping[str, Mapping[str, str | None]] = {
    "light-ledger": {},
    "postgresql": {"ledger": "embedded"},
}
"""What the same session is run with: options of the command line, by name."""


@pytest.mark.parametrize("options", SETTINGS.values(), ids=SETTINGS)
def test_the_main_runbook(tab: Tab, tmp_path: Path, options: Mapping[str, str | None]) -> None:
    settings = read_settings({"state-dir": str(tmp_path / "state"), **options})
    runbook = open_runbook(None)
    with rehearsal(settings, None) as world:
        person, given = Person(tab, world), rehearsed_secret_options(world)
        session = open_session(
            SessionRequest(
                runbook=runbook,
                config=rehearsed(config_from(settings, runbook, given), world),
                state_dir=settings.state_dir,
                operator_io=OperatorIO(person, FileClipboard(tmp_path)),
                answerer=person,
                secret_options=SecretOptions(given.texts),
            )
        )
        session.start()
        verdict = session.wait(PATIENCE)
        assert session.fault is None
        events = read_journal(session.folder).events
        ends = {e.step: data_of(e) for e in events if e.kind == "step.finished"}
        assert verdict is Verdict.PASS, ends
        assert person.ticked == FIELDS
        assert "confirmed: Settings saved for org_" in ends["paste-credential"]["summary"]
        assert "logged in through the browser" in ends["oauth-login"]["summary"].lower()
        assert_a_real_browser_signed_in(world)
        assert_no_token_in_the_browser(tab, world)
    replayed = replay(session.folder)
    assert replayed.closed is not None
    assert list(tmp_path.glob("credential*")) == []


def assert_a_real_browser_signed_in(world: Rehearsal) -> None:
    agents = {
        (seen.method, seen.path): dict(seen.headers)["user-agent"]
        for seen in world.requests()
        if seen.path in ("/oauth/authorize", "/log-in", "/sign-in-with-chatgpt/codex/consent")
    }
    assert len(agents) == 4
    assert all("Chrome/" in agent for agent in agents.values())


def assert_no_token_in_the_browser(tab: Tab, world: Rehearsal) -> None:
    minted = world.minted()
    tokens = [value for value in minted if value.startswith("rt_") or value.count(".") == 2]
    codes = [value for value in minted if value.startswith("ac_")]
    assert len(tokens) >= 3
    assert len(codes) == 1
    urls = [one["request"]["url"] for one in tab.events("Network.requestWillBeSent")]
    assert [urlsplit(url).path for url in urls] == [
        "/oauth/authorize",
        "/log-in",
        "/sign-in-with-chatgpt/codex/consent",
        "/sign-in-with-chatgpt/codex/consent",
        "/auth/callback",
        "/done",
        "/org-settings",
        "/org-settings",
    ]
    assert [url for url in urls if any(token in url for token in tokens)] == []
    # The code is in the one address that OAuth puts it into, and on no page.
    assert [url for url in urls if codes[0] in url] == [urls[4]]
    assert parse_qs(urlsplit(urls[4]).query)["code"] == codes
    secrets = [*tokens, *codes, world.account[1]]
    for page in tab.pages:
        held = page.url + page.sent + page.html
        assert [value for value in secrets if value in held] == [], page.url
    assert tab.find("Bundle").value == ""
    assert [token for token in tokens if token in tab.html()] == []
