"""Secrets that come back: from the provider, from the operator's own hands, from our own bugs."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.journal.file import read_journal
from smoke_tui.presentation.report.export import FORMATS
from smoke_tui.steps import BEHAVIOURS
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.machine import ReadSecretFile
from smoke_tui.world.result import Result
from tests.helpers.canaries import Answer, LeakSearch, mint, provider
from tests.helpers.events import data_of
from tests.helpers.minted_secrets import Bundle
from tests.helpers.paths import ROOT

FRONT = "---\nschema: smoke/1\nid: canary\ntitle: A canary\n---\n\n# A canary\n"
CALL = (
    FRONT
    + """
## Call

Make one call.

```toml step
id      = "live-call"
kind    = "call"
prompt  = "Answer with the word given to you."
effects = "spends"
spend   = { kind = "subscription", max_calls = 3 }
timeout = "30s"
```
"""
)


def sse(*events: Mapping[str, Any]) -> bytes:
    return b"".join(
        b"event: %s\ndata: %s\n\n" % (str(e["type"]).encode(), json.dumps(e).encode())
        for e in events
    )


def quoting(token: str) -> list[Answer]:
    """Refusals that quote what they were sent, each in its own way."""
    bearer = f"Authorization: Bearer {token}"
    code = base64.b64encode(
        json.dumps({"error": {"code": "token_expired", "message": bearer}}).encode()
    ).decode()
    as_json = {"content-type": "application/json"}
    return [
        (401, as_json, json.dumps({"error": {"message": f"bad {bearer}", "code": "x"}}).encode()),
        (400, as_json, json.dumps({"detail": json.dumps({"sent": bearer})}).encode()),
        (401, {"www-authenticate": bearer, "x-error-json": code, "set-cookie": f"s={token}"}, b""),
        (403, {"content-type": "text/html"}, f"<p>{bearer}</p><!-- {token} -->".encode()),
        (400, {}, base64.b64encode(bearer.encode()) + b"\n" + token.encode().hex().encode()),
        (
            422,
            {},
            "".join(f"\\u{ord(c):04x}" for c in token).encode()
            + b"".join(b"%%%02x" % byte for byte in token.encode()),
        ),
        (
            200,
            {"content-type": "text/event-stream", "x-request-id": token},
            sse(
                {"type": "response.output_text.delta", "delta": f"You sent {token}."},
                {
                    "type": "response.failed",
                    "response": {"error": {"message": bearer, "code": "y"}},
                },
            ),
        ),
    ]


def answering(refusal: Answer) -> Callable[[str, str, Mapping[str, str]], Answer]:
    def answer(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        if "/models" in path:
            return 200, {"content-type": "application/json"}, b'{"models": [{"slug": "gpt-5.5"}]}'
        return (405, {}, b"") if method == "GET" else refusal

    return answer


def reported(search: LeakSearch, root: Path) -> None:
    """Every export of the newest session, and every file."""
    state = ["--state-dir", str(root / "state")]
    for kind in FORMATS:
        search.command(*state, "report", "last", "--format", kind)
    search.command(*state, "--check", "last", "--json")
    if search.command(*state, "archive", "last", "-o", str(root / "last.smoke"))[0] == 0:
        search.archive(root / "last.smoke")
    search.walk(root / "state")


@pytest.mark.parametrize("number", range(7))
def test_a_provider_that_quotes_the_token(tmp_path: Path, number: int) -> None:
    bundle = Bundle(tmp_path)
    search = LeakSearch(bundle.values)
    (tmp_path / "call.md").write_text(CALL)
    with provider(answering(quoting(bundle.access)[number])) as url:
        code, _ = search.command(
            "--state-dir",
            str(tmp_path / "state"),
            "--check",
            "call.md",
            "--live",
            "--json",
            "-v",
            "--bundle",
            str(bundle.path),
            "--codex-url",
            url,
            "--issuer",
            url,
            "--model",
            "gpt-5.5",
            "--instructions",
            __file__,
            "--report",
            str(tmp_path / "state.md"),
        )
    assert code in (1, 4)
    search.keep("report", (tmp_path / "state.md").read_bytes())
    reported(search, tmp_path)
    assert search.finds() == {}


def test_a_stream_that_gives_the_token_back_in_pieces(tmp_path: Path) -> None:
    """No piece is a secret by itself; whoever reads the evidence or a report has them all."""
    bundle = Bundle(tmp_path)
    search = LeakSearch()
    (tmp_path / "call.md").write_text(CALL)
    pieces = [bundle.access[at : at + 40] for at in range(0, len(bundle.access), 40)]
    body = sse(*({"type": "response.output_text.delta", "delta": piece} for piece in pieces))
    with provider(answering((200, {"content-type": "text/event-stream"}, body))) as url:
        search.command(
            "--state-dir",
            str(tmp_path / "state"),
            "--check",
            "call.md",
            "--live",
            "--json",
            "--bundle",
            str(bundle.path),
            "--codex-url",
            url,
            "--issuer",
            url,
            "--model",
            "gpt-5.5",
            "--instructions",
            __file__,
        )
    reported(search, tmp_path)
    for place, content in search.places.items():
        assert not all(piece.encode() in content for piece in pieces), place


# --- our own bugs --------------------------------------------------------------------------------


async def file_text(ctx: StepContext) -> str:
    """The secret text of a file."""
    path = os.path.join(os.getcwd(), "secret.txt")
    text = (await ctx.perform(ReadSecretFile(path, "canary"))).value
    assert text is not None
    return text.reveal()


def broken(value: str, before: int) -> Callable[[StepContext], Any]:
    """A behaviour that raises with a secret in its words and in its variables."""

    async def behaviour(ctx: StepContext) -> Result:
        held = await file_text(ctx)
        assert held == value
        raise RuntimeError("x" * before + held)

    return behaviour


@pytest.mark.parametrize("before", [0, 200, 255, 262, 270, 278, 284, 600])
def test_a_step_that_breaks_with_a_secret_in_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    """Wherever its words would be cut, no part of the secret stays."""
    value = mint()
    (tmp_path / "secret.txt").write_text(value)
    (tmp_path / "call.md").write_text(CALL)
    monkeypatch.setitem(BEHAVIOURS, "call", broken(value, before))
    search = LeakSearch({value})
    assert (
        search.command(
            "--state-dir", str(tmp_path / "state"), "--check", "call.md", "--live", "--json"
        )[0]
        == 70
    )
    reported(search, tmp_path)
    assert search.finds() == {}
    for place, content in search.places.items():
        assert b"FAKECANARY" not in content, place


def test_an_engine_that_breaks_leaves_a_trace_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = mint()
    (tmp_path / "secret.txt").write_text(value)
    (tmp_path / "call.md").write_text(CALL)

    async def behaviour(ctx: StepContext) -> Result:
        return Result("no-such-code", await file_text(ctx))

    def judging(*args: Any) -> None:
        result: Result = args[1]
        raise LookupError(f"no way to judge {result.summary}")

    monkeypatch.setitem(BEHAVIOURS, "call", behaviour)
    monkeypatch.setattr("smoke_tui.engine.engine.judge", judging)
    search = LeakSearch({value})
    assert (
        search.command(
            "--state-dir", str(tmp_path / "state"), "--check", "call.md", "--live", "--json"
        )[0]
        == 70
    )
    (crash,) = (tmp_path / "state").rglob("crash*.txt")
    assert "LookupError" in crash.read_text()
    assert crash.stat().st_mode & 0o777 == 0o600
    search.walk(tmp_path / "state")
    assert search.finds() == {}


# --- the operator's own hands, and children ------------------------------------------------------

TYPED = (
    FRONT
    + """
