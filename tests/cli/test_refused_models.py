"""Each way to be refused for the model ends in a next action that succeeds when it is taken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_helpers import ONE_CALL
from in_process import Program

from smoke_tui.rehearsal import Rehearsal


@pytest.mark.parametrize(
    ("scenario", "code", "action", "taken"),
    [
        ("model-unsupported", "model-unsupported", r"another model \((gpt-[\w.-]+)", "--model"),
        ("model-not-found", "model-not-found", r"another model \((gpt-[\w.-]+)", "--model"),
        ("client-too-old", "client-too-old", r"--client-version ([\d.]+\d)", "--client-version"),
        ("client-too-old-unsupported", "client-too-old", r"--client-version ([\d.]+\d)",
         "--client-version"),
        ("client-too-old-not-found", "client-too-old", r"--client-version ([\d.]+\d)",
         "--client-version"),
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
        line = ["--check", "one.md", "--bundle", "bundle.json", "--instructions", "base.txt",
                "--codex-url", world.codex_url, "--issuer", world.issuer, "--live", "--json"]
        refused = program(*line).json()
        assert [step["code"] for step in refused["steps"]] == [code]
        told = " ".join(
            f"{text['message']} {text['remedy']}" for text in refused["findings"]
        ) + refused["steps"][0]["summary"] + refused["steps"][0]["remedy"]
        advice = re.search(action, told)
        assert advice is not None, told
        done = program(*line, taken, advice.group(1))
        assert (done.code, done.json()["verdict"]) == (0, "pass")
        # A model that is not listed is never called, and no refusal is asked for twice.
        posts = [one.status for one in world.requests() if one.path.endswith("/codex/responses")
                 and one.method == "POST"]
        assert posts == ([200] if code == "model-unlisted" else [posts[0], 200])
