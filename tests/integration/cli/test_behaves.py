"""A step with `behaves`: one call of a judge after its work, asked for, counted, recorded."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.journal.events.decisions import JudgeEvidence
from smoke_tui.judging.judge_prompts import SYSTEM_PROMPT, JudgePrompts
from smoke_tui.rehearsal import Rehearsal
from tests.helpers.minted_secrets import token
from tests.helpers.offline_program import book, runs, state_of
from tests.helpers.one_call import served
from tests.helpers.program import Done, Program

EXPECTED = "It says that this is {actual}."
ANSWER = "This is a rehearsal."
PRINTED = f"printf %s '{ANSWER} smoke-0123456789'"


@pytest.fixture(params=["happy"])
def world(request: pytest.FixtureRequest) -> Iterator[Rehearsal]:
    with Rehearsal.start(request.param) as rehearsal:
        yield rehearsal


@pytest.fixture
def live(world: Rehearsal, program: Program, tmp_path: Path) -> Any:
    (tmp_path / "bundle.json").write_text(json.dumps(world.bundle()))
    (tmp_path / "base.txt").write_text("You are a test.")

    def run(command: str = PRINTED, calls: int = 2, url: str = "") -> Done:
        spend = f"spend = {{ kind = 'subscription', max_calls = {calls} }}"
        text = runs(
            "answer",
            command,
            "effects = 'spends'",
            spend,
            f"expect = [{{ behaves = '{EXPECTED}' }}]",
        )
        (tmp_path / "one.md").write_text(book(text))
        (tmp_path / "answers.toml").write_text("")
        return program(
            *("--check", "one.md", "--live", "--bundle", "bundle.json"),
            *("--instructions", "base.txt", "--codex-url", url or world.codex_url),
            *("--issuer", world.issuer, "--codex", str(tmp_path / "no-client")),
            *("--answers", "answers.toml", "--json"),
        )

    return run


def step(done: Done) -> dict[str, Any]:
    (only,) = done.json()["steps"]
    return dict(only)


def judged(program: Program) -> list[Any]:
    folder = max((program.state / "sessions").iterdir())
    attempt = state_of(folder).steps["answer"].tries[-1]
    return [piece.judged for piece in attempt.evidence if isinstance(piece, JudgeEvidence)]


def posted(world: Rehearsal) -> list[Any]:
    return [each for each in world.requests() if each.method == "POST"]


def test_a_pass_is_a_call_of_its_own(live: Any, world: Rehearsal, program: Program) -> None:
    done = live()
    assert (step(done)["outcome"], step(done)["code"]) == ("pass", None)
    assert step(done)["summary"].endswith("says PASS.")
    assert step(done)["spend"]["calls"] == 2
    (verdict,) = judged(program)
    assert (verdict.verdict, verdict.exact, verdict.expected) == ("PASS", True, EXPECTED)
    assert verdict.prompts_sha256 == JudgePrompts().sha256
    assert len(posted(world)) == 1
    assert program("replay", "last").code == 0
    shown = [program("report", "last", "--format", form).out for form in ("md", "html", "json")]
    assert all(JudgePrompts().sha256 in report for report in shown)


def test_what_is_sent_are_the_prompts_and_the_answer_without_its_nonce(
    live: Any, world: Rehearsal
) -> None:
    bodies: list[bytes] = []

    def forward(request: ServerRequest) -> ServerResponse:
        bodies.append(request.body)
        target = urlsplit(world.codex_url)
        assert target.hostname is not None
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=20)
        query = f"?{urlencode(request.query)}" if request.query else ""
        kept = {k: v for k, v in request.headers if k not in ("host", "content-length")}
        connection.request(request.method, request.path + query, request.body or None, kept)
        answer = connection.getresponse()
        content = answer.read()
        headers = [(k, v) for k, v in answer.getheaders() if k.lower() in ("content-type", "etag")]
        connection.close()
        return ServerResponse(answer.status, tuple(headers), content)

    addresses: list[str] = []
    path = urlsplit(world.codex_url).path
    secret = token("sk-proj-", 60)
    Path("answer.txt").write_text(f"{ANSWER} smoke-0123456789 {secret}")
    run = partial(live, "cat answer.txt")
    done = served(forward, addresses.append, lambda: run(url=addresses[0] + path))
    assert step(done)["outcome"] == "pass"
    (sent,) = (json.loads(body) for body in bodies if body)
    system, user = (each["content"][0]["text"] for each in sent["input"][-2:])
    assert sent["instructions"] == "You are a test."
    assert system == SYSTEM_PROMPT
    assert f"Expected Behavior: {EXPECTED}\n" in user
    assert f"Actual Output: {ANSWER} smoke-… (a hidden value)\n" in user
    assert not any(secret.encode() in body for body in bodies)


@pytest.mark.parametrize("world", ["judge-fail-behaviour"], indirect=True)
def test_a_fail_has_the_judges_reason(live: Any, program: Program) -> None:
    done = live()
    assert (step(done)["outcome"], step(done)["code"]) == ("fail", "judge-fail")
    assert "FAIL: The answer does not say that it is a rehearsal." in step(done)["summary"]
    assert judged(program)[0].reason == "The answer does not say that it is a rehearsal."
    assert program("replay", "last").code == 0


@pytest.mark.parametrize("world", ["judge-format-violation-behaviour"], indirect=True)
def test_a_violation_is_neither(live: Any, program: Program) -> None:
    done = live()
    assert (step(done)["outcome"], step(done)["code"]) == ("fail", "judge-format-violation")
    assert "Format Non-compliance Detected" in step(done)["summary"]
    assert judged(program)[0].raw.startswith("**PASS**")
    assert program("replay", "last").code == 0


@pytest.mark.parametrize("world", ["usage-limit-reached", "server-error"], indirect=True)
def test_an_error_of_the_call_keeps_its_code_and_is_not_tried_again(
    live: Any, world: Rehearsal, program: Program
) -> None:
    done = live()
    assert step(done)["code"] == world.scenario.name
    assert step(done)["outcome"] == "blocked"
    assert [each.verdict for each in judged(program)] == [None]
    assert len(posted(world)) == 1


def test_a_step_that_failed_is_not_judged(live: Any, world: Rehearsal, program: Program) -> None:
    assert step(live("false"))["code"] == "command-failed"
    assert (posted(world), judged(program)) == ([], [])


def test_a_cap_without_a_call_for_the_judge_blocks(live: Any, world: Rehearsal) -> None:
    done = live(calls=1)
    assert (step(done)["outcome"], step(done)["code"]) == ("blocked", "over-budget")
    assert "The judge was not asked" in step(done)["summary"]
    assert posted(world) == []
