"""Packs in YAML: the same scenario as from JSON, or an error with its line."""

from __future__ import annotations

import json
import sys

import pytest
import yaml

from smoke_tui.judging.goldens.evaluation import evaluate
from smoke_tui.judging.goldens.pack import ScenarioError, read_scenario
from smoke_tui.judging.goldens.scenario import CHALLENGE_PACK
from smoke_tui.judging.goldens.template import template_inputs
from smoke_tui.judging.json_fields import JsonShapeError
from smoke_tui.world.goldens.yaml_pack import read_yaml
from tests.helpers.scenarios import SHIPPED, files_of, no_yaml

FILES = files_of(SHIPPED)


def in_yaml(text: bytes) -> str:
    rendered: str = yaml.safe_dump(yaml.safe_load(text), sort_keys=False)
    assert not rendered.startswith("{")
    return rendered


@pytest.mark.parametrize("inputs", [FILES, template_inputs("other-one")], ids=["shipped", "new"])
def test_a_pack_is_the_same_in_yaml(inputs: dict[str, bytes]) -> None:
    text = in_yaml(inputs[CHALLENGE_PACK])
    scenario = read_scenario({**inputs, CHALLENGE_PACK: text.encode()}, "p", read_yaml)
    from_json = read_scenario(inputs, "p", no_yaml)
    for name in ("key", "seed", "ids", "turn", "agent", "tool", "offsets_ms", "checks"):
        assert getattr(scenario, name) == getattr(from_json, name)


def test_our_packs_are_what_other_yaml_readers_read() -> None:
    without = [
        line
        for line in FILES[CHALLENGE_PACK].decode().splitlines()
        if not line.lstrip().startswith("#")
    ]
    assert yaml.safe_load(FILES[CHALLENGE_PACK]) == json.loads("\n".join(without))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("seed: 42", "seed: 0x2a", ":4: '0x2a' is read differently by different YAML readers"),
        ("seed: 42", "seed: 042", ":4: '042' is read differently"),
        ("seed: 42", "seed: yes", ":4: 'yes' is read differently"),
        ("seed: 42", "seed: forty", ":4: scenario.seed: expected a whole number"),
        ("seed: 42", "sead: 42", ":4: scenario.sead: unknown key"),
        ("seed: 42", "seed: 42\n  seed: 42", ":5: seed: this key stands twice"),
        ("seed: 42", "seed: [", "no YAML"),
        ("seed: 42", "seed: !!python/name:os.system x", ":4: the tag !!python/name:os.system"),
        ("seed: 42", "1: 42", ":4: a key is a text"),
        ("seed: 42", "seed: &a [*a]", "it is nested too deep"),
        ("schema: ", "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\nschema: ", "unknown key"),
        ("schema: ", "---\nx: 1\n---\nschema: ", "no YAML"),
    ],
)
def test_yaml_that_is_wrong(old: str, new: str, problem: str) -> None:
    text = in_yaml(FILES[CHALLENGE_PACK])
    assert old in text
    inputs = {**FILES, CHALLENGE_PACK: text.replace(old, new, 1).encode()}
    with pytest.raises(ScenarioError) as caught:
        read_scenario(inputs, "p", read_yaml)
    assert str(caught.value).startswith("p/challenge_pack.yaml:")
    assert problem in str(caught.value)


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(JsonShapeError, match="repeats itself too often"):
        read_yaml("\n".join(lines))


@pytest.mark.parametrize("text", ["", "# nothing\n", "\x00", "[" * 5000])
def test_yaml_that_is_nothing(text: str) -> None:
    with pytest.raises(JsonShapeError):
        read_yaml(text)


def test_without_pyyaml_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    inputs = {**FILES, CHALLENGE_PACK: in_yaml(FILES[CHALLENGE_PACK]).encode()}
    evaluation = evaluate(inputs, {}, "p", read_yaml)
    assert evaluation.problem.startswith("p/challenge_pack.yaml:1: it is no JSON")
    assert "pip install 'pyyaml>=" in evaluation.problem
    assert evaluate(FILES, {}, "p", read_yaml).runs is not None
