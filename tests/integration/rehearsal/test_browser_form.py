"""The dashboard's form in a real browser: refused, told why, put right, saved."""

from __future__ import annotations

import json
from pathlib import Path

from smoke_tui.rehearsal import Rehearsal
from tests.helpers.browser_operator import fill_in
from tests.helpers.chromium import Tab
from tests.helpers.rehearsal_requests import script, stack


def stored(rehearsal: Rehearsal) -> dict[str, object]:
    text = (rehearsal.stack_dir / ".rehearsal/state.json").read_text("utf-8")
    found: dict[str, object] = json.loads(text)["credentials"]
    return found


def test_a_refused_form_says_why_keeps_what_was_typed_and_can_be_put_right(
    tab: Tab, tmp_path: Path
) -> None:
    with Rehearsal.start() as rehearsal, stack(rehearsal, tmp_path / "log"):
        seeded = script(rehearsal, "tools/dev/customer_seed.py").stdout.splitlines()[-1]
        tab.open(f"{rehearsal.stack_url}/org-settings")
        wrong = '{"access_token": "FAKE-half-a-bundle'
        for label, value in (
            ("Provider", "OpenAI"),
            ("Model", "gpt-5.5"),
            ("Credential type", "Subscription (OAuth bundle)"),
            ("Bundle", wrong),
            ("Save", ""),
        ):
            assert fill_in(tab, label, value), label
        assert stored(rehearsal) == {}
        assert tab.title.startswith("Error: ")
        alert = tab.focused()
        assert alert is not None
        assert alert.role == "alert"
        assert tab.text_of("alert") == (
            "Nothing was saved. The bundle is not JSON. Accept the terms of service."
        )
        kept = {label: tab.find(label).value for label in ("Provider", "Model", "Credential type")}
        assert kept == {
            "Provider": "OpenAI",
            "Model": "gpt-5.5",
            "Credential type": "Subscription (OAuth bundle)",
        }
        bundle, terms = tab.find("Bundle"), tab.find("Terms of service")
        assert "The bundle is not JSON." in bundle.description
        assert terms.description == "Accept the terms of service."
        invalid = [node.name for node in tab.controls() if node.states.get("invalid") == "true"]
        assert invalid == [bundle.name, terms.name]
        assert bundle.value == ""
        assert "FAKE-half-a-bundle" not in tab.html()
        # The alert's first link leads to the field that is wrong.
        tab.press("Tab")
        tab.press("Enter")
        reached = tab.focused()
        assert reached is not None
        assert reached.backend == bundle.backend
        assert fill_in(tab, "Bundle", json.dumps(rehearsal.bundle()))
        assert fill_in(tab, "Terms of service", "accept")
        assert fill_in(tab, "Save", "press")
        org_id = json.loads(seeded)["org_id"]
        status = tab.focused()
        assert status is not None
        assert status.role == "status"
        assert tab.text_of("status") == f"Settings saved for {org_id}."
        assert list(stored(rehearsal)) == [org_id]
        assert tab.by_role("alert") == []
        tokens = [value for value in rehearsal.minted() if value.count(".") == 2]
        assert [token for token in tokens if token in tab.html()] == []


def test_a_form_is_sent_by_key_and_an_old_page_is_reported(tab: Tab, tmp_path: Path) -> None:
    with Rehearsal.start() as rehearsal:
        with stack(rehearsal, tmp_path / "log"):
            tab.open(f"{rehearsal.stack_url}/org-settings")
            assert "seed one" in tab.find("Organization").description
            tab.type("Model", "gpt-5-codex")
            tab.loading(lambda: tab.press("Enter"))
            assert tab.text_of("alert").startswith("Nothing was saved. Choose an organization.")
        # A stack that was started again does not know the page it gave before.
        with stack(rehearsal, tmp_path / "log"):
            fill_in(tab, "Save", "press")
            assert tab.text_of("alert") == "The page is out of date; fill it in again."
            assert tab.find("Model").value == "gpt-5-codex"
