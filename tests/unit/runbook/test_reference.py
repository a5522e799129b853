"""The reference: complete, its examples without a mistake, its names found."""

from __future__ import annotations

import pytest

from smoke_tui.failure_codes.table import CODES
from smoke_tui.runbook import LintCode, parse
from smoke_tui.runbook.examples import FIELD_EXAMPLES, FRONT_MATTER_EXAMPLE
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.runbook.lint.mistakes import MISTAKES
from smoke_tui.runbook.parser.frontmatter import FRONT_MATTER
from smoke_tui.runbook.reference import OPEN, RUN_EXAMPLE, field_rows, kind_example, topics
from smoke_tui.runbook.schema.common_fields import COMMON, EFFECTS

FRONT = "---\nschema: smoke/1\nid: book\ntitle: A book\n---\n\n"
BEFORE = f"## Boot\n\nWords.\n\n{RUN_EXAMPLE}{OPEN}" + (
    'id = "boot"\nkind = "service"\nready = { tcp = "127.0.0.1:1" }\n```\n\n'
    f'## Log in\n\nWords.\n\n{OPEN}id = "log-in"\nkind = "login"\n```\n\n'
    f"## Order\n\nWords.\n\n{RUN_EXAMPLE}{OPEN}"
    'id = "order"\nkind = "run"\ncapture = { order_id = { json = "id" } }\n```\n\n'
)


@pytest.mark.parametrize("name", KINDS)
def test_the_example_of_a_kind_is_clean_and_shows_its_fields(name: str) -> None:
    example = kind_example(KINDS[name])
    found = parse(f"{FRONT}## Step\n\nWords.\n\n{example}\n", "book.md").diagnostics
    assert [str(each) for each in found] == []
    shown = example + FIELD_EXAMPLES["stand_in"]
    assert all(f"\n{key}" in shown or f"[[{key}]]" in shown or key == "stand_in"
               for key in KINDS[name].fields)  # fmt: skip


@pytest.mark.parametrize("name", FIELD_EXAMPLES)
def test_the_example_of_a_field_is_clean(name: str) -> None:
    needed = "" if name == "needs" else 'needs = ["order"]\n'
    own = "" if name in ("id", "kind") else 'id = "own"\nkind = "run"\n'
    own += 'kind = "run"\n' if name == "id" else 'id = "own"\n' if name == "kind" else ""
    example = FIELD_EXAMPLES[name]
    step = f"## Own\n\nWords.\n\n{RUN_EXAMPLE}{OPEN}{own}{needed}{example}\n```\n"
    codes = {found.code for found in parse(FRONT + BEFORE + step, "book.md").diagnostics}
    # A fallback that no rule goes to is only half of the example.
    assert codes <= {LintCode.UNREACHED.code}


def test_every_common_field_has_an_example() -> None:
    assert FIELD_EXAMPLES.keys() >= COMMON.keys()


def test_the_example_of_the_front_matter_is_clean_and_whole() -> None:
    assert all(f"{key}:" in FRONT_MATTER_EXAMPLE for key in FRONT_MATTER)
    text = f"{FRONT_MATTER_EXAMPLE}\n## Step\n\nWords.\n\n{kind_example(KINDS['run'])}\n"
    assert parse(text, "book.md").diagnostics == ()


def test_every_key_kind_code_and_effect_is_a_topic() -> None:
    names = topics()
    wanted = {*FRONT_MATTER, *COMMON, *KINDS, *CODES, *EFFECTS, "front-matter", "step", "templates"}
    wanted |= {key for kind in KINDS.values() for key in kind.fields}
    wanted |= {code.code.lower() for code in LintCode}
    assert wanted <= names.keys()
    assert all(topic.about.endswith((".", "?")) for named in names.values() for topic in named)


def test_rows_spell_where_a_key_stands() -> None:
    rows = {row.name: row for row in field_rows(COMMON)}
    assert rows["spend.kind"].type == "subscription | metered"
    assert rows["spend.kind"].default == "required"
    assert {"expect[].json", "on[].match.exit", "capture.NAME.secret"} <= rows.keys()


@pytest.mark.parametrize("code", MISTAKES, ids=lambda code: code.code)
def test_a_mistake_is_of_its_code_and_its_mend_is_clean(code: LintCode) -> None:
    mistake = MISTAKES[code]

    def codes(text: str) -> set[str]:
        runs, lines = (f"{text}\n\n", "") if mistake.fenced else (RUN_EXAMPLE, text)
        step = f'## Own\n\nWords.\n\n{runs}{OPEN}id = "own"\nkind = "run"\n{lines}\n```\n'
        return {found.code for found in parse(FRONT + step, "book.md").diagnostics}

    assert code.code in codes(mistake.wrong)
    assert codes(mistake.right) == set()
