"""What a record is taken for: an edited one, an old one, a part of one, one of another machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from smoke_tui.journal.events.event import Event
from smoke_tui.journal.file import read_journal
from smoke_tui.journal.fold import fold
from smoke_tui.structs import replace
from tests.helpers.events import change_event, data_of
from tests.helpers.offline_program import (
    Change,
    OfflineProgram,
    book,
    edited,
    rewrite,
    runs,
    state_of,
)

TWO = book(runs("one", "true", "proof = true"), runs("two", "true"))
BAD = book(runs("one", "true", "proof = true"), runs("two", "exit 3"))


def says(event: Event, **data: Any) -> Event:
    return change_event(event, data={**data_of(event), **data})


def age(program: OfflineProgram, *more: str, longest: str = "7d") -> Any:
    return program("--check", "offline.md", "--max-age", longest, "--json", *more)


def shifted(folder: Path, by: timedelta, since: int = 0) -> None:
    """The record as of another time, from an event on."""
    edited(
        folder,
        lambda event: (
            event
            if event.seq < since
            else change_event(
                event,
                time=(datetime.fromisoformat(event.time) + by).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            )
        ),
    )


# --- edited, with every checksum right -----------------------------------------------------------


def _verdict_alone(event: Event) -> Event:
    return says(event, verdict="pass") if event.kind == "session.closed" else event


def _outcome_and_verdict(event: Event) -> Event:
    if event.kind == "step.finished" and event.step == "two":
        return says(event, outcome="pass", code=None)
    return _verdict_alone(event)


def _result_and_all(event: Event) -> Event:
    if event.kind == "try.finished" and event.step == "two":
        return says(event, code=None, summary="The command ended with 0.", observed={"exit": 0})
    return _outcome_and_verdict(event)


def _without_the_step(event: Event) -> Event | None:
    return None if event.step == "two" else _verdict_alone(event)


@pytest.mark.parametrize(
    "change",
    [
        _verdict_alone,
        _outcome_and_verdict,
        _result_and_all,
        _without_the_step,
    ],
)
def test_an_edited_verdict_is_noticed_by_the_replay(
    program: OfflineProgram, change: Change
) -> None:
    """A checksum is no signature; but what was decided has to follow from what was seen."""
    assert program.live(BAD).code == 1
    edited(program.only(), change)
    checked = program("--check", "last", "--json")
    assert checked.code == 6
    assert "divergence" in checked.findings()
    assert checked.json()["verdict"] != "pass"
    assert program("replay", "last").code == 6
    for kind in ("md", "html", "json", "junit"):
        told = program("report", "last", "--format", kind)
        assert told.code == 6
        assert "does not support" in told.err
        assert "Verdict: PASS" not in told.out
    suite = ElementTree.fromstring(program("report", "last", "--format", "junit").out)
    assert int(suite.get("errors") or 0) + int(suite.get("failures") or 0) >= 1
    archived = program("archive", "last", "-o", "edited.smoke")
    assert archived.code == 6
    assert not Path("edited.smoke").exists()


def test_an_edited_record_beside_its_scan_is_not_given_out(program: OfflineProgram) -> None:
    assert program.live(BAD).code == 1
    folder = program.only()
    rewrite(
        folder,
        [event for one in read_journal(folder).events if (event := _outcome_and_verdict(one))],
        scanned=True,
    )
    for argv in (
        ("report", "last"),
        ("report", "last", "--format", "junit"),
        ("archive", "last", "-o", "edited.smoke"),
    ):
        told = program(*argv)
        assert (told.code in (6, 7), told.out) == (True, "")
    assert program("--check", "last", "--json").code == 6


def test_a_pass_of_another_text_is_no_pass_of_this_one(program: OfflineProgram) -> None:
    assert program.live(TWO).code == 0
    assert age(program).code == 0
    (Path("offline.md")).write_text(TWO + "\n")
    done = age(program)
    assert (done.code, "runbook-changed" in done.findings()) == (4, True)


def test_a_second_close_is_noticed(program: OfflineProgram) -> None:
    assert program.live(BAD).code == 1
    events = read_journal(program.only()).events
    again = replace(says(events[-1], verdict="pass"), seq=len(events))
    rewrite(program.only(), [*events, again])
    assert program("--check", "last", "--json").code == 6
    assert age(program).code != 0


@pytest.mark.parametrize("change", [_verdict_alone, _without_the_step])
def test_a_verdict_that_its_record_does_not_bear_out_is_not_counted(
    program: OfflineProgram, change: Change
) -> None:
    assert program.live(BAD).code == 1
    edited(program.only(), change)
    done = age(program)
    assert done.code == 4
    assert "not-borne-out" in done.findings()


# --- the age of a verdict ------------------------------------------------------------------------


def test_a_young_pass_counts(program: OfflineProgram) -> None:
    assert program.live(TWO).code == 0
    assert age(program).code == 0


def test_a_rehearsal_does_not(program: OfflineProgram) -> None:
    (program.folder / "offline.md").write_text(TWO)
    assert program("--check", "offline.md", "--rehearse").code == 0
    assert age(program).code == 4


def test_calls_to_loopback_do_not(program: OfflineProgram) -> None:
    assert program.live(TWO, "--codex-url", "http://127.0.0.1:9/codex").code == 0
    assert age(program).code == 4


@pytest.mark.parametrize("option", [("--only", "two"), ("--from", "two")])
def test_a_part_does_not(program: OfflineProgram, option: tuple[str, str]) -> None:
    done = program.live(TWO, *option)
    assert (done.code, done.json()["partial"]) == (0, True)
    assert age(program).code == 4


def test_an_unfinished_session_does_not(program: OfflineProgram) -> None:
    assert program.live(TWO).code == 0
    rewrite(program.only(), read_journal(program.only()).events[:-1])
    assert age(program).code == 4


def test_the_session_that_was_closed_last_counts_whenever_it_began(program: OfflineProgram) -> None:
    """An older session that failed today outweighs yesterday's pass."""
    assert program.live(book(runs("one", "test -e there"), runs("two", "true"))).code == 1
    old = program.only()
    shifted(old, timedelta(days=-2))
    (program.folder / "there").touch()
    assert program.live(book(runs("one", "true"), runs("two", "true"))).code == 0
    assert age(program).code == 0
    (program.folder / "there").unlink()
    assert program("rerun", old.name, "--step", "one", "--live").code == 1
    assert age(program).code == 1


