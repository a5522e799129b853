"""Every runbook that lints clean: its session reads back, reruns the same, verifies and exports."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from smoke_tui.__main__ import main
from smoke_tui.journal.load import load_state
from smoke_tui.runbook import parse
from smoke_tui.runbook.parser.commands import every_command

IDS = (
    "api-key",
    "password",
    "token",
    "access-token",
    "id-token",
    "set-cookie",
    "cookie",
    "client-secret",
    "user-code",
    "code",
    "state",
    "bearer",
    "plain",
    "fail",
    "pass",
)
NAMES = (
    "password",
    "api key",
    "api_key",
    "token",
    "access_token",
    "client-secret",
    "cookie",
    "Set-Cookie",
    "authorization",
    "Bearer",
    "device_code",
    "secret",
    "code",
    "plain",
)
JOINS = (": ", "=", " = ", " is ", ":", " := ", "%3D", '": "', " ")
VALUES = (
    "none",
    "n/a",
    "see wiki",
    "unset",
    "None.",
    "<your key>",
    "$PASSWORD",
    "${API_KEY}",
    "...",
    "***",
    "sk-...",
    "none needed",
    "(none)",
    "yes",
    "the usual one",
    "app",
    "changeme",
    "hunter2hunter2",
    "postgresql://app:app@127.0.0.1/app",
    "https://x@y/z",
    "true",
)
"""Some of them are secrets by their shape: such a runbook has to be refused, or to work."""

texts = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(JOINS), st.sampled_from(VALUES)).map(
            "".join
        ),
        st.sampled_from(("{ not json", "[SSL: x]", "&amp;", "<b>", "| a |", "`x`", "*", "é → ü")),
        st.text("abc xyz:=[]{}<>&'\\\"#%$|`*_-.,;", max_size=12),
    ),
    min_size=1,
    max_size=3,
).map("; ".join)


def quoted(text: str) -> str:
    """As a TOML text."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "")


def shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


@st.composite
def runbooks(draw: st.DrawFn) -> str:
    """A runbook of a command and a question, with awkward words wherever an author may write."""
    first, second = draw(st.lists(st.sampled_from(IDS), min_size=2, max_size=2, unique=True))
    title, heading, prose, printed, ask, why = (draw(texts) for _ in range(6))
    return f"""---
schema: smoke/1
id: awkward
title: {quoted("T " + title)}
---

## H {heading}

P {prose}

```bash run
printf %s {shell(printed)}
false {shell(draw(texts))}
```

```toml step
id      = "{first}"
kind    = "run"
effects = "local"
timeout = "20s"

[[on]]
match   = {{ code = "command-failed" }}
outcome = "expected-limitation"
why     = {quoted(why)}
```

## Q {draw(texts)}

Words.

```toml step
id   = "{second}"
kind = "manual"
ask  = {quoted(ask)}
```
"""


def run(state: Path, *argv: str) -> tuple[int, str, str]:
    out, err = TextIOWrapper(BytesIO(), "utf-8"), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["--state-dir", str(state), *argv])
    out.flush()
    assert isinstance(out.buffer, BytesIO)
    return code, out.buffer.getvalue().decode(), err.getvalue()


def reports(state: Path) -> Iterator[tuple[str, int, str]]:
    for form in ("md", "json", "html", "junit"):
        code, _, err = run(state, "report", "last", "--format", form)
        yield form, code, err


@settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate])
@given(runbooks(), texts)
def test_a_runbook_that_lints_clean_reads_back_reruns_verifies_and_exports(
    text: str, note: str
) -> None:
    parsed = parse(text, "awkward.md")
    if parsed.runbook is None:
        assert all(found.line > 0 for found in parsed.diagnostics)
        return
    with tempfile.TemporaryDirectory(prefix="smoke-reads-back-") as name:
        folder = Path(name)
        state = folder / "state"
        book = folder / "awkward.md"
        book.write_text(text, encoding="utf-8")
        second = parsed.runbook.steps[1].id
        answers = folder / "answers.toml"
        answers.write_text(f'[{second}]\nanswer = "pass"\nnote = {quoted(note)}\n', "utf-8")
        code, _, err = run(
            state, "--project", name, "--check", str(book), "--live", "--answers", str(answers)
        )
        assert code == 4, err
        (session,) = (state / "sessions").iterdir()
        _, kept, _ = load_state(session)
        assert kept.steps == parsed.runbook.steps
        assert kept.text == text
        assert [every_command(s) for s in kept.steps] == [
            every_command(s) for s in parsed.runbook.steps
        ]
        assert run(state, "replay", "last")[0] == 0
        verified = run(state, "--check", "last", "--json")
        assert verified[0] == 4, verified[1]
        for form, code, err in reports(state):
            assert code == 0, (form, err)
        assert run(state, "archive", "last", "-o", str(folder / "a.smoke"))[0] == 0
