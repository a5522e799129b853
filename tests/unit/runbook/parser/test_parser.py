"""What the parser makes of a good runbook, of odd files, and of anything at all."""

from __future__ import annotations

import hashlib
import os
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.runbook import Guard, Runbook, Spend, available, find, load, parse

FRONT = "---\nschema: smoke/1\nid: book\ntitle: 'A book'   \nissue: X-1 # why\n---\n\n"
STEP = '## Step\n\nWords.\n\n```toml step\nid = "one"\nkind = "manual"\nask = "Done?"\n```\n'


def good(text: str) -> Runbook:
    parsed = parse(text, "book.md")
    assert parsed.diagnostics == ()
    assert parsed.runbook is not None
    return parsed.runbook


def test_front_matter_is_text() -> None:
    book = good(FRONT.replace("---\n\n", 'model: "gpt: 5"\nbudget_usd: 0.50\n---\n') + STEP)
    assert (book.title, book.issue, book.model) == ("A book", "X-1", "gpt: 5")
    assert book.budget_usd == Decimal("0.50")
    assert book.requires_origin is None


def test_text_and_digest_are_those_of_the_bytes() -> None:
    data = ("\ufeff" + FRONT + STEP).replace("\n", "\r\n").encode()
    book = parse(data, "b.md").runbook
    assert book is not None
    assert book.text.encode() == data
    assert book.sha256 == hashlib.sha256(data).hexdigest()


def test_a_step_with_everything() -> None:
    book = good(
        FRONT
        + "## Title  of `it`\n\nBefore.\n\n```bash run\n# a comment\n\nmake \\\n  all  # why\n"
        + 'echo \'a b\' {{project}}/x "c\\"d"\n```\n\nBetween.\n\n```bash\nexample | only\n```\n\n'
        + "```toml step\n"
        + 'id = "all"\nkind = "run"\nproof = true\neffects = "spends"\ntimeout = "1m30s"\n'
        + 'spend = { kind = "metered", max_usd = "0.25" }\n'
        + 'guards = [{ file = "Makefile", why = "it is made here" }]\n'
        + 'env = { EMPTY = "", STACK = "{{ stack_url }}" }\n'
        + 'expect = [{ exit = 0, body_contains = "DONE" }]\n'
        + '[capture]\ntok = { pattern = "t=(.*)", secret = true }\n'
        + '[[on]]\nmatch = { header = { CF-Ray = "*" }, json = "a[0]", equals = 1 }\n'
        + 'outcome = "fail"\nwhy = "x"\n```\n\nAfter.\n'
    )
    (step,) = book.steps
    assert step.title == "Title of `it`"
    assert step.prose == "Before.\n\n\nBetween.\n\n```bash\nexample | only\n```\n\n\nAfter."
    assert [(c.argv, c.line) for c in step.commands] == [
        (("make", "all"), 15),
        (("echo", "a b", "{{ project }}/x", 'c"d'), 17),
    ]
    assert step.timeout == 90
    assert step.spend == Spend("metered", None, Decimal("0.25"))
    assert step.guards == (Guard("file", "Makefile", "it is made here", 33),)
    assert dict(step.env) == {"EMPTY": "", "STACK": "{{ stack_url }}"}
    exit_, body = step.expect[0].conditions
    assert (exit_.word, exit_.value, body.value) == ("exit", 0, ("done",))
    assert step.capture[0].secret
    header, path = step.rules[0].match.conditions
    assert header.value == {"cf-ray": "*"}
    assert (path.value, path.test, path.operand) == ("a[0]", "equals", 1)
    assert (step.line, step.fence_line, step.rules[0].line) == (8, 26, 38)
    assert book.step("all") is step
    with pytest.raises(KeyError, match="it has all"):
        book.step("none")


def test_a_shell_block_is_one_command() -> None:
    text = "ls | wc\ncd /tmp\n"
    book = good(
        FRONT
        + STEP.replace("```toml", f"```bash run shell\n{text}```\n\n```toml").replace(
            'kind = "manual"\nask = "Done?"', 'kind = "run"'
        )
    )
    (command,) = book.steps[0].commands
    assert command.shell
    assert command.argv == ("/bin/sh", "-c", text)


def test_absent_fields_are_there_with_their_defaults() -> None:
    book = good(FRONT + STEP.replace('"manual"', '"handover"').replace("ask", "confirm"))
    assert dict(book.steps[0].fields) == {
        "open": None,
        "fields": (),
        "credential": "bundle",
        "confirm": "Done?",
    }


def test_a_heading_without_a_step_is_prose_and_examples_never_run() -> None:
    outer = "````markdown\n```toml step\nid = \n```\n````\n"
    comment = '<!--\n```toml step\nid = "off"\n```\n-->\n'
    assert [s.id for s in good(FRONT + "## Note\n\n" + outer + comment + STEP).steps] == ["one"]


