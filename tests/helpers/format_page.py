"""Write `smoke_tui/FORMAT.md` from the tables of the package.

`python -m tests.helpers.format_page` writes the page; a test compares it with the tables.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

import smoke_tui
from smoke_tui.config.questions import QUESTIONS
from smoke_tui.failure_codes.table import CODES
from smoke_tui.journal.decision_rules import RULES
from smoke_tui.journal.events import values
from smoke_tui.journal.events.codec import CLASSES
from smoke_tui.journal.events.kinds import DECISIONS, FACTS, SCHEMA
from smoke_tui.journal.events.tables import Column, plan_of
from smoke_tui.judging.drift import AnswerDrift, TextDrift, Threshold, ToolCallDrift
from smoke_tui.outcomes import VERDICT_EXITS, Exit, Outcome
from smoke_tui.presentation.report.export import FORMATS
from smoke_tui.rehearsal.scenarios.lookup import SCENARIOS
from smoke_tui.runbook.examples import FIELD_EXAMPLES
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.runbook.lint.diagnostics import LintCode
from smoke_tui.runbook.parser.frontmatter import FRONT_MATTER_TOPIC
from smoke_tui.runbook.reference import (
    TEMPLATES_TOPIC,
    FieldRow,
    Topic,
    field_rows,
    holds_table,
    topics,
)
from smoke_tui.runbook.schema.common_fields import COMMON, EFFECTS
from smoke_tui.runbook.schema.context import STEP_TOPIC
from smoke_tui.structs import Struct

PAGE: Final = Path(smoke_tui.__file__).with_name("FORMAT.md")

COMPARISON: Final[tuple[type[Struct], ...]] = (AnswerDrift, Threshold, TextDrift, ToolCallDrift)
"""What a comparison came to, as evidence holds it."""

HEAD: Final = f"""\
# Format

Generated from the tables of the package by `python -m tests.helpers.format_page`; a test keeps it so.

## A line of the journal

`journal.jsonl` holds one event per line, ASCII JSON without spaces, its keys in this order:

| Key | What |
|---|---|
| `seq` | the number of the event, from 1 on |
| `t` | UTC, ISO 8601 with milliseconds |
| `ms` | monotonic milliseconds since the session opened |
| `ev` | the kind of the event |
| `step`, `try` | the step and the number of its try, or null |
| `re` | the `seq` of the request that it answers, or null |
| `data` | what it says: the keys below |
| `crc` | CRC-32 of the line's bytes before it, in hex |

The schema is `{SCHEMA}`; the rules that decide are number {RULES}. In `data`, `blobs` names pieces
of evidence (their SHA-256 and size) and `secrets` the public parts of what was kept back. A key
marked *always* is written even when it has its default; *optional* keys are left out then. Unknown
keys are kept as they are.
"""


RUNBOOKS: Final = """\
A runbook is Markdown that a person reads as prose: front matter, then a level-2 heading for each
step. `smoke-tui new NAME` writes one that runs, `smoke-tui lint` finds every mistake in one pass,
`smoke-tui explain NAME` prints what stands below about one key, kind or code. In `expect[].json`,
`expect` is a list of tables with the key `json`; in `capture.NAME.json`, `NAME` is the author's.
"""

EDITORS: Final = """\
### Editors

`smoke-tui lint --schema` prints a JSON schema (draft 2020-12) of a step block; that of the front
matter is `#/$defs/front-matter` in it. No editor that we know of applies a schema to TOML inside a
Markdown fence. What works: `smoke-tui lint` as the editor's build or lint command, because its lines
have the form of a compiler's (`path:line:col: error: message`), which Vim's `errorformat` and
problem matchers of the kind `gcc` read; and the schema for a step block that was copied into a
`.toml` file of its own. That was tried with taplo 0.9, the engine of Even Better TOML:

