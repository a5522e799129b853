"""A finding as text: place, message, source line with a mark, valid keys, help; totals."""

from __future__ import annotations

from smoke_tui.runbook import parse
from smoke_tui.runbook.lint.excerpt import report, totals

HEAD = "---\nschema: smoke/1\nid: book\ntitle: A book\n---\n\n"
STEP = """\
## Look

Words.

```bash run
true
```

```toml step
id     = "look"
kind   = "run"
expect = [{ exit = 0 }, { stdout = "ok" }]
```
"""


def test_an_unknown_key_shows_its_place_the_valid_keys_and_the_likely_one() -> None:
    (finding,) = parse(HEAD + STEP, "book.md").diagnostics
    lines = report(finding)
    assert lines[0] == (
        "book.md:18:27: error: RB032 unknown key 'stdout' in expect.2; here that is 'body_contains'"
    )
    assert lines[1] == ' 18 | expect = [{ exit = 0 }, { stdout = "ok" }]'
    assert lines[2] == "    |                           ^^^^^^"
    assert lines[3].startswith("    = valid: behaves, body_contains, code, equals, exit, header,")
    assert lines[-1] == "    = help: Remove or rename the key. (smoke-tui explain expect)"


def test_the_mark_stands_under_a_value_behind_a_tab() -> None:
    text = HEAD + STEP.replace('kind   = "run"', '\tkind\t= "runn"')
    finding = next(f for f in parse(text, "book.md").diagnostics if f.code == "RB036")
    source, mark = report(finding)[1:3]
    assert source[mark.index("^") : mark.rindex("^") + 1] == '"runn"'
    assert finding.valid[:3] == ("login", "call", "run")


def test_a_word_of_another_tool_is_answered_with_ours() -> None:
    text = HEAD + STEP.replace("expect =", 'depends_on = "x"\ncommand = "true"\nexpect =').replace(
        ', { stdout = "ok" }', ""
    )
    first, second = parse(text, "book.md").diagnostics
    assert first.message.endswith("; here that is 'needs'")
    assert "`bash run` block" in second.message


def test_totals_count_errors_and_warnings_apart() -> None:
    text = HEAD + STEP.replace("Words.", "")
    assert totals(1, parse(text, "book.md").diagnostics) == "1 runbook, 1 error, 1 warning"
    assert totals(2, ()) == "2 runbooks, 0 errors, 0 warnings"
