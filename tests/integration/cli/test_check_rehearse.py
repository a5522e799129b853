"""The main job, headless, against the rehearsal."""

from __future__ import annotations

import json
import re
from pathlib import Path

from smoke_tui.journal.events.requests import QuestionAsked
from smoke_tui.journal.fold import fold
from smoke_tui.journal.load import load_state
from smoke_tui.presentation.live.questions import fields
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.session.configure import open_runbook
from tests.helpers.events import change_event, data_of
from tests.helpers.program import Done, Program
from tests.helpers.recorded_sessions import live_runbook, run

RUNBOOK = "openai-subscription"
STEPS = ["oauth-login", "live-call", "boot-stack", "seed-org", "paste-credential", "authoring-turn"]


def test_the_main_job_passes(program: Program) -> None:
    done = program("--check", RUNBOOK, "--rehearse", "--json")
    assert done.code == 0
    result = done.json()
    assert result["schema"] == "smoke-check/1"
    assert (result["verdict"], result["world"], result["exit_code"]) == ("pass", "rehearsed", 0)
    assert [s["id"] for s in result["steps"] if s["outcome"] == "pass"] == STEPS
    assert result["steps"][-1] | {"id": "instructions-drift"} == result["steps"][-1]
    assert (result["steps"][-1]["outcome"], result["steps"][-1]["code"]) == ("not-run", None)
    assert result["spend"]["calls"] == 2
    assert result["spend"]["usd_metered"] == "0"
    assert [w["window_minutes"] for w in result["spend"]["limits"]] == [300, 10080]
    assert done.err.splitlines() == [f"step {step} pass" for step in STEPS]


def tries(program: Program, step: str) -> list[str]:
    return [
        e["data"]["cause"]
        for e in program.events()
        if e["ev"] == "try.started" and e["step"] == step
    ]


def test_drift_from_the_start_is_taken_from_the_live_call(program: Program) -> None:
    done = program("--check", RUNBOOK, "--rehearse", "--scenario", "instructions-drift", "--json")
    assert (done.code, done.json()["verdict"]) == (0, "pass")
    assert tries(program, "live-call") == ["walk", "return"]
    assert tries(program, "instructions-drift") == ["fallback"]
    assert tries(program, "boot-stack") == ["walk"]
    provided = [e["data"] for e in program.events() if e["ev"] == "provided"]
    stack = next(data for data in provided if data["name"] == "boot-stack")
    assert stack["variables"] == ["SPECTRAL_OPENAI_CODEX_INSTRUCTIONS"]


def test_drift_at_the_turn_restarts_the_stack(program: Program) -> None:
    done = program(
        "--check", RUNBOOK, "--rehearse", "--scenario", "instructions-drift-at-turn", "--json"
    )
    assert (done.code, done.json()["verdict"]) == (0, "pass")
    assert tries(program, "live-call") == ["walk"]
    assert tries(program, "boot-stack") == ["walk", "restart"]
    assert tries(program, "authoring-turn") == ["walk", "return"]
    told = (
        "try 1 ended with `instructions-drift`; after the fallback “the instructions have drifted”"
    )
    assert told in program("report", "last").out


def ends_blocked(program: Program, done: Done, code: str) -> None:
    """The session was blocked by a code, and its record is decided the same way again."""
    result = done.json()
    assert code in {step["code"] for step in result["steps"]}
    assert (result["verdict"], done.code) == ("blocked", 4)
    replayed = program("replay", "last", "--json").json()
    assert replayed["same"], replayed["why"]


def test_a_service_that_dies(program: Program) -> None:
    """It dies once the page has answered; whether the hand-over has ended by then is chance."""
    done = program("--check", RUNBOOK, "--rehearse", "--scenario", "service-died", "--json")
    (failed,) = (step for step in done.json()["steps"] if step["code"])
    assert failed["id"] in ("paste-credential", "authoring-turn")
    ends_blocked(program, done, "service-died")


def without_stack(text: str) -> str:
    """The shipped runbook's login, call and fallback alone."""
    kept = text[: text.index("## 3.")] + text[text.index("## Fallback:") :]
    return re.sub(r"^restart .*\n", "", kept, flags=re.MULTILINE)


def test_a_stream_that_falls_silent(program: Program) -> None:
    """Every limit is a fiftieth of a live session's, so that the idle limit is soon over."""
    runbook = live_runbook(without_stack)
    recorded = run("stream-stalled", program.state, runbook=runbook, patience=0.02)
    assert recorded.fault is None
    ends_blocked(program, program("--check", "last", "--json"), "stream-stalled")


