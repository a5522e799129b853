"""The JSON schema of a `toml step` block, derived from the table of kinds, for editors."""

from __future__ import annotations

from typing import Any

from smoke_tui.runbook.kinds import KINDS, STEP_TABLES


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12); `kind` decides which fields apply."""
    definitions: dict[str, Any] = {}
    choices: list[dict[str, Any]] = []
    for name, kind in KINDS.items():
        table = STEP_TABLES[name].schema()
        table["properties"]["kind"] = {"const": name, "description": kind.about}
        table["description"] = kind.about
        definitions[name] = table
        choices.append(
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{name}"},
            }
        )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A step of a smoke/1 runbook",
        "type": "object",
        "properties": {"kind": {"type": "string", "enum": list(KINDS)}},
        "required": ["id", "kind"],
        "allOf": choices,
        "$defs": definitions,
    }