def test_one_step_done_again_today_does_not_renew_an_old_pass(program: OfflineProgram) -> None:
    assert program.live(TWO).code == 0
    shifted(program.only(), timedelta(days=-30))
    assert age(program).code == 4
    assert program("rerun", "last", "--step", "two", "--live").code == 0
    done = age(program)
    assert (done.code, "too-old" in done.findings()) == (4, True)


def test_a_pass_of_the_future_does_not_stay_young_for_ever(program: OfflineProgram) -> None:
    assert program.live(TWO).code == 0
    shifted(program.only(), timedelta(days=9000))
    done = age(program)
    assert (done.code, "not-counted" in done.findings()) == (4, True)


@pytest.mark.parametrize("years", [-40, 25])
def test_a_failure_is_not_passed_over_because_of_its_clock(
    program: OfflineProgram, years: int
) -> None:
    assert program.live(TWO).code == 0
    passed = program.only()
    shifted(passed, timedelta(hours=-1))
    assert program.live(BAD).code == 1
    (failed,) = [path for path in program.sessions() if path != passed]
    shifted(failed, timedelta(days=365 * years))
    (program.folder / "offline.md").write_text(TWO)
    assert age(program).code == 1


def test_a_rehearsal_that_is_called_live_is_none(program: OfflineProgram) -> None:
    assert program("--check", "openai-subscription", "--rehearse").code == 0

    def called_live(event: Event) -> Event:
        if event.kind != "session.opened":
            return event
        config = {**data_of(event)["config"], "world": "live", "scenario": None}
        return says(event, config=config, real_provider=True)

    edited(program.only(), called_live)
    report = program("report", "last").out
    assert report.startswith("**NOT THE PROVIDER: nothing was proven.**")
    done = program("--check", "openai-subscription", "--max-age", "7d", "--json")
    assert done.code != 0
    assert "last-verdict" not in done.findings()


def test_one_that_names_the_provider_and_used_loopback_is_none_either(
    program: OfflineProgram,
) -> None:
    assert program("--check", "openai-subscription", "--rehearse").code == 0

    def renamed(event: Event) -> Event:
        if event.kind != "session.opened":
            return event
        config = {
            **data_of(event)["config"],
            "world": "live",
            "scenario": None,
            "codex_url": "https://chatgpt.com/backend-api/codex",
            "issuer": "https://auth.openai.com",
        }
        return says(event, config=config, real_provider=True)

    edited(program.only(), renamed)
    told = program("report", "last")
    assert told.code == 6
    assert told.out.startswith("**NOT THE PROVIDER: nothing was proven.**")
    assert program("--check", "openai-subscription", "--max-age", "7d").code != 0


def test_a_list_says_that_its_verdicts_are_recorded(program: OfflineProgram) -> None:
    assert program.live(TWO).code == 0
    assert "verdicts are as recorded" in program("sessions").err


def test_the_last_line_of_a_report_says_what_a_record_can_show(program: OfflineProgram) -> None:
    assert program.live(TWO).code == 0
    last = program("report", "last").out.rstrip().splitlines()[-1]
    assert "does not show that the facts are true" in last