```sh
smoke-tui lint --schema > schema.json
taplo lint --schema "file://$PWD/schema.json" step.toml
```
"""


def page() -> str:
    """The whole page."""
    return "\n".join(part.rstrip("\n") + "\n" for part in _parts())


def _parts() -> Iterator[str]:
    yield HEAD
    yield "## Facts\n"
    yield from _kinds(FACTS)
    yield "## Decisions\n"
    yield from _kinds(DECISIONS)
    yield "## Values\n\nObjects that the keys above hold.\n"
    yield from (_class(each) for each in (*_structs(values), *COMPARISON))
    yield "## Outcomes and exit codes\n"
    yield f"Outcomes of steps: {_listed(Outcome)}.\n"
    yield _table(
        ("Verdict of a session", "Exit code"),
        ((f"`{verdict}`", str(int(code))) for verdict, code in VERDICT_EXITS.items()),
    )
    yield f"Exit codes: {', '.join(f'{int(code)} `{code.name}`' for code in Exit)}.\n"
    yield "## Runbooks\n"
    yield RUNBOOKS
    for name in (FRONT_MATTER_TOPIC, STEP_TOPIC):
        yield from _topic(topics()[name][0])
    yield "### Tables of a step\n"
    yield from (_table_rows(name) for name, field in COMMON.items() if holds_table(field))
    for name in KINDS:
        yield from _topic(next(t for t in topics()[name] if t.group == "a kind of step"))
    yield from _topic(topics()[TEMPLATES_TOPIC][0])
    yield "### Effects\n"
    yield _table(("Value", "The step"), ((f"`{name}`", about) for name, about in EFFECTS.items()))
    yield EDITORS
    yield "## Questions to the operator\n"
    yield _table(
        ("Question", "What is asked", "Words of the answer", "Stakes"),
        ((f"`{q.name}`", q.about, _listed(q.verbs), q.stakes) for q in QUESTIONS.values()),
    )
    yield "## Failure codes\n"
    yield _table(
        ("Code", "Outcome", "Side", "Retry", "What happened", "Next"),
        (
            (f"`{c.name}`", c.outcome, c.side, c.retry, c.what, ", ".join(c.next_actions))
            for c in CODES.values()
        ),
    )
    yield "## Lint codes\n"
    yield _table(
        ("Code", "Severity", "What", "Mend"),
        ((f"`{c.code}`", c.severity, c.sentence, c.remedy) for c in LintCode),
    )
    yield "## Rehearsal scenarios\n"
    yield _table(
        ("Scenario", "What differs"),
        ((f"`{name}`", scenario.sentence) for name, scenario in SCENARIOS.items()),
    )
    yield f"## Report formats\n\n{_listed(FORMATS)}.\n"


def _topic(topic: Topic) -> Iterator[str]:
    """A topic of the reference, as `smoke-tui explain` prints it."""
    yield f"### `{topic.name}`\n\n{' '.join((topic.about, *topic.notes))}\n"
    if topic.rows:
        yield _field_table(topic.rows)
    if topic.example:
        yield f"````markdown\n{topic.example}\n````\n"


def _table_rows(name: str) -> str:
    rows = field_rows({name: COMMON[name]})
    return f"#### `{name}`\n\n{_field_table(rows)}\n```toml\n{FIELD_EXAMPLES[name]}\n```\n"


def _field_table(rows: Iterable[FieldRow]) -> str:
    return _table(
        ("Key", "Type", "Default", "What"),
        ((f"`{row.name}`", row.type, row.default, row.about) for row in rows),
    )


def _kinds(kinds: Iterable[str]) -> Iterator[str]:
    about = {**FACTS, **DECISIONS}
    for kind in kinds:
        several = len(CLASSES[kind]) > 1
        sentence = f"{about[kind][:1].upper()}{about[kind][1:]}.\n" if several else ""
        yield f"### `{kind}`\n\n{sentence}"
        yield from (_class(each, named=several) for each in CLASSES[kind])


def _class(cls: type[Struct], *, named: bool = True) -> str:
    text = inspect.cleandoc(cls.__doc__ or "")
    tags = ", ".join(f"`{key}` = `{value}`" for key, value in getattr(cls, "tags", {}).items())
    head = f"**{cls.__name__}**{f' ({tags})' if tags else ''}. " if named else ""
    rows = [_row(column, annotated) for column, annotated in zip(*_columns(cls), strict=True)]
    table = _table(("Key", "Type", "Written"), rows) if rows else ""
    return f"{head}{text}\n\n{table}"


def _columns(cls: type[Struct]) -> tuple[tuple[Column, ...], list[str]]:
    """The columns of a class, and the type of each as it stands in the source."""
    types: dict[str, str] = {}
    for each in reversed(cls.__mro__):
        types |= vars(each).get("__annotations__", {})
    return plan_of(cls).columns, [types[column.name] for column in plan_of(cls).columns]


def _row(column: Column, annotated: str) -> tuple[str, str, str]:
    how = "" if column.required else "always" if column.always else "optional"
    if column.flat:
        how = "its keys stand here"
    elif column.rest:
        how = "every other key"
    elif column.whole:
        how = "the table as it stands"
    return f"`{column.key}`", f"`{_type(annotated)}`", how


def _type(annotated: str) -> str:
    """A type without what `Annotated` says beside it."""
    match ast.parse(annotated, mode="eval").body:
        case ast.Subscript(ast.Name("Annotated"), ast.Tuple([bare, *_])):
            return ast.get_source_segment(annotated, bare) or annotated
    return annotated


def _structs(module: ModuleType) -> Iterator[type[Struct]]:
    for each in vars(module).values():
        if (
            isinstance(each, type)
            and issubclass(each, Struct)
            and each.__module__ == module.__name__
        ):
            yield each


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
