"""Steps of kind `record` in the rehearsal: what is recorded, replayed, asked, spent and refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.cli.answers_file import Scripted
from smoke_tui.cli.main import understand
from smoke_tui.config.questions import Answer
from smoke_tui.journal.load import load_state
from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import State, StepState
from smoke_tui.journal.stream import FunctionListener
from smoke_tui.outcomes import Outcome
from smoke_tui.rehearsal import Rehearsal
from smoke_tui.replay.run import replay
from smoke_tui.runbook import parse
from smoke_tui.session.configure import config_from
from smoke_tui.session.open import open_session
from smoke_tui.session.rehearsed import rehearsed, rehearsed_io, rehearsed_secret_options
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.structs import replace
from smoke_tui.world.cassettes.lint import lint_paths
from smoke_tui.world.cassettes.store import path_of, read_cassette
from tests.helpers.canaries import LeakSearch
from tests.helpers.cassettes import interaction, text_of

BOOK = """\
---
schema: smoke/1
id: recorded
title: Recorded
---

## Log in

```toml step
id   = "oauth-login"
kind = "login"
```

## Record

```toml step
id          = "record"
kind        = "record"
needs       = ["oauth-login"]
pack        = "cassettes"
{fields}
```
"""
LIVE = 'effects = "spends"\nspend = {{ kind = "subscription", max_calls = {calls} }}\n'


@dataclass
class Run:
    """What a session came to."""

    state: State
    folder: Path
    asked: list[str]
    minted: set[str]

    @property
    def step(self) -> StepState:
        return self.state.steps["record"]


class Watched:
    """The rehearsed operator, and which questions it was asked."""

    def __init__(self, world: Rehearsal, typed: str | None) -> None:
        self._scripted = Scripted(world)
        self._typed = typed
        self.asked: list[str] = []

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        self.asked.append(f"{kind}: {data['text']}")
        if kind == "text" and self._typed is not None:
            return Answer("text", words=self._typed)
        return await self._scripted.answer(kind, data)

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        await self._scripted.observe(kind, data, answer)


Runner = Callable[..., Run]


@pytest.fixture(name="project")
def _project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / "cassettes").mkdir(parents=True)
    return project


@pytest.fixture(name="run")
def _run(tmp_path: Path, project: Path) -> Runner:
    def run(
        mode: str,
        *,
        cases: tuple[str, ...] = (),
        calls: int = 9,
        scenario: str = "happy",
        world_name: str | None = None,
        typed: str | None = None,
        stop_at_text: bool = False,
    ) -> Run:
        fields = f'record_mode = "{mode}"\n'
        if cases:
            fields += f"cases = {json.dumps(list(cases))}\n"
        if mode != "none":
            fields += LIVE.format(calls=calls)
        book = parse(BOOK.format(fields=fields), "recorded.md")
        assert book.runbook is not None, book.diagnostics
        settings = understand(["--state-dir", str(tmp_path / "state"), "--check"]).settings
        world = Rehearsal.start(scenario)
        with world:
            config = rehearsed(
                config_from(settings, book.runbook, SecretOptions({}, "none")), world
            )
            config = replace(config, project=str(project))
            if world_name is not None:
                config = replace(config, world=world_name)
            watched = Watched(world, typed)
            session = open_session(
                SessionRequest(
                    runbook=book.runbook,
                    config=config,
                    state_dir=settings.state_dir,
                    operator_io=rehearsed_io(world),
                    answerer=watched,
                    secret_options=SecretOptions(rehearsed_secret_options(world).texts),
                )
            )
            stops = FunctionListener(
                lambda event: None, lambda delta: session.cancel("step", "a test stops it")
            )
            session.start(*([stops] if stop_at_text else []))
            session.wait(60)
            assert session.fault is None
            minted = set(world.minted())
        _, _, state = load_state(session.folder)
        return Run(state, session.folder, watched.asked, minted)

    return run


def case(project: Path, name: str, prompt: str = "Say hi.") -> Path:
    path = project / "cassettes" / f"{name}.toml"
    path.write_text(f'schema = "smoke-case/1"\nprompt = "{prompt}"\n')
    return path.with_suffix(".yaml")


def accept(path: Path) -> None:
    os.replace(path_of(path).pending, path)


def test_once_records_what_is_missing_and_asks_for_each_call(run: Runner, project: Path) -> None:
    first, second = case(project, "a"), case(project, "b", "Say ho.")
    done = run("once")
    assert done.step.outcome is Outcome.PASS
    assert done.step.summary == "2 case(s): 2 recorded. They wait for their review."
    assert [a for a in done.asked if a.startswith("spend")] == [
        "spend: Record the case a (2 cases are to be recorded)?",
        "spend: Record the case b (2 cases are to be recorded)?",
    ]
    assert spend_of(done.state).calls == 2
    for path in (first, second):
        assert not path.exists()
        cassette = read_cassette(path_of(path).pending)
        (made,) = cassette.interactions
        assert cassette.note is not None
        assert (cassette.note.world, made.response.status) == ("rehearsed", 200)
        assert b"response.completed" in made.response.body
        assert made.chunks
        assert b"smoke-" not in (made.request.body or b"")
    search = LeakSearch(done.minted)
    search.walk(project)
    assert search.finds() == {}
    assert lint_paths([project]).lines == ()
    assert replay(done.folder).verdict is done.state.verdict


def test_none_replays_what_was_accepted_and_spends_exactly_nothing(
    run: Runner, project: Path
) -> None:
    path = case(project, "a")
    assert run("none").step.code == "recording-missing"
    run("once")
    waiting = run("none")
    assert waiting.step.code == "recording-missing"
    assert "one that waits for its review" in waiting.step.summary
    accept(path)
    done = run("none")
    assert (done.step.outcome, done.step.summary) == (Outcome.PASS, "1 case(s): 1 replayed.")
    spent = spend_of(done.state)
    assert (spent.calls, spent.unknown_calls) == (0, 0)
    assert not [a for a in done.asked if a.startswith("spend")]
    assert replay(done.folder).verdict is done.state.verdict


def test_a_changed_prompt_makes_its_recording_stale(run: Runner, project: Path) -> None:
    path, other = case(project, "a"), case(project, "b")
    run("once")
    accept(path)
    accept(other)
    case(project, "a", "Say something else.")
    stale = run("none")
    assert stale.step.code == "recording-stale"
    assert "a: the prompt changed since it was recorded" in stale.step.summary
    # Only the stale case is recorded anew, and what was accepted stays until the review.
    before = path.read_bytes()
    done = run("rewrite")
    assert done.step.summary == "2 case(s): 1 recorded, 1 left. They wait for their review."
    assert path.read_bytes() == before
    assert path_of(path).pending.exists()
    assert not path_of(other).pending.exists()
    assert run("none").step.code == "recording-stale"
    waits = run("once")
    assert waits.step.code == "recording-stale"


def test_named_cases_alone_are_recorded(run: Runner, project: Path) -> None:
    path, other = case(project, "a"), case(project, "b")
    done = run("all", cases=("b",))
    assert done.step.summary == "1 case(s): 1 recorded. They wait for their review."
    assert not path_of(path).pending.exists()
    assert path_of(other).pending.exists()
    unknown = run("once", cases=("c",))
    assert unknown.step.code == "recording-invalid"
    assert "cassettes has no case 'c'; it has a, b" in unknown.step.summary


def test_cases_that_need_no_recording_are_not_paid_for(run: Runner, project: Path) -> None:
    path = case(project, "a")
    for tier in ("unit", "contract", "live"):
        other = case(project, tier).with_suffix(".toml")
        other.write_text(other.read_text() + f'tier = "{tier}"\n')
    done = run("rewrite")
    assert done.step.summary == "1 case(s): 1 recorded. They wait for their review."
    assert spend_of(done.state).calls == 1
    assert path_of(path).pending.exists()
    refused = run("all", cases=("a", "unit"))
    assert refused.step.code == "recording-invalid"
    assert "the case 'unit' is answered by a fake" in refused.step.summary
    assert spend_of(refused.state).calls == 0


def test_more_than_a_few_want_their_number_typed(run: Runner, project: Path) -> None:
    for number in range(6):
        case(project, f"c{number}")
    refused = run("once", typed="yes")
    assert refused.step.code == "operator-declined"
    assert any("text: 6 cases would be recorded at once" in asked for asked in refused.asked)
    assert spend_of(refused.state).calls == 0
    done = run("once", typed="6")
    assert done.step.summary.startswith("6 case(s): 6 recorded")


def test_a_cap_stops_before_the_next_call(run: Runner, project: Path) -> None:
    case(project, "a")
    case(project, "b")
    done = run("once", calls=1)
    assert done.step.code == "over-budget"
    assert spend_of(done.state).calls == 1


def test_a_refused_call_leaves_nothing_that_replays(run: Runner, project: Path) -> None:
    path = case(project, "a")
    done = run("once", scenario="overloaded")
    assert done.step.outcome is not Outcome.PASS
    cassette = read_cassette(path_of(path).pending)
    assert cassette.interactions == ()
    assert cassette.cut
    assert run("none").step.code == "recording-missing"
    again = run("once")
    assert again.step.summary == "1 case(s): 1 recorded. They wait for their review."


def test_an_equal_request_is_replayed_after_all_and_costs_nothing(
    run: Runner, project: Path
) -> None:
    path = case(project, "a")
    run("once")
    accept(path)
    # Rehearsed recordings are stale here, and yet the request is the recorded one.
    done = run("new_episodes", world_name="live")
    assert done.step.summary == "1 case(s): 1 replayed."
    spent = spend_of(done.state)
    assert (spent.input_tokens, spent.output_tokens, spent.unknown_calls) == (0, 0, 0)


def test_a_stop_in_the_middle_keeps_what_arrived_as_cut(run: Runner, project: Path) -> None:
    path = case(project, "a")
    done = run("once", scenario="stream-stalled", stop_at_text=True)
    assert done.step.code == "interrupted"
    cassette = read_cassette(path_of(path).pending)
    assert cassette.interactions == ()
    assert cassette.cut[0].cut == "cancelled"
    assert b"response.output_text.delta" in cassette.cut[0].response.body
    assert lint_paths([project]).exit == 0
    assert spend_of(done.state).unknown_calls == 1
    assert replay(done.folder).verdict is done.state.verdict


def test_recording_for_real_is_refused_where_ci_is_set(
    run: Runner, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = case(project, "a")
    monkeypatch.setenv("CI", "1")
    done = run("once", world_name="live")
    assert done.step.code == "ci-refused"
    assert spend_of(done.state).calls == 0
    monkeypatch.delenv("CI")
    run("once")
    accept(path)
    monkeypatch.setenv("CI", "1")
    assert run("none").step.outcome is Outcome.PASS


def test_a_rehearsed_recording_shows_nothing_outside_of_the_rehearsal(
    run: Runner, project: Path
) -> None:
    path = case(project, "a")
    run("once")
    accept(path)
    done = run("none", world_name="live")
    assert done.step.code == "recording-stale"
    assert "it was recorded in the rehearsal" in done.step.summary


def test_what_is_broken_is_refused_before_anything_is_sent(run: Runner, project: Path) -> None:
    case(project, "a")
    (project / "cassettes" / "b.toml").write_text('schema = "smoke-case/1"\n')
    done = run("once")
    assert done.step.code == "recording-invalid"
    assert "b.toml:1: exactly one of `prompt` and `prompt_file`" in done.step.summary
    assert spend_of(done.state).calls == 0


def test_recordings_of_other_programs_replay(run: Runner, project: Path) -> None:
    (project / "cassettes" / "theirs.yaml").write_text(text_of(interaction()))
    done = run("none")
    assert (done.step.outcome, done.step.summary) == (Outcome.PASS, "1 case(s): 1 replayed.")
