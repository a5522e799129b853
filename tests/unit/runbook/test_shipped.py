"""The shipped runbooks, and the schema that editors check them with."""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal
from typing import Any

import pytest

from smoke_tui.config.runbook_files import packaged
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook import Runbook, json_schema, load
from smoke_tui.runbook.kinds import KINDS

SHIPPED = (
    "answer-behaviour",
    "answer-drift",
    "cassette-refresh",
    "format-compliance",
    "openai-subscription",
    "webhook-key",
)
BLOCK = re.compile(r"^```toml step\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def shipped(name: str) -> Runbook:
    parsed = load(packaged() / f"{name}.md")
    assert [str(found) for found in parsed.diagnostics] == []
    assert parsed.runbook is not None
    return parsed.runbook


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_runbooks_are_clean(name: str) -> None:
    runbook = shipped(name)
    assert runbook.id == name
    assert all(step.prose and "```toml step" not in step.prose for step in runbook.steps)


def test_every_file_is_in_the_list() -> None:
    assert sorted(path.stem for path in packaged().glob("*.md")) == sorted(SHIPPED)


def test_the_main_runbook() -> None:
    book = shipped("openai-subscription")
    assert (book.issue, book.requires_origin, book.model) == (
        "SPEC-719",
        "non-datacenter",
        None,
    )
    assert book.budget_usd == Decimal("0.50")
    assert [(step.id, step.kind) for step in book.steps] == [
        ("oauth-login", "login"),
        ("live-call", "call"),
        ("boot-stack", "service"),
        ("seed-org", "run"),
        ("paste-credential", "handover"),
        ("authoring-turn", "turn"),
        ("instructions-drift", "prompt"),
    ]
    assert [step.id for step in book.steps if step.proof] == ["live-call", "authoring-turn"]
    assert [step.id for step in book.steps if step.effects == "spends"] == [
        "live-call",
        "authoring-turn",
    ]
    boot, seed = book.step("boot-stack"), book.step("seed-org")
    assert boot.commands[0].argv == ("tools/dev/start.sh", "--full")
    assert boot.fields["ready"].http == "{{ stack_url }}/healthz"
    assert boot.fields["ready"].timeout == 180
    assert boot.guards[0].value == "tools/dev/start.sh"
    assert seed.commands[0].argv == ("uv", "run", "python", "tools/dev/customer_seed.py")
    assert [capture.name for capture in seed.capture] == ["org_id", "domain_id", "world"]
    labels = [entry["label"] for entry in book.step("paste-credential").fields["fields"]]
    assert labels[0] == "Provider"
    assert labels[-2:] == ["Terms of service", "Save"]
    turn = book.step("authoring-turn")
    assert turn.fields["request"]["json"]["org_id"] == "{{ org_id }}"
    assert turn.spend is not None
    assert (turn.spend.kind, turn.spend.max_calls, turn.spend.max_usd) == ("subscription", 2, None)
    assert turn.timeout == 120
    assert turn.expect[1].conditions[0].value == "output_text"
    assert turn.expect[1].conditions[0].operand == "non-empty"


@pytest.mark.parametrize("name", ["live-call", "authoring-turn"])
def test_both_proofs_have_the_same_rules(name: str) -> None:
    limitation, drift = shipped("openai-subscription").step(name).rules
    assert limitation.outcome is Outcome.EXPECTED_LIMITATION
    assert limitation.why
    code, origin = limitation.match.conditions
    assert (code.word, code.value) == ("code", ("edge-challenge", "edge-block"))
    assert (origin.word, origin.value) == ("origin", ("datacenter",))
    assert (drift.goto, drift.index, drift.outcome) == ("instructions-drift", 2, None)


def test_the_fallback_sends_back_once() -> None:
    step = shipped("openai-subscription").step("instructions-drift")
    assert step.fallback
    assert step.retry_max == 1
    assert step.restart == ("boot-stack",)
    assert step.set_env == "SPECTRAL_OPENAI_CODEX_INSTRUCTIONS"


def test_the_runbook_tells_what_an_operator_has_to_know() -> None:
    text = " ".join(shipped("openai-subscription").text.split())
    for words in ("never in CI", "production path stays", "expected limitation", "SPEC-719 issue"):
        assert words in text


TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def typed(value: Any, name: str) -> bool:
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """As much of JSON schema as ours uses; an unknown word fails the test."""
    known = {
        "$schema", "$defs", "title", "description", "default", "$ref", "type", "enum", "const",
        "pattern", "minimum", "maximum", "required", "properties", "additionalProperties",
        "propertyNames", "minProperties", "items", "minItems", "allOf", "anyOf", "not", "if",
        "then",
    }  # fmt: skip
    assert schema.keys() <= known, schema.keys() - known
    types = schema.get("type", [])
    checks = [
        "$ref" not in schema or fits(value, root["$defs"][schema["$ref"].split("/")[-1]], root),
        not types or any(typed(value, t) for t in ([types] if isinstance(types, str) else types)),
        value in schema.get("enum", [value]),
        value == schema.get("const", value),
        all(fits(value, part, root) for part in schema.get("allOf", [])),
        "anyOf" not in schema or any(fits(value, part, root) for part in schema["anyOf"]),
        "not" not in schema or not fits(value, schema["not"], root),
        "if" not in schema or not fits(value, schema["if"], root)
        or fits(value, schema["then"], root),
    ]  # fmt: skip
    if isinstance(value, str) and "pattern" in schema:
        checks.append(re.search(schema["pattern"], value) is not None)
    if isinstance(value, int):
        checks.append(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if isinstance(value, list):
        checks.append(len(value) >= schema.get("minItems", 0))
        checks += [fits(one, schema.get("items", {}), root) for one in value]
    if isinstance(value, dict):
        checks.append(all(key in value for key in schema.get("required", [])))
        checks.append(len(value) >= schema.get("minProperties", 0))
        checks += [fits(key, schema.get("propertyNames", {}), root) for key in value]
        for key, one in value.items():
            inner = schema.get("properties", {}).get(key, schema.get("additionalProperties", {}))
            checks.append(inner is not False and fits(one, inner or {}, root))
    return all(checks)


def blocks(name: str) -> list[dict[str, Any]]:
    return [tomllib.loads(text) for text in BLOCK.findall(shipped(name).text)]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_schema_accepts_what_the_parser_accepts(name: str) -> None:
    schema = json_schema()
    assert len(blocks(name)) == len(shipped(name).steps)
    for block in blocks(name):
        assert fits(block, schema, schema), block["id"]


@pytest.mark.parametrize(
    "change",
    [
        {"timout": "2m"},
        {"timeout": 120},
        {"timeout": "soon"},
        {"ask": "of another kind"},
        {"kind": "cal"},
        {"effects": "some"},
        {"spend": {"kind": "subscription"}},
        {"spend": {"kind": "subscription", "max_calls": 0}},
        {"on": [{"match": {}, "goto": "instructions-drift"}]},
        {"on": [{"match": {"code": "no-such-code"}, "goto": "instructions-drift"}]},
        {"expect": [{"json": "a"}]},
        {"expect": [{"json": "a", "is": "present", "equals": 1}]},
        {"guards": [{"file": "x", "env": "Y", "why": "z"}]},
        {"id": "Bad"},
    ],
)
def test_the_schema_refuses_what_the_parser_refuses(change: dict[str, Any]) -> None:
    schema = json_schema()
    block = next(b for b in blocks("openai-subscription") if b["id"] == "live-call")
    assert not fits(block | change, schema, schema)


def test_the_schema_names_every_kind_and_tells_what_its_fields_are() -> None:
    schema = json_schema()
    assert schema["properties"]["kind"]["enum"] == list(KINDS)
    for name, kind in KINDS.items():
        made = schema["$defs"][name]["properties"]
        assert kind.fields.keys() <= made.keys()
        assert all(_described(field, schema) for field in made.values())


def _described(field: dict[str, Any], schema: dict[str, Any]) -> bool:
    name = field.get("$ref", "").removeprefix("#/$defs/")
    return bool(field.get("description") or schema["$defs"][name]["description"])


def test_the_schema_holds_the_front_matter_and_is_small() -> None:
    schema = json_schema()
    front = schema["$defs"]["front-matter"]
    assert set(front["required"]) == {"schema", "id", "title"}
    assert len(json.dumps(schema, indent=2)) < 55_000
