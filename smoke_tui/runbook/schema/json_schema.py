"""The JSON schema of a step block and of the front matter, derived from the tables, for editors.

What several kinds have stands once, under `$defs`: the common fields, and a match.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from smoke_tui.runbook.kinds import COLUMN, KINDS, STEP_TABLES
from smoke_tui.runbook.parser.frontmatter import FRONT_MATTER, FRONT_MATTER_TOPIC
from smoke_tui.runbook.schema.common_fields import COMMON
from smoke_tui.runbook.schema.match import CODE, CONDITIONS, MATCH
from smoke_tui.runbook.schema.scalars import DURATION, JSON_PATH, URL, FieldType
from smoke_tui.runbook.schema.tables import Field, TableOf

_TYPES: Final[Mapping[str, FieldType]] = {
    "match": MATCH,
    "failure-code": CODE,
    "json-path": JSON_PATH,
    "duration": DURATION,
    "url": URL,
    "column": COLUMN,
}
"""Types that several fields have, by the name of their definition."""

Schema = dict[str, Any]


def json_schema() -> Schema:
    """The schema (draft 2020-12) of a step block; `$defs` holds that of the front matter."""
    conditions = _fields(CONDITIONS)
    common = _fields(COMMON)
    del common["kind"]
    types = {name: kind.schema() for name, kind in _TYPES.items()}
    shared = common | types | {f"match-{key}": part for key, part in conditions.items()}
    names = {_text(part): name for name, part in (types | common).items()}
    shared["match"] = MATCH.schema() | {"properties": _references(conditions)}
    kinds = {name: _kind(name) for name in KINDS}
    definitions = {
        name: _referring(part, names, top=True) for name, part in (shared | kinds).items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A step of a smoke/1 runbook",
        "type": "object",
        "properties": {"kind": {"type": "string", "enum": list(KINDS)}},
        "required": ["id", "kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for name in KINDS
        ],
        "$defs": {FRONT_MATTER_TOPIC: TableOf(FRONT_MATTER).schema(), **definitions},
    }


def _fields(fields: Mapping[str, Field]) -> Schema:
    properties: Schema = TableOf(fields).schema()["properties"]
    return properties


def _references(conditions: Schema) -> Schema:
    return {key: {"$ref": f"#/$defs/match-{key}"} for key in conditions}


def _kind(name: str) -> Schema:
    table = STEP_TABLES[name].schema()
    table["properties"]["kind"] = {"const": name, "description": KINDS[name].about}
    return table | {"description": KINDS[name].about}


def _referring(value: Any, names: Mapping[str, str], *, top: bool = False) -> Any:
    """A part in which every shared part is a reference to its definition."""
    if isinstance(value, list):
        return [_referring(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if not top:
        # What a field says of itself stands beside the reference.
        about = {key: text for key, text in value.items() if key == "description"}
        bare = {key: inner for key, inner in value.items() if key not in about}
        if name := names.get(_text(value)):
            return {"$ref": f"#/$defs/{name}"}
        if name := names.get(_text(bare)):
            return {"$ref": f"#/$defs/{name}", **about}
    return {key: _referring(inner, names) for key, inner in value.items()}


def _text(part: object) -> str:
    return json.dumps(part, sort_keys=True)
