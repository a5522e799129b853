"""`report`, `diff` and `archive`: what leaves, where to, and what another machine makes of it."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from smoke_tui.journal.events.event import parse_line
from tests.helpers.events import data_of, make_event
from tests.helpers.program import Program


@pytest.fixture
def recorded(program: Program) -> Path:
    """A rehearsed session that took the fallback."""
    assert program("--check", "--rehearse", "--scenario", "instructions-drift").code == 0
    return program.sessions()[-1]


def test_another_machine_verifies_replays_and_reports_an_archive(
    program: Program, recorded: Path, tmp_path: Path
) -> None:
    here = {
        kind: program("report", recorded.name, "--format", kind).out
        for kind in ("md", "json", "junit", "html")
    }
    done = program("archive", "last", "-o", "s.smoke")
    assert done.code == 0
    assert re.search(
        r"wrote s\.smoke: session \S+, \d+ members, [\d,]+ bytes, sha256 \w{64}", done.out
    )
    again = (tmp_path / "s.smoke").read_bytes()
    assert (tmp_path / "s.smoke").stat().st_mode & 0o777 == 0o600
    program("archive", "last", "-o", "s.smoke")
    assert (tmp_path / "s.smoke").read_bytes() == again
    other = ("--state-dir", str(tmp_path / "elsewhere"))
    assert program(*other, "--check", "s.smoke").code == 0
    assert "0 differences" in program(*other, "replay", "s.smoke").out
    for kind, content in here.items():
        assert program(*other, "report", "s.smoke", "--format", kind).out == content
    assert program("diff", "s.smoke", recorded.name).code == 0
    assert not (tmp_path / "elsewhere").exists()
    assert list(Path(os.environ.get("TMPDIR", "/tmp")).glob(f"smoke-tui-*/{recorded.name}")) == []


def test_an_archive_is_read_not_resumed(program: Program, recorded: Path) -> None:
    program("archive", "last", "-o", "s.smoke")
    done = program("rerun", "s.smoke", "--step", "live-call", "--live")
    assert (done.code, "not resumed" in done.err) == (3, True)
    done = program("--check", "s.smoke", "--resume")
    assert (done.code, "not resumed" in done.err) == (3, True)


def test_a_changed_archive_is_refused_everywhere(
    program: Program, recorded: Path, tmp_path: Path
) -> None:
    program("archive", "last", "-o", "s.smoke")
    content = bytearray((tmp_path / "s.smoke").read_bytes())
    for at in (0, 2, 20, len(content) // 2, len(content) - 1):
        changed = bytearray(content)
        changed[at] ^= 1
        (tmp_path / "t.smoke").write_bytes(changed)
        for argv in (
            ("--check", "t.smoke"),
            ("replay", "t.smoke"),
            ("report", "t.smoke"),
            ("diff", "t.smoke", "last"),
        ):
            done = program(*argv)
            assert done.code == 3
            assert "t.smoke is no archive as it was written" in done.err


def rewrite(folder: Path, change: dict[int, dict[str, object]]) -> None:
    """Change the data of some events; their lines stay valid."""
    path = folder / "journal.jsonl"
    events = [parse_line(line) for line in path.read_bytes().splitlines()]
    path.write_bytes(
        b"".join(
            make_event(
                e.seq,
                e.time,
                e.ms,
                e.kind,
                e.step,
                e.attempt,
                e.request_seq,
                {**data_of(e), **change.get(e.seq, {})},
            ).line()
            for e in events
        )
    )


def test_a_secret_in_any_member_stops_an_archive_and_is_not_told(
    program: Program, recorded: Path, tmp_path: Path
) -> None:
    secret = "sk-proj-FAKE" + "a1B2c3D4e5" * 5
    rewrite(recorded, {0: {"note": secret}})
    done = program("archive", "last", "-o", "s.smoke")
    assert done.code == 7
    assert f"{recorded.name}/journal.jsonl was not given out" in done.err
    assert "line 1" in done.err
    assert secret[:16] not in done.err + done.out
    assert not (tmp_path / "s.smoke").exists()


@pytest.mark.parametrize("what", ["changed", "missing", "link"])
def test_a_damaged_session_is_not_archived(program: Program, recorded: Path, what: str) -> None:
    piece = max((recorded / "evidence").iterdir(), key=lambda path: path.stat().st_size)
    content = piece.read_bytes()
    piece.unlink()
    if what == "changed":
        piece.write_bytes(content[:-1] + b"!")
    elif what == "link":
        (recorded / "elsewhere").write_bytes(content)
        piece.symlink_to(recorded / "elsewhere")
    done = program("archive", "last", "-o", "s.smoke")
    assert (done.code, piece.name in done.err) == (3, True)
    checked = program("--check", "last", "--json")
    assert checked.code == 3
    assert checked.json()["findings"][0]["code"] == "evidence-damaged"


def test_evidence_that_no_event_speaks_of_is_a_finding(program: Program, recorded: Path) -> None:
    name = hashlib.sha256(b"spare").hexdigest()
    (recorded / "evidence" / name).write_bytes(b"spare")
    done = program("--check", "last", "--json")
    assert done.code == 0
    warnings = [f for f in done.json()["findings"] if f["severity"] != "info"]
    assert [f["code"] for f in warnings] == ["evidence-unreferenced"]
    (recorded / "evidence" / name).write_bytes(b"sparf")
    assert program("--check", "last").code == 3


def test_a_torn_tail_is_kept_as_it_is(program: Program, recorded: Path) -> None:
    path = recorded / "journal.jsonl"
    torn = path.read_bytes()[:-20]
    path.write_bytes(torn)
    assert "incomplete" in program("archive", "last", "-o", "s.smoke").out
    found = program("--check", "s.smoke", "--json").json()["findings"]
    assert "torn-tail" in [row["code"] for row in found]
    path.write_bytes(torn.replace(b'"seq":5,', b'"seq":6,'))
    assert program("archive", "last", "-o", "t.smoke").code == 3


def test_an_output_that_is_no_plain_file_is_left_alone(
    program: Program, recorded: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    for argv in (
        ("archive", "last", "-o", "link"),
        ("report", "last", "-o", "link"),
        ("archive", "last", "-o", "gone/x"),
    ):
        assert program(*argv).code == 2
    assert not (tmp_path / "target").exists()
    assert program("archive", "last").code == 2


def test_diff_tells_what_moved_and_exits_by_outcomes(program: Program, recorded: Path) -> None:
    assert program("--check", "--rehearse", "--scenario", "degraded-model").code == 1
    worse = program("diff", recorded.name, "last")
    assert worse.code == 1
    first, *_, last = worse.out.splitlines()
    assert first.startswith("diff: worse than last time: pass → fail (")
    assert re.fullmatch(r"\d+ rows, \d+ differ; --all shows the equal ones, too", last)
    assert "  same " not in worse.out
    assert "  same " in program("diff", recorded.name, "last", "--all").out
    assert re.search(r"^  worse    live-call outcome +pass → fail$", worse.out, re.MULTILINE)
    better = program("diff", "last", recorded.name, "--json")
    value = better.json()
    assert (better.code, value["schema"], value["exit_code"]) == (0, "smoke-diff/1", 0)
    assert list(value) == ["schema", "exit_code", "word", "summary", "notes", "old", "new", "rows"]
    assert value["word"] == "better"
    assert (value["old"]["verdict"], value["new"]["verdict"]) == ("fail", "pass")
    assert {row["word"] for row in value["rows"]} <= {"same", "better", "worse", "changed"}
    assert program("diff", "last", "20200101").code == 5
    (recorded / "journal.jsonl").write_bytes(b"x\n")
    assert program("diff", "last", recorded.name).code == 3


def test_the_json_report_is_one_object(program: Program, recorded: Path) -> None:
    value = program("report", "last", "--format", "json").json()
    assert value["session"] == recorded.name
    assert [t["try"] for t in value["report"]["tries"] if t["step"] == "live-call"] == [1, 2]
    failing = next(t for t in value["report"]["tries"] if t["code"] == "instructions-drift")
    assert json.loads(failing["failing_answer"]) == {"detail": "Instructions are not valid"}


def test_events_of_another_form_are_reported_and_no_trace_is_shown(
    program: Program, recorded: Path
) -> None:
    rewrite(recorded, {2: {"answer": 3}})
    for argv in (("report", "last"), ("--check", "last"), ("archive", "last", "-o", "x.smoke")):
        done = program(*argv)
        assert (done.code, "of another form" in done.err) == (3, True)


@pytest.mark.parametrize("command", ["report", "diff", "archive"])
def test_help_shows_a_worked_example(program: Program, command: str) -> None:
    done = program(command, "--help")
    assert done.code == 0
    assert f"example:\n  smoke-tui {command} " in done.out
    assert "exit codes:" in done.out


# --- the clipboard --------------------------------------------------------------------------

OSC52 = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


def in_terminal(program: Program, *argv: str, own: bool) -> tuple[int, bytes, bytes, bytes]:
    """Run with a terminal: as the one of the process (`own`), or as its standard error alone."""
    master, slave = pty.openpty()
    mode = termios.tcgetattr(slave)
    mode[1] &= ~termios.OPOST
    termios.tcsetattr(slave, termios.TCSANOW, mode)
    how = (lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0)) if own else None
    with subprocess.Popen(
        [sys.executable, "-m", "smoke_tui", "--state-dir", str(program.state), *argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
        stderr=subprocess.PIPE if own else slave,
        preexec_fn=how,
        pass_fds=(slave,),
    ) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                piece = os.read(master, 65_536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        out, err = process.communicate(timeout=60)
    os.close(master)
    return process.returncode, out, shown, err or b""


@pytest.mark.parametrize("own", [True, False])
def test_copy_sends_the_report_to_the_terminal_and_promises_nothing(
    program: Program, recorded: Path, own: bool
) -> None:
    code, out, shown, err = in_terminal(program, "report", "last", "--copy", own=own)
    sent = OSC52.findall(shown)
    assert code == 0
    assert [base64.b64decode(piece) for piece in sent] == [out]
    assert out == program("report", "last").out.encode()
    assert b"nobody can know" in shown + err


def test_copy_comes_beside_a_file(program: Program, recorded: Path, tmp_path: Path) -> None:
    code, out, shown, _ = in_terminal(
        program, "report", "last", "--copy", "-o", str(tmp_path / "r.md"), own=False
    )
    assert (code, out) == (0, b"")
    assert base64.b64decode(OSC52.findall(shown)[0]) == (tmp_path / "r.md").read_bytes()


def test_copy_without_a_terminal_is_refused_before_anything_is_given(
    program: Program, recorded: Path
) -> None:
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "smoke_tui",
            "--state-dir",
            str(program.state),
            "report",
            "last",
            "--copy",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, b"")
    assert b"--copy needs a terminal" in err


def test_what_is_too_long_for_a_terminal_is_refused(program: Program, recorded: Path) -> None:
    events = [parse_line(line) for line in (recorded / "journal.jsonl").read_bytes().splitlines()]
    notes = [
        make_event(
            len(events) + n, events[-1].time, events[-1].ms, "noted", data={"text": "n" * 290}
        )
        for n in range(400)
    ]
    with (recorded / "journal.jsonl").open("ab") as file:
        file.writelines(event.line() for event in notes)
    code, out, shown, _ = in_terminal(
        program, "report", "last", "--copy", "--format", "html", own=False
    )
    assert (code, out, OSC52.findall(shown)) == (2, b"", [])
    assert b"use -o FILE" in shown
    # Notes behind the end were never decided on: the report is given, and says so.
    code, _, shown, _ = in_terminal(program, "report", "last", "--copy", own=False)
    assert (code, len(OSC52.findall(shown))) == (6, 1)
