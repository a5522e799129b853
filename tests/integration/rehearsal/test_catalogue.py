"""The rehearsed catalogue and its gates: by version, and a floor for each model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from smoke_tui.rehearsal import Rehearsal
from smoke_tui.rehearsal.provider.catalogue import DEFAULT, MODELS, version_of
from smoke_tui.rehearsal.provider.instructions import CURRENT
from tests.helpers.rehearsal_requests import call, call_body, credentials, message, send


@pytest.fixture(scope="module", name="happy")
def _happy() -> Iterator[Rehearsal]:
    with Rehearsal.start() as rehearsal:
        yield rehearsal
        assert rehearsal.errors == []


def listed(rehearsal: Rehearsal, query: str) -> dict[str, dict[str, Any]]:
    held = credentials(rehearsal.bundle())
    got = send("GET", f"{rehearsal.codex_url}/models{query}", headers=held)
    assert got.status == 200
    return {entry["slug"]: entry for entry in got.json()["models"]}


def test_every_row_says_where_its_gate_is_from() -> None:
    assert all(model.basis.startswith(("cap: ", "rec: ", "inf: ")) for model in MODELS)
    assert DEFAULT == "gpt-6.2-sol"


@pytest.mark.parametrize(
    ("query", "there", "missing"),
    [
        ("?client_version=0.171.0", {"gpt-6.2-sol", "gpt-5.5"}, set()),
        ("?client_version=0.171.1-alpha.2", {"gpt-6.2-sol"}, set()),
        ("?client_version=0.169.0", {"gpt-6.1-terra", "gpt-6.1-sol"}, {"gpt-6.2-sol"}),
        # dario#1360 varied nothing but client_version: astra is listed from 0.153.0 on.
        ("?client_version=0.153.0", {"gpt-6-astra"}, {"gpt-6-sol"}),
        ("?client_version=0.152.0", {"gpt-5.6-sol"}, {"gpt-6-astra"}),
        ("?client_version=0.120.0", {"gpt-5.5"}, {"gpt-5.6-sol"}),
        # zed#62729, hermes-agent#93295: no filter at all.
        ("?client_version=0.0.0", {"gpt-6.2-sol", "gpt-5.5"}, set()),
        ("", {"gpt-5.5"}, {"gpt-6.2-sol"}),
        ("?client_version=", {"gpt-5.5"}, {"gpt-6.2-sol"}),
        ("?client_version=newest", {"gpt-5.5"}, {"gpt-6.2-sol"}),
        ("?client_version=99999999999.0.0", {"gpt-5.5"}, {"gpt-6.2-sol"}),
    ],
)
def test_the_catalogue_is_filtered(
    happy: Rehearsal, query: str, there: set[str], missing: set[str]
) -> None:
    slugs = set(listed(happy, query))
    assert there <= slugs
    assert not missing & slugs
    assert not [slug for slug in slugs if slug.endswith("-codex")]


def test_the_minimum_is_a_text_or_a_list(happy: Rehearsal) -> None:
    entries = listed(happy, "?client_version=0.0.0")
    forms = {type(entry["minimal_client_version"]) for entry in entries.values()}
    assert forms == {str, list}
    assert entries["gpt-6-sol"]["minimal_client_version"] == ["0.155.0"]
    assert entries["gpt-5.5"]["upgrade"]["retirement_at"]
    assert entries["codex-auto-review"]["visibility"] == "hide"


@pytest.mark.parametrize(
    ("model", "version", "status"),
    [
        # SocialGouv/iterion#976, cell by cell.
        ("gpt-5.6-sol", "0.139.0", 400),
        ("gpt-5.6-sol", "0.144.6", 200),
        ("gpt-6-astra", "0.152.0", 400),
        ("gpt-6-astra", "0.153.0", 200),
        ("gpt-6-sol", "0.154.9", 400),
        ("gpt-6-luna", "0.155.0", 200),
        ("gpt-6.2-sol", "0.169.0", 400),
        ("gpt-6.2-sol", "0.171.0", 200),
        # Wei-Shaw/sub2api#3984: a version that is not sent is not checked.
        ("gpt-6.2-sol", None, 200),
    ],
)
def test_each_model_has_a_floor_of_its_own(
    happy: Rehearsal, model: str, version: str | None, status: int
) -> None:
    held = credentials(happy.bundle()) | ({} if version is None else {"version": version})
    got = call(happy, {**call_body(happy), "model": model}, **held)
    assert got.status == status
    if status == 400:
        assert f"The '{model}' model requires a newer version of Codex." in got.text


def test_the_names_in_originator_and_agent_agree(happy: Rehearsal) -> None:
    held = credentials(happy.bundle())
    for originator, agent, status in (
        ("smoke-tui", "smoke-tui/1.0 (Linux)", 200),
        ("hermes-agent", "HermesAgent/0.3", 200),
        ("codex_exec", "codex_exec/0.171.0 (Debian 12.0.0; x86_64) xterm", 200),
        ("codex_cli_rs", "codex-tui/0.144.1", 404),
        ("smoke-tui", "Mozilla/5.0", 404),
    ):
        got = call(happy, call_body(happy), **held, originator=originator, **{"user-agent": agent})
        assert (originator, got.status) == (originator, status)


def test_a_lite_model_takes_a_plain_request_and_a_developer_message(happy: Rehearsal) -> None:
    plain = call_body(happy)
    assert "instructions" in plain
    assert call(happy, plain).status == 200
    developer = {name: value for name, value in plain.items() if name != "instructions"}
    developer["input"] = [message("developer", CURRENT), *plain["input"]]
    assert call(happy, developer).status == 200


def test_odd_versions_have_no_number() -> None:
    assert version_of("0.171.0") == (0, 171, 0)
    assert version_of("0.162.0-alpha.15") == (0, 162, 0)
    for odd in (None, "", "0.171", "0.171.0.1", " 0.171.0", "0.171.0\n", "v0.171.0"):
        assert version_of(odd) is None
