"""A slip in the word behind a fence is an error, beside a right block too; an example stays one."""

from __future__ import annotations

import pytest

from smoke_tui.runbook import LATER_ERRORS, LintCode, parse
from smoke_tui.runbook.parser.info_strings import ROLES, intended_role

SLIPS = [
    "bash rnu",
    "sh run",
    "bash Run",
    "BASH run",
    "bash run,",
    "bash, run",
    "console run",
    "shell run",
    "zsh run",
    "shell-session run",
    "{.bash run}",
    "{.bash .run}",
    "bash:run",
    "bash-run",
    "bash_run",
    "bashrun",
    "bash ru",
    "bash runn",
    "bsh run",
    "run bash",
    "run",
    "bash run now",
    "bash run=true",
    "bash run shel",
    "bash run sh",
    "bash run shell x",
    "ｂａｓｈ run",
    "bash \u200brun",
    "python run",
    "toml setp",
    "TOML step",
    "toml steps",
    "toml:step",
    "{.toml step}",
    "tomlstep",
    "step toml",
    "yaml step",
    "step",
]
EXAMPLES = [
    "",
    "bash",
    "sh",
    "toml",
    "text",
    "console",
    "python",
    "json",
    "rust",
    "ruby",
    "diff",
    'bash title="run"',
    "bash example",
    "mermaid",
    "toml example",
    "bash skip",
    "js runkit",
]
HEAD = "---\nschema: smoke/1\nid: slip\ntitle: A slip\n---\n\n## One\n\nDo it.\n\n"
STEP = '```toml step\nid = "one"\nkind = "run"\n```\n'
RIGHT = "```bash run\ntrue\n```\n\n"


@pytest.mark.parametrize("info", SLIPS)
def test_a_slip_is_an_error_alone_and_beside_a_right_block(info: str) -> None:
    for beside in ("", RIGHT):
        parsed = parse(f"{HEAD}{beside}```{info}\nfalse\n```\n\n{STEP}", "slip.md")
        assert parsed.runbook is None
        (found,) = [d for d in parsed.diagnostics if d.code == LintCode.NEAR_INFO.code]
        assert found.severity == "error"
        assert "did you mean" in found.message


@pytest.mark.parametrize("info", EXAMPLES)
def test_an_example_is_none(info: str) -> None:
    assert intended_role(info) is None
    assert parse(f"{HEAD}{RIGHT}```{info}\nfalse\n```\n\n{STEP}", "slip.md").runbook is not None


@pytest.mark.parametrize("info", ROLES)
def test_ours_are_ours(info: str) -> None:
    assert intended_role(info) == info


@pytest.mark.parametrize(
    "opening",
    [
        "``bash run",
        "`bash run",
        "~~bash run",
        "'''bash run",
        "<details>\n```bash rnu",
        "    ```sh run",
        "´´´bash run",
    ],
)
def test_what_opens_no_fence_is_no_example_either(opening: str) -> None:
    parsed = parse(f"{HEAD}{RIGHT}{STEP}\n{opening}\nfalse\n", "slip.md")
    assert parsed.runbook is None
    assert any(d.severity == "error" for d in parsed.diagnostics)


def test_a_sentence_about_run_blocks_is_prose() -> None:
    text = HEAD.replace(
        "Do it.", "`bash run` blocks run, and ``toml step`` blocks say how.\n``bash run`` again."
    )
    assert parse(text + RIGHT + STEP, "slip.md").runbook is not None


def test_a_recorded_runbook_is_not_refused_for_what_became_an_error_later() -> None:
    text = f"{HEAD}{RIGHT}```bash rnu\nfalse\n```\n\n{STEP}"
    runbook = parse(text, "slip.md", LATER_ERRORS).runbook
    assert runbook is not None
    assert [found.code for found in runbook.warnings] == [LintCode.NEAR_INFO.code]