def test_a_clock_of_1970_makes_no_young_pass(program: OfflineProgram) -> None:
    assert program.live(TWO).code == 0
    first = datetime.fromisoformat(read_journal(program.only()).events[0].time)
    shifted(program.only(), datetime(1970, 1, 1, tzinfo=UTC) - first)
    assert age(program).code == 4


def test_strictness_holds_for_what_was_recorded(program: OfflineProgram) -> None:
    answers = '[two]\nwaive = "Not today."\n'
    assert program.live(TWO, answers=answers).code == 0
    assert program("--check", "last").code == 0
    assert program("--check", "last", "--strict").code == 4
    assert age(program).code == 0
    assert age(program, "--strict").code == 4


def test_a_limitation_is_green_only_where_it_was_allowed(program: OfflineProgram) -> None:
    """Also one whose rule names no origin."""
    rule = '\n[[on]]\nmatch = { exit = 3 }\noutcome = "expected-limitation"\nwhy = "As it is"'
    done = program.live(book(runs("one", "exit 3", rule)))
    assert (done.code, done.json()["verdict"]) == (4, "expected-limitation")
    assert program("--check", "last", "--strict").code == 4
    assert program("--check", "last", "--allow-limitation").code == 0


# --- from another machine ------------------------------------------------------------------------


def test_commands_agreed_to_elsewhere_are_asked_about_here(program: OfflineProgram) -> None:
    assert program.live(TWO).code == 0
    first = read_journal(program.only()).events[0]
    config = {**data_of(first)["config"], "runbook_known": True}
    there = says(first, host="elsewhere", config=config)
    here = change_event(there, seq=1, kind="session.resumed", data={**data_of(there), "undone": []})
    assert fold([there, here]).commands_agreed
    moved = says(here, host="here")
    assert not fold([there, moved]).commands_agreed
    assert not fold([there, moved, replace(moved, seq=2)]).commands_agreed


# --- reports that were asked for -----------------------------------------------------------------


def test_a_report_that_is_not_there_is_not_green(program: OfflineProgram, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "missing" / "report.md")
    done = program.live(TWO, "--report", nowhere)
    assert (done.code, done.json()["exit_code"], done.json()["verdict"]) == (2, 2, "pass")
    assert "writes it again" in done.err
    assert program.live(BAD, "--junit", nowhere).code == 1, "a failure weighs more"


def test_a_recorded_session_gives_the_reports_that_are_asked_for(
    program: OfflineProgram, tmp_path: Path
) -> None:
    assert program.live(TWO).code == 0
    report, junit = tmp_path / "a.md", tmp_path / "a.xml"
    assert program("--check", "last", "--report", str(report), "--junit", str(junit)).code == 0
    assert "PASS" in report.read_text()
    assert "<testsuite" in junit.read_text()
    assert program("--check", "last", "--report", str(tmp_path)).code == 2


# --- what was captured and expected --------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "passes"),
    [
        ('{"org": null}', False),
        ('{"org": ""}', False),
        ('{"org": "  "}', False),
        ("{}", False),
        ('{"Org": "x"}', False),
        ("org", False),
        ('{"org": "0"}', True),
        ('{"org": 0}', True),
    ],
)
def test_a_captured_value_has_to_say_something(
    program: OfflineProgram, document: str, passes: bool
) -> None:
    text = book(runs("one", f"echo '{document}'", 'capture = { org = { json = "org" } }'))
    done = program.live(text)
    assert (done.code == 0) == passes
    if not passes:
        assert done.json()["steps"][0]["code"] == "expectation-unmet"
        assert state_of(program.only()).captured == {}


@pytest.mark.parametrize(
    ("output", "test", "passes"),
    [
        ('{"text": "x"}', '{ json = "text", is = "non-empty" }', True),
        ('{"text": "x"}', '{ json = "txet", is = "non-empty" }', False),
        ('{"text": "x"}', '{ json = "text[0]", is = "present" }', False),
        ('{"text": null}', '{ json = "text", is = "present" }', False),
        ('{"n": true}', '{ json = "n", equals = 1 }', False),
        ('{"n": "1"}', '{ json = "n", equals = 1 }', False),
        ('{"text": "x"}', '{ json = "error", is = "absent" }', True),
        ("<html>Internal error</html>", '{ json = "error", is = "absent" }', False),
        ("", '{ json = "error", is = "absent" }', False),
    ],
)
def test_an_expectation_that_can_not_be_looked_at_is_not_met(
    program: OfflineProgram, output: str, test: str, passes: bool
) -> None:
    done = program.live(book(runs("one", f"printf '%s' '{output}'", f"expect = [{test}]")))
    assert (done.code == 0) == passes