## Give it

Give the secret.

```toml step
id = "give-it"
kind = "prompt"
ask = "The key?"
input = "secret"
```

## Make more

Make a key, which is secret.

```bash run
python3 mint.py
```

```toml step
id = "make-more"
kind = "run"
capture = { made = { json = "made", secret = true } }
```

## Print it

A child that prints what it has found.

```bash run shell
cat typed mint.py; base64 -w0 typed; base64 -w0 mint.py; echo; cat gate
```

```toml step
id = "print-it"
kind = "run"
needs = ["make-more"]
```

## Look

Look at it.

```toml step
id = "look"
kind = "manual"
ask = "Well?"
```
"""
)


def family(pid: int) -> list[int]:
    """A process's children and theirs."""
    found, ahead = [], [pid]
    while ahead:
        one = ahead.pop()
        try:
            children = [
                int(child)
                for task in Path(f"/proc/{one}/task").iterdir()
                for child in (task / "children").read_text().split()
            ]
        except OSError:
            continue
        found += children
        ahead += children
    return found


def test_what_the_operator_types_and_what_children_print(tmp_path: Path) -> None:
    typed, made, key, dsn = mint(), mint(), mint("sk-proj-"), mint()
    unknown = mint("sk-proj-")
    search = LeakSearch({typed, made, key, dsn, unknown})
    (tmp_path / "mint.py").write_text(f'print(\'{{"made": "{made}"}}\')\n')
    (tmp_path / "typed").write_text(typed)
    (tmp_path / "typed.md").write_text(TYPED)
    os.mkfifo(tmp_path / "gate")
    words = ["run", "give", typed, f"note I typed {typed} and {unknown}", "run", "y", "run"]
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "OPENAI_API_KEY": key,
        "SMOKE_TUI_LEDGER": f"postgresql://reader:{dsn}@127.0.0.1:9/stack",
    }
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "smoke_tui",
            "--plain",
            "typed.md",
            "--origin",
            "office",
            "--state-dir",
            "state",
            "-v",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=tmp_path,
        env=env,
    ) as plain:
        assert plain.stdin is not None
        plain.stdin.write("".join(f"{line}\n" for line in words).encode())
        plain.stdin.flush()
        until_printed(tmp_path / "state", plain)
        for pid in family(plain.pid):
            search.keep(f"cmdline of {pid}", Path(f"/proc/{pid}/cmdline").read_bytes())
            search.keep(f"environ of {pid}", Path(f"/proc/{pid}/environ").read_bytes())
        (tmp_path / "gate").write_text("")
        rest = ["run", f"pass I saw {typed} at {made}", f"note {made}", "finish", "quit"]
        out, _ = plain.communicate("".join(f"{line}\n" for line in rest).encode(), timeout=60)
    search.keep("what was printed", out)
    assert plain.returncode == 0, out.decode()
    assert b"The operator: I saw [REDACTED" in out
    reported(search, tmp_path)
    assert sum("environ" in place for place in search.places) >= 2
    assert search.finds() == {}


def until_printed(state: Path, plain: subprocess.Popen[bytes]) -> None:
    """Wait until the child that waits at the gate has printed."""
    end = time.monotonic() + 60
    while time.monotonic() < end and plain.poll() is None:
        for folder in state.glob("sessions/*"):
            if any(
                e.kind == "process" and e.step == "print-it" and data_of(e)["what"] == "output"
                for e in read_journal(folder).events
            ):
                return
        time.sleep(0.05)
    plain.send_signal(signal.SIGTERM)
    raise AssertionError((plain.stdout.read() if plain.stdout else b"").decode())