def test_a_command_that_does_not_end(program: Program, tmp_path: Path) -> None:
    text = open_runbook(None).text
    assert text.count('timeout = "3m"\n') == 1
    short = tmp_path / "short.md"
    short.write_text(text.replace('timeout = "3m"\n', 'timeout = "20s"\n'), "utf-8")
    done = program("--check", str(short), "--rehearse", "--scenario", "command-timeout", "--json")
    ends_blocked(program, done, "command-timeout")


def test_nothing_is_captured_from_a_seed_that_failed_half_way(program: Program) -> None:
    program("--check", RUNBOOK, "--rehearse", "--scenario", "command-failed-half-way")
    events = program.events()
    printed = "".join(
        e["data"].get("text", "")
        for e in events
        if e["ev"] == "process" and e["step"] == "seed-org"
    )
    assert '{"org_id": "org_' in printed
    assert [e for e in events if e["ev"] == "captured"] == []


def test_a_stack_that_never_gets_ready(program: Program, tmp_path: Path) -> None:
    text = open_runbook(None).text
    short = tmp_path / "short.md"
    assert text.count('timeout = "3m" }') == 1
    short.write_text(text.replace('timeout = "3m" }', 'timeout = "10s" }'), "utf-8")
    done = program("--check", str(short), "--rehearse", "--scenario", "not-ready", "--json")
    ends = [(s["id"], s["outcome"], s["code"]) for s in done.json()["steps"] if s["code"]]
    assert ends == [("boot-stack", "blocked", "not-ready")]
    assert (done.code, done.json()["verdict"]) == (4, "blocked")


def test_modes_are_private(program: Program) -> None:
    program("--check", RUNBOOK, "--rehearse")
    folder = program.sessions()[0]
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)


def test_only_and_from(program: Program) -> None:
    done = program("--check", RUNBOOK, "--rehearse", "--only", "oauth-login", "--json")
    result = done.json()
    assert (done.code, result["partial"], result["verdict"]) == (0, True, "pass")
    assert [step["id"] for step in result["steps"]] == ["oauth-login"]
    wrong = program("--check", RUNBOOK, "--rehearse", "--only", "nothing")
    assert wrong.code == 2
    assert "oauth-login" in wrong.err


def test_a_session_is_verified(program: Program) -> None:
    program("--check", RUNBOOK, "--rehearse")
    assert program("--check", "last", "--json").code == 0
    journal = program.sessions()[0] / "journal.jsonl"
    content = journal.read_bytes()
    journal.write_bytes(content + b'{"seq":9999,"torn')
    torn = program("--check", "last", "--json")
    assert torn.code == 0
    assert [f["code"] for f in torn.json()["findings"]] == ["torn-tail", "catalogue-shape"]
    journal.write_bytes(content.replace(b'"pass"', b'"fail"', 1))
    assert program("--check", "last").code == 3


def test_a_changed_decision_is_a_divergence(program: Program) -> None:
    from smoke_tui.journal.events.event import parse_line

    program("--check", RUNBOOK, "--rehearse", "--only", "oauth-login")
    journal = program.sessions()[0] / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    for index, line in enumerate(lines):
        event = parse_line(line)
        if event.kind == "step.finished":
            data = {**data_of(event), "summary": "Somebody was here."}
            lines[index] = change_event(event, data=data).line()
    journal.write_bytes(b"".join(lines))
    done = program("replay", "last", "--json")
    assert done.code == 6
    assert "Somebody was here." in done.json()["why"]
    assert program("--check", "last").code == 6


def test_the_report_is_rebuilt_byte_for_byte(program: Program, tmp_path: Path) -> None:
    program(
        "--check",
        RUNBOOK,
        "--rehearse",
        "--report",
        str(tmp_path / "a.md"),
        "--junit",
        str(tmp_path / "a.xml"),
    )
    program("report", "last", "-o", str(tmp_path / "b.md"))
    program("report", "last", "--format", "junit", "-o", str(tmp_path / "b.xml"))
    first = (tmp_path / "a.md").read_bytes()
    assert first == (tmp_path / "b.md").read_bytes()
    assert (tmp_path / "a.xml").read_bytes() == (tmp_path / "b.xml").read_bytes()
    assert first.startswith(b"REHEARSAL: nothing was proven.")
    as_json = json.loads(program("report", "last", "--format", "json").out)
    assert as_json["verdict"] == "pass"


def test_a_field_that_comes_later_shows_the_model_that_was_called(program: Program) -> None:
    program("--check", "--rehearse")
    journal, runbook, _ = load_state(program.sessions()[-1])
    first = next(
        e.seq
        for e in journal.events
        if isinstance(e.body, QuestionAsked) and e.body.question == "tick"
    )
    state = fold(journal.events[: first + 1])
    rows = fields(Snapshot(runbook, state, 0), state.questions[first])
    shown = {label: value for label, value, _ in rows}
    asked = state.steps["live-call"].tries[-1].observed.value("model_asked")
    assert shown["Model"] == asked
