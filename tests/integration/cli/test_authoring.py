"""`new`, `lint`, `explain`, and the rehearsal of a runbook of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.program import Program

BOOK = "runbooks/printer-page.md"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder without runbooks."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return here


def change(old: str, new: str) -> None:
    path = Path(BOOK)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_new_runbook_is_clean_and_passes_in_the_projects_folder(
    program: Program, elsewhere: Path
) -> None:
    made = program("new", "printer-page")
    assert made.code == 0
    assert made.out.startswith(f"{BOOK}\nnext: smoke-tui --check printer-page --rehearse")
    assert program("lint", "printer-page").err.endswith("lint: 1 runbook, 0 errors, 0 warnings\n")
    change("uname -s", "touch made-here")
    done = program("--check", "printer-page", "--rehearse", "--report", "report.md")
    assert done.code == 0
    assert (elsewhere / "made-here").exists()
    assert "Commands run for real, in " in done.err
    assert "1 step is answered by the runbook's stand-ins" in done.err
    assert "by the runbook's stand-ins, not by the product: send-order" in Path(
        "report.md"
    ).read_text(encoding="utf-8")


def test_what_reaches_out_without_a_stand_in_is_not_done(program: Program, elsewhere: Path) -> None:
    program("new", "printer-page")
    change("stand_in = {", "# stand_in = {")
    change('echo \'{"order_id": "A-1001", "state": "accepted"}\'', "touch sent")
    done = program("--check", "printer-page", "--rehearse", "--json")
    result = json.loads(done.out)
    codes = {step["id"]: step["code"] for step in result["steps"]}
    assert codes["send-order"] == "rehearsal-closed"
    assert not (elsewhere / "sent").exists()
    assert "not done: send-order" in done.err


def test_an_outside_address_is_not_asked(program: Program) -> None:
    program("new", "printer-page")
    change('kind    = "check"                  #', 'kind = "check"\nurl = "http://203.0.113.9/"\n#')
    change("```bash run\nuname -s\n```\n\n", "")
    change("expect  = [{ exit = 0 }]           # what a pass has to show\n", "")
    done = program("--check", "printer-page", "--rehearse")
    assert "tools-there: rehearsal-closed: A rehearsal lets nothing out" in done.out
    assert "stand_in" in done.out


def test_a_rehearsal_gives_what_a_prompt_asks_for(program: Program) -> None:
    program("new", "printer-page")
    change(
        'kind  = "manual"\nneeds = ["delivered"]\nask   = "The order\'s page shows it as delivered"',
        'kind = "prompt"\nneeds = ["send-order"]\nask = "The printer of {{ order_id }}"\n'
        'set_env = "PRINTER"',
    )
    done = program("--check", "printer-page", "--rehearse")
    assert done.code == 0
    assert "PRINTER is set for this session" in done.out
    assert "The printer of R-1" in journal_text(program)


def journal_text(program: Program) -> str:
    (journal,) = program.state.glob("sessions/*/journal.jsonl")
    return journal.read_text(encoding="utf-8")


def test_the_example_of_another_product_passes(program: Program) -> None:
    done = program("--check", "webhook-key", "--rehearse", "--report", "report.md")
    assert done.code == 0, done.out
    assert "signing_key (secret)" in done.out
    assert "minted-" not in Path("report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("Printer Page",), "printer-page is one"),
        (("webhook-key",), "already; choose another name"),
        (("x-y", "--from", "nothing"), "give one of runbook, golden, "),
    ],
)
def test_a_name_or_template_that_can_not_be_used_is_refused(
    program: Program, arguments: tuple[str, ...], words: str
) -> None:
    done = program("new", *arguments)
    assert done.code == 2
    assert words in done.err
    assert not Path("runbooks").exists()


def test_new_never_overwrites_and_lists_its_templates(program: Program) -> None:
    program("new", "printer-page")
    change("# Printer page", "# Mine")
    again = program("new", "printer-page")
    assert (again.code, "is left as it is" in again.err) == (2, True)
    assert "# Mine" in Path(BOOK).read_text(encoding="utf-8")
    listed = program("new").out
    assert all(f"\n  {word} " in listed for word in ("runbook", "golden", "webhook-key"))
    assert program("new", "my-hook", "--from", "webhook-key").code == 0
    assert program("lint", "my-hook").code == 0


def test_lint_counts_errors_and_warnings_apart(program: Program) -> None:
    program("new", "printer-page")
    change("timeout  = ", "tiemout  = ")
    change("What no command can see. The operator's answer is in the report.\n", "")
    done = program("lint", "printer-page")
    assert done.code == 3
    assert done.err == "lint: 1 runbook, 1 error, 1 warning\n"
    assert "error: RB032 unknown key 'tiemout' in a 'run' step; did you mean 'timeout'?" in done.out
    assert "= valid: capture, effects, env, expect" in done.out
    assert "warning: RB029" in done.out


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("RB032", "RB032: a lint error"),
        ("run", "run: a kind of step"),
        ("expect", "What the value at the json path equals"),
        ("on.1.match", "match: a key of on"),
        ("expect.2", "expect: a field of every step"),
        ("instructions-drift", "instructions-drift: a failure code"),
        ("spend", 'spend = { kind = "metered"'),
        ("remote", "changes something elsewhere"),
        ("front-matter", "schema: smoke/1"),
        ("stdout", "'stdout' is called body_contains here"),
        ("depends_on", "needs: a field of every step"),
        ("command", "`bash run` block"),
    ],
)
def test_explain_knows_every_sort_of_name(program: Program, topic: str, words: str) -> None:
    done = program("explain", topic)
    assert done.code == 0
    assert words in done.out


def test_a_typo_is_met_with_the_nearest_names(program: Program) -> None:
    done = program("explain", "spnd")
    assert done.code == 2
    assert "no topic 'spnd'; did you mean spend, spends" in done.err
    assert program("lint", "--explain", "RB032").out == program("explain", "rb032").out
    listed = program("explain").out
    groups = ("kind of step", "failure code", "lint error")
    assert all(f"\n{group}, one of:" in listed for group in groups)
