"""Each way to be refused for the model ends in a next action that succeeds when it is taken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from smoke_tui.rehearsal import Rehearsal
from tests.helpers.one_call import ONE_CALL
from tests.helpers.program import Program


@pytest.mark.parametrize(
    ("scenario", "code", "action", "taken"),
    [
        ("model-unsupported", "model-unsupported", r"another model \((gpt-[\w.-]+)", "--model"),
        ("model-not-found", "model-not-found", r"another model \((gpt-[\w.-]+)", "--model"),
        ("client-too-old", "client-too-old", r"--client-version ([\d.]+\d)", "--client-version"),
        (
            "client-too-old-unsupported",
            "client-too-old",
            r"--client-version ([\d.]+\d)",
            "--client-version",
        ),
        (
            "client-too-old-not-found",
            "client-too-old",
            r"--client-version ([\d.]+\d)",
            "--client-version",
        ),
        ("model-unlisted", "model-unlisted", r"--client-version ([\d.]+\d)", "--client-version"),
    ],
)
def test_what_is_advised_is_served(
    program: Program, tmp_path: Path, scenario: str, code: str, action: str, taken: str
) -> None:
    (tmp_path / "one.md").write_text(ONE_CALL)
    (tmp_path / "base.txt").write_text("You are a test.")
    with Rehearsal.start(scenario) as world:
        (tmp_path / "bundle.json").write_text(json.dumps(world.bundle()))
        line = [
            "--check",
            "one.md",
            "--bundle",
            "bundle.json",
            "--instructions",
            "base.txt",
            "--codex-url",
            world.codex_url,
            "--issuer",
            world.issuer,
            "--live",
            "--json",
        ]
        refused = program(*line).json()
        assert [step["code"] for step in refused["steps"]] == [code]
        told = (
            " ".join(f"{text['message']} {text['remedy']}" for text in refused["findings"])
            + refused["steps"][0]["summary"]
            + refused["steps"][0]["remedy"]
        )
        advice = re.search(action, told)
        assert advice is not None, told
        done = program(*line, taken, advice.group(1))
        assert (done.code, done.json()["verdict"]) == (0, "pass")
        # A model that is not listed is never called, and no refusal is asked for twice.
        posts = [
            one.status
            for one in world.requests()
            if one.path.endswith("/codex/responses") and one.method == "POST"
        ]
        assert posts == ([200] if code == "model-unlisted" else [posts[0], 200])


@pytest.mark.parametrize("scenario", ["client-too-old-unsupported", "client-too-old-not-found"])
def test_the_turn_is_reported_with_what_the_call_has_learnt(
    program: Program, scenario: str
) -> None:
    steps = {
        step["id"]: step
        for step in program("--check", "--rehearse", "--scenario", scenario, "--json").json()[
            "steps"
        ]
    }
    assert (steps["live-call"]["code"], steps["authoring-turn"]["code"]) == (
        "client-too-old",
        "client-too-old",
    )
    assert "stack advertise client version 0.180.0 or later" in steps["authoring-turn"]["remedy"]
    assert program("replay", "last").code == 0


def test_the_catalogue_of_all_versions_is_asked_for_once(program: Program, tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text(ONE_CALL)
    (tmp_path / "base.txt").write_text("You are a test.")
    with Rehearsal.start("client-too-old-unsupported") as world:
        (tmp_path / "bundle.json").write_text(json.dumps(world.bundle()))
        done = program(
            "--check",
            "one.md",
            "--bundle",
            "bundle.json",
            "--instructions",
            "base.txt",
            "--codex-url",
            world.codex_url,
            "--issuer",
            world.issuer,
            "--live",
            "--json",
            "--model",
            "gpt-6.2-sol",
            "--client-version",
            "0.99.0",
            "--unlisted",
        )
        assert done.json()["steps"][0]["code"] == "client-too-old"
        asked = [
            e
            for e in program.events()
            if e["ev"] == "request" and "client_version=0.0.0" in str(e["data"].get("url"))
        ]
        assert len(asked) == 1
    assert program("replay", "last").code == 0


def test_a_codex_cli_that_cannot_be_used_is_reported_where_the_result_is(program: Program) -> None:
    done = program("--check", "--rehearse", "--codex", "/nowhere/codex", "--json")
    told = [f["message"] for f in done.json()["findings"] if f["code"] == "codex-cli"]
    assert done.code == 0
    assert told == ["The Codex CLI named by --codex can't be used: /nowhere/codex does not exist."]
    assert told[0] in program("report", "last").out.replace("`", "")


def test_a_preflight_reports_it_too(program: Program) -> None:
    with Rehearsal.start("happy") as world:
        done = program(
            "--check",
            "openai-subscription",
            "--codex",
            "/nowhere/codex",
            "--codex-url",
            world.codex_url,
            "--json",
        )
    told = {f["code"]: f["severity"] for f in done.json()["findings"]}
    assert told["codex-cli"] == "warning"
