"""The smaller commands, bad input, and what each says of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.helpers.one_call import ONE_CALL
from tests.helpers.program import Program

SEVEN = """\
---
schema: smoke/1
id: seven
title: Seven mistakes
titel: again
---

## A

Text.

```toml step
id = "a"
kind = "manual"
ask = "x"
timout = "2m"
needs = ["nobody"]
```

## B

Text.

```toml step
id = "b"
kind = "call"
prompt = "x"
effects = "spends"
timeout = "2 minutes"

[[on]]
match = { code = "no-such-code" }
outcome = "pass"
```

## C

Text.

```toml step
id = "a"
kind = "manual"
ask = "x"
```
"""


def test_seven_mistakes_are_reported_in_one_pass(program: Program, tmp_path: Path) -> None:
    (tmp_path / "seven.md").write_text(SEVEN)
    done = program("lint", "seven.md")
    assert done.code == 3
    problems = [
        line
        for line in done.out.splitlines()
        if line.startswith("seven.md:") or "/seven.md:" in line.split(" ")[0]
    ]
    assert len(problems) >= 7
    checked = program("--check", "seven.md", "--json")
    assert checked.code == 3
    findings = checked.json()["findings"]
    assert len(findings) == len(problems)
    assert all(f["line"] and f["code"].startswith("RB") for f in findings)
    assert program("--check", "seven.md").code == 3


def test_nothing_is_never_green(program: Program) -> None:
    assert program("sessions").code == 5
    assert program("sessions", "--json").json() == {"schema": "smoke-sessions/1", "sessions": []}
    assert program("lint", "no-such-runbook").code == 5
    assert program("--check", "no-such-runbook").code == 5
    assert program("report", "last").code == 5
    assert program("replay", "20260101").code == 5


@pytest.mark.parametrize(
    "argv",
    [
        ("--bogus",),
        ("--check", "--live", "--rehearse"),
        ("--check", "--scenario", "happy"),
        ("--check", "--answers", "x"),
        ("--origin", "moon", "sessions"),
        ("report",),
        ("--check", "--rehearse", "--scenario", "hapy"),
        ("--callback-ports", "x", "login"),
        ("rehearse", "dance"),
    ],
)
def test_bad_arguments(program: Program, argv: tuple[str, ...]) -> None:
    done = program(*argv)
    assert done.code == 2
    assert done.err.startswith("smoke-tui: ")
    assert "Traceback" not in done.err


def test_global_options_before_and_after(program: Program) -> None:
    assert program("--origin", "office", "doctor", "--json").code == 0
    done = program("doctor", "--json", "--origin", "office")
    origin = next(s for s in done.json()["settings"] if s["name"] == "origin")
    assert origin == {"name": "origin", "value": "office", "source": "--origin"}


def test_settings_come_from_option_environment_and_file(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config" / "smoke-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('model = "from-file"\norigin = "office"\n')
    monkeypatch.setenv("SMOKE_TUI_ORIGIN", "residential")
    found = {s["name"]: s for s in program("doctor", "--json").json()["settings"]}
    assert (found["model"]["value"], found["model"]["source"]) == ("from-file", str(config))
    assert found["origin"]["source"] == "environment SMOKE_TUI_ORIGIN"
    config.write_text('modle = "x"\n')
    wrong = program("doctor")
    assert wrong.code == 2
    assert "did you mean 'model'" in wrong.err


def test_a_state_folder_that_cannot_be_written(tmp_path: Path, program: Program) -> None:
    (tmp_path / "file").write_text("in the way")
    done = program("--state-dir", str(tmp_path / "file"), "--check", "--rehearse")
    assert done.code == 4
    assert "--state-dir" in done.err
    open_to_all = tmp_path / "open"
    open_to_all.mkdir(mode=0o777)
    open_to_all.chmod(0o777)
    done = program("--state-dir", str(open_to_all), "--check", "--rehearse")
    assert (done.code, "can be changed by others" in done.err) == (4, True)


def test_login_against_the_rehearsal(program: Program, tmp_path: Path) -> None:
    out = tmp_path / "bundle.json"
    done = program("login", "--rehearse", "--out", str(out))
    assert done.code == 0
    bundle = json.loads(out.read_text())
    assert set(bundle) == {
        "provider",
        "access_token",
        "refresh_token",
        "id_token",
        "account_id",
        "plan_type",
        "expires_at",
    }
    assert out.stat().st_mode & 0o777 == 0o600
    for name in ("access_token", "refresh_token", "id_token", "account_id"):
        assert bundle[name] not in done.out + done.err
    link = tmp_path / "link.json"
    link.symlink_to(out)
    assert program("login", "--rehearse", "--out", str(link)).code == 2


def program_process(*argv: str, **how: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [sys.executable, "-m", "smoke_tui", *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **how,
    )


def test_redact_is_a_stream_filter(tmp_path: Path) -> None:
    known = "FAKE-known-value-0123456789"
    (tmp_path / "secrets.json").write_text(json.dumps([known]))
    with program_process(
        "redact", "--secrets", str(tmp_path / "secrets.json"), stdin=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b"plain \x80 text\n" + known[:9].encode())
        process.stdin.flush()
        process.stdin.write(known[9:].encode() + b" end\n")
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == b"plain \x80 text\n[REDACTED:secret#1] end\n"


def test_serve_prints_one_line_and_stops(tmp_path: Path) -> None:
    for how in ("signal", "end of input"):
        with program_process("rehearse", "serve", "happy", stdin=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            serving = json.loads(process.stdout.readline())
            assert serving["schema"] == "smoke-rehearsal/1"
            assert Path(serving["stack_dir"]).is_dir()
            if how == "signal":
                process.send_signal(signal.SIGTERM)
            else:
                process.stdin.close()
            assert process.wait(20) == 0
        assert not Path(serving["stack_dir"]).exists()


def test_serve_speaks_tls_too_where_asked() -> None:
    with program_process("rehearse", "serve", "--tls", stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        serving = json.loads(process.stdout.readline())
        secure = serving["tls"]
        assert secure["codex_url"] == f"{secure['origin']}/backend-api/codex"
        context = ssl.create_default_context(cafile=secure["ca"])
        address = urlsplit(secure["origin"])
        with (
            socket.create_connection((str(address.hostname), address.port or 0), 10) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped,
        ):
            assert wrapped.getpeercert()
        process.stdin.close()
        assert process.wait(20) == 0
    assert not Path(secure["ca"]).exists()


def test_a_signal_closes_the_session(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with program_process(
        "-v",
        "--state-dir",
        str(state),
        "--check",
        "openai-subscription",
        "--rehearse",
        "--scenario",
        "not-ready",
        "--json",
        stdin=subprocess.DEVNULL,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if b"tools/dev/start.sh" in line:
                break
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 143
    result = json.loads(out)
    assert result["verdict"] == "blocked"
    codes = {step["id"]: step["code"] for step in result["steps"]}
    assert codes["boot-stack"] == "interrupted"
    journal = next((state / "sessions").glob("*/journal.jsonl")).read_text().splitlines()
    assert json.loads(journal[-1])["ev"] == "session.closed"
    started = [json.loads(line)["data"] for line in journal]
    pids = [data["pid"] for data in started if data.get("what") == "started"]
    assert pids
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_the_app_refuses_without_a_terminal_and_tells_a_typo_first(program: Program) -> None:
    with program_process(stdin=subprocess.DEVNULL) as process:
        _, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert b"needs a terminal" in err
    for argv in (("sesions",), ("--plain", "sesions"), ("--check", "sesions")):
        done = program(*argv)
        assert (done.code, "did you mean the command `sessions`?" in done.err) == (5, True)
    assert "did you mean the runbook openai-subscription?" in program("openai-subscripton").err


def test_sessions_are_listed_with_what_happened(program: Program) -> None:
    assert program("--check", "--rehearse", "--scenario", "login-denied").code == 4
    failed = program.only().name
    done = program("sessions")
    head, row = done.out.splitlines()
    assert head.split() == ["SESSION", "AGE", "VERDICT", "CODE", "RUNBOOK", "WORLD"]
    assert all(part in row for part in (failed, "blocked", "login-denied", "openai-subscription"))
    (entry,) = program("sessions", "--since", "1h", "--last", "1", "--json").json()["sessions"]
    assert (entry["scenario"], entry["code"], entry["step"]) == (
        "login-denied",
        "login-denied",
        "oauth-login",
    )
    assert entry["spend"]["calls"] == 0
    for nothing in (("--failed",), ("--live",), ("--incomplete",), ("--since", "2999-01-01")):
        assert program("sessions", *nothing).code == 5
    assert program("sessions", "answer-drift").code == 5
    assert program("sessions", "--since", "yesterday").code == 2
    assert program("spend", "--since", "7d").out.count("1 rehearsal:") == 1
    assert program("spend", "--since", "7d", "--days", "7").code == 2


def test_a_reader_that_goes_away_is_no_trace(tmp_path: Path) -> None:
    with program_process("lint", "--schema", stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
        process.wait(20)


def test_help_shows_an_example_and_the_exit_codes(program: Program) -> None:
    for command in ((), ("report",), ("cassettes", "accept"), ("--check",), ("--plain", "x")):
        done = program(*command, "--help")
        assert done.code == 0
        assert "example:" in done.out
        assert "exit codes:" in done.out
    assert "--pre-push" not in program("cassettes", "accept", "--help").out
    assert program("help", "sessions").out == program("sessions", "-h").out
    assert program("help", "sesions").code == 2
    assert program("--version").out == program("-V").out
    assert program("-V").out.startswith("smoke-tui ")


def test_one_call_runbook_is_found_by_id(program: Program, tmp_path: Path) -> None:
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "x.md").write_text(ONE_CALL)
    assert program("lint", "one-call").code == 0
    assert os.getcwd() == str(tmp_path)


def test_columns_never_run_into_each_other(program: Program) -> None:
    for line in program("rehearse", "list").out.splitlines():
        assert "  " in line
    done = program("doctor", "--codex", "/nowhere/" + "x" * 200)
    rows = [row.split() for row in done.out.partition("settings you made:")[2].splitlines()]
    assert ["login-originator", "codex_cli_rs"] in rows
    assert ["codex", "/nowhere/" + "x" * 200, "--codex"] in rows
    assert "does not exist" in done.out
    assert "×" in done.out
    assert program("doctor", "--ascii").out.isascii()