def test_an_indented_block_keeps_its_columns() -> None:
    fenced = STEP.replace("```toml", "  ```toml").replace("ask =", "   aks =")
    (found,) = parse(FRONT + fenced, "b.md").diagnostics
    assert (found.line, found.col, found.code) == (15, 4, "RB032")


def test_load_refuses_what_is_no_plain_file(tmp_path: Path) -> None:
    real = tmp_path / "real.md"
    real.write_text(FRONT + STEP)
    (tmp_path / "link.md").symlink_to(real)
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "big.md").write_bytes(b"x" * (256 * 1024 + 1))
    (tmp_path / "latin.md").write_bytes("---\nid: fü".encode() + b"\xe4\n")
    found = {
        name: [(d.code, d.line, d.col) for d in load(tmp_path / name).diagnostics]
        for name in ("real.md", "link.md", "pipe.md", ".", "big.md", "latin.md", "none.md", "a\0b")
    }
    assert found == {
        "real.md": [],
        "link.md": [("RB002", 1, 1)],
        "pipe.md": [("RB003", 1, 1)],
        ".": [("RB003", 1, 1)],
        "big.md": [("RB004", 1, 1)],
        "latin.md": [("RB005", 2, 7)],
        "none.md": [("RB001", 1, 1)],
        "a\0b": [("RB001", 1, 1)],
    }
    assert load(real).runbook is not None
    assert parse("\ud800", "b.md").diagnostics[0].code == "RB005"


def test_find_goes_by_path_then_project_then_config_then_package(tmp_path: Path) -> None:
    cwd, config = tmp_path / "cwd", tmp_path / "config"
    for folder, name, book in (
        (cwd / "runbooks", "mine.md", "book"),
        (config / "runbooks", "other.md", "book"),
        (config / "runbooks", "own.md", "own-one"),
        (cwd, "here.md", "here-id"),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(FRONT.replace("id: book", f"id: {book}") + STEP)
    (cwd / "runbooks" / "link.md").symlink_to(cwd / "here.md")

    def look(name: str) -> Path | None:
        return find(name, cwd=cwd, config_dir=config)

    assert look("here.md") == cwd / "here.md"
    assert look("book") == cwd / "runbooks" / "mine.md"
    assert look("own-one") == config / "runbooks" / "own.md"
    assert look("here-id") is None
    assert look("../cwd/nothing.md") is None
    assert look("") is None
    packaged = look("openai-subscription")
    assert packaged is not None
    assert packaged.parent.name in ("runbooks", "_runbooks")
    names = [path.name for path in available(cwd=cwd, config_dir=config)]
    assert names[:2] == ["mine.md", "own.md"]
    assert "other.md" not in names
    assert "link.md" not in names
    assert "openai-subscription.md" in names


PIECES = st.sampled_from(
    [
        *FRONT.splitlines(keepends=True), *STEP.splitlines(keepends=True),
        "```bash run\n", "```bash run shell\n", "> ```toml step\n", "- ", "    ", "[[on]]\n",
        'match = { code = "dns" }\n', 'goto = "one"\n', "fallback = true\n", "[on.match]\n",
        "a.b.'c'.\"d\\u0041\" = '''x\n'''\n", 'x = """\n\\"""" # c\n"""\n', "ls {{ a }} | $X '\n",
        "needs = [ 'one', # c\n 'two' ]\n", "y = 1979-05-27T07:32:00Z\n", "\0", "\r", "\u2028",
        "z = { a = [1, { b = 2 }], c.d = 3 }\n", "guards = [{}]\n", "capture = { x = {} }\n",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(), st.binary()))
def test_parse_never_raises(text: str | bytes) -> None:
    parsed = parse(text, "any.md")
    assert (parsed.runbook is None) == any(d.severity == "error" for d in parsed.diagnostics)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=15).map("".join))
def test_no_step_block_makes_it_raise(toml: str) -> None:
    whole = FRONT + STEP + f"## Two\n\n`````toml step\nid = 'two'\n{toml}\n`````\n"
    for found in parse(whole, "any.md").diagnostics:
        assert 1 <= found.line <= whole.count("\n") + whole.count("\r") + 1
        assert found.col >= 1


@pytest.mark.parametrize(
    "block",
    [
        "```bash run\nls " + "{{" * 4000 + "\n```\n```toml step\nid = 'aa'\nkind = 'run'\n```\n",
        "```bash run\nls "
        + "{{ a }}" * 1000
        + "\n```\n```toml step\nid = 'aa'\nkind = 'run'\n```\n",
        "".join(
            f'## S\n\n```toml step\nid = "a{n}"\nkind = "call"\nneeds = ["a{n + 1}"]\n```\n'
            for n in range(400)
        ),
    ],
)
def test_hostile_blocks_cost_little(block: str) -> None:
    begun = time.process_time()
    assert parse(FRONT + "## Step\n\n" + block, "b.md").runbook is None
    assert time.process_time() - begun < 1
