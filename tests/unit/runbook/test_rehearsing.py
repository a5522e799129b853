"""What a rehearsal does with a runbook and its steps."""

from __future__ import annotations

import pytest

from smoke_tui.runbook import Runbook, parse
from smoke_tui.runbook.rehearsing import Rehearsed, rehearsed_as, rehearses_with_stack

CHECK = 'id = "one"\nkind = "check"\nurl = "{}"\n'


def book(toml: str, *, run: bool = False, front: str = "") -> Runbook:
    runs = "```bash run\ntrue\n```\n\n" if run else ""
    text = (
        f"---\nschema: smoke/1\nid: book\ntitle: A book\n{front}---\n\n## Step\n\nWords.\n\n{runs}"
        f"```toml step\n{toml}```\n"
    )
    parsed = parse(text, "book.md")
    assert parsed.runbook is not None, parsed.diagnostics
    return parsed.runbook


@pytest.mark.parametrize(
    ("toml", "run", "expected"),
    [
        ('id = "one"\nkind = "run"\n', True, Rehearsed.AS_IT_IS),
        ('id = "one"\nkind = "run"\neffects = "remote"\n', True, Rehearsed.CLOSED),
        (
            'id = "one"\nkind = "run"\neffects = "remote"\nstand_in = {}\n',
            True,
            Rehearsed.STOOD_IN,
        ),
        (CHECK.format("https://shop.example/up"), False, Rehearsed.CLOSED),
        (CHECK.format("http://127.0.0.1:3000/up"), False, Rehearsed.AS_IT_IS),
        (CHECK.format("{{ stack_url }}/up"), False, Rehearsed.AS_IT_IS),
        (CHECK.format("https://shop.example/{{ model }}"), False, Rehearsed.CLOSED),
        (
            CHECK.format("https://shop.example/up") + "stand_in = { status = 200 }\n",
            False,
            Rehearsed.STOOD_IN,
        ),
    ],
)
def test_what_reaches_out_is_stood_in_for_or_not_done(
    toml: str, run: bool, expected: Rehearsed
) -> None:
    (step,) = book(toml, run=run).steps
    assert rehearsed_as(step, in_own_folder=True) is expected


def test_commands_of_a_step_against_the_stack_run_whatever_they_change() -> None:
    (step,) = book('id = "one"\nkind = "run"\neffects = "remote"\n', run=True).steps
    assert rehearsed_as(step, in_own_folder=False) is Rehearsed.AS_IT_IS


@pytest.mark.parametrize(
    ("toml", "run", "front", "expected"),
    [
        ('id = "one"\nkind = "run"\n', True, "", False),
        ('id = "one"\nkind = "run"\n', True, "rehearse_in: stack\n", True),
        ('id = "one"\nkind = "login"\n', False, "", True),
        ('id = "one"\nkind = "login"\n', False, "rehearse_in: project\n", False),
        (CHECK.format("{{ stack_url }}/up"), False, "", True),
    ],
)
def test_where_a_rehearsal_runs_the_commands(
    toml: str, run: bool, front: str, expected: bool
) -> None:
    assert rehearses_with_stack(book(toml, run=run, front=front)) is expected
