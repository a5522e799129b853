"""Recording with an organisation's own API key: billed by the token, asked for, recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smoke_tui.world.cassettes.store import path_of, read_cassette
from tests.helpers.canaries import LeakSearch
from tests.helpers.program import Program
from tests.integration.cli.test_api_key import KEY, Api, run

RUNBOOK = """\
---
schema: smoke/1
id: record-by-key
title: Record by key
---

## Record

```toml step
id          = "record"
kind        = "record"
pack        = "cases"
record_mode = "once"
effects     = "spends"
spend       = { kind = "metered", max_calls = 3, max_usd = "1.00" }
```
"""


@pytest.fixture(name="program")
def _program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(tmp_path / "state", capsys)


def test_a_case_is_recorded_with_an_api_key(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "a.toml").write_text('schema = "smoke-case/1"\nprompt = "Say hi."\nmodel = "gpt-4o"\n')
    api = Api()
    done = run(program, tmp_path, api, RUNBOOK)
    (step,) = done.json()["steps"]
    assert (step["outcome"], step["code"]) == ("pass", None), step
    (asked,) = api.seen
    assert json.loads(asked.body)["input"][-1]["content"][0]["text"] == "Say hi."
    cassette = read_cassette(path_of(cases / "a.yaml").pending)
    assert cassette.note is not None
    assert (cassette.note.world, cassette.note.model) == ("loopback", "gpt-4o")
    assert cassette.interactions[0].request.uri.endswith("/v1/responses")
    spend = done.json()["spend"]
    assert (spend["calls"], spend["kind"]) == (1, "metered")
    search = LeakSearch({KEY})
    search.walk(tmp_path)
    assert search.finds() == {}
