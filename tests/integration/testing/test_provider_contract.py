"""What every provider keeps: one suite over the fake, the replaying and the live one.

The live one calls the servers of `rehearse serve`, over the product's own path; the replaying one
answers from what `cassettes record` has recorded in a rehearsal.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.testing import (
    FakeLLMProvider,
    LiveLLMProvider,
    LLMAnswer,
    LLMCall,
    LLMProvider,
    LLMProviderError,
    ReplayLLMProvider,
)
from tests.helpers.machine import ENVIRONMENT
from tests.helpers.paths import ROOT

FIRST = LLMCall("scoring", "PLATFORM", "Say morning")
SECOND = LLMCall("reasoning", "OPERATIONS", "Say evening")
MISSING = LLMCall("scoring", "PLATFROM", "Say nothing that anybody knows")
"""What a provider has no answer to; the live one is asked once too often."""

RECORD = ("cassettes", "record", ".", "--record-mode", "once", "--rehearse")
REHEARSED = "This answer is rehearsed, and the word asked for is {} as it was given."


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The options for the servers of `rehearse serve`."""
    folder = tmp_path_factory.mktemp("served")
    with subprocess.Popen(
        [sys.executable, "-m", "smoke_tui", "rehearse", "serve"],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        world = json.loads(server.stdout.readline())
        bundle = folder / "bundle.json"
        bundle.touch(mode=0o600)
        bundle.write_text(json.dumps(world["bundle"]))
        yield {
            "bundle": str(bundle),
            "codex_url": world["codex_url"],
            "issuer": world["issuer"],
            "instructions": world["instructions"],
            "state_dir": str(folder / "state"),
        }
        assert server.stdin is not None
        server.stdin.close()
        server.wait(30)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Recordings of FIRST and SECOND that wait for their review."""
    project = tmp_path_factory.mktemp("project")
    paths = []
    for name, call in (("first", FIRST), ("second", SECOND)):
        case = f'schema = "smoke-case/1"\nprompt = "{call.prompt}"\n'
        (project / f"{name}.toml").write_text(case)
        paths.append(project / f"{name}.pending.yaml")
    state = ("--state-dir", str(project / "state"), "--project", str(project))
    done = subprocess.run(
        [sys.executable, "-m", "smoke_tui", *state, *RECORD],
        cwd=project,
        env={**ENVIRONMENT, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return paths[0], paths[1]


@dataclass(frozen=True)
class Subject:
    """A provider with an answer to FIRST, then to SECOND, and to nothing else."""

    provider: LLMProvider
    texts: tuple[str, str]


@pytest.fixture(params=["fake", "replay", "live"])
def subject(
    request: pytest.FixtureRequest, served: dict[str, str], recordings: tuple[Path, Path]
) -> Subject:
    rehearsed = (REHEARSED.format("morning"), REHEARSED.format("evening"))
    match request.param:
        case "fake":
            texts = ("Good morning.", "Good evening.")
            keys = (FIRST.key, SECOND.key)
            return Subject(FakeLLMProvider(dict(zip(keys, texts, strict=True))), texts)
        case "replay":
            return Subject(ReplayLLMProvider(*recordings, rehearsed=True), rehearsed)
        case _:
            return Subject(LiveLLMProvider(max_calls=2, **served), rehearsed)


async def complete(subject: Subject, call: LLMCall, **more: Any) -> LLMAnswer:
    return await subject.provider.complete(
        call.prompt, purpose=call.purpose, content_class=call.content_class, **more
    )


async def both(subject: Subject) -> tuple[LLMAnswer, LLMAnswer]:
    return await complete(subject, FIRST), await complete(subject, SECOND)


def test_it_implements_the_protocol(subject: Subject) -> None:
    assert isinstance(subject.provider, LLMProvider)
    assert subject.provider.kind in ("fake", "replay", "live")
    # No test reaches a provider.
    assert subject.provider.live is False


def test_each_request_gets_its_own_answer(subject: Subject) -> None:
    first, second = asyncio.run(both(subject))
    assert (first.text, second.text) == subject.texts
    assert first.model
    assert first.tool_calls == ()


def test_the_text_is_streamed_in_the_pieces_of_the_answer(subject: Subject) -> None:
    pieces: list[str] = []
    answer = asyncio.run(complete(subject, FIRST, on_text=pieces.append))
    assert tuple(pieces) == answer.pieces
    assert len(pieces) > 1
    assert "".join(pieces) == answer.text


def test_it_costs_exactly_nothing(subject: Subject) -> None:
    for answer in asyncio.run(both(subject)):
        assert answer.usage.cost_usd == Decimal(0)
        assert answer.usage.live is False
        counts = answer.usage.input_tokens, answer.usage.output_tokens
        assert all(count == 0 for count in counts) is (subject.provider.kind == "fake")


def test_without_an_answer_there_is_an_error_and_no_default(subject: Subject) -> None:
    async def main() -> None:
        await both(subject)
        with pytest.raises(LLMProviderError):
            await complete(subject, MISSING)

    asyncio.run(main())
    assert subject.provider.calls == (FIRST, SECOND, MISSING)


def test_what_was_asked_is_recorded_in_order(subject: Subject) -> None:
    asyncio.run(complete(subject, SECOND, instructions="Be brief."))
    asyncio.run(complete(subject, FIRST))
    assert subject.provider.calls == (
        LLMCall(SECOND.purpose, SECOND.content_class, SECOND.prompt, "Be brief."),
        FIRST,
    )


def test_calls_at_the_same_time_do_not_mix(subject: Subject) -> None:
    pieces: dict[int, list[str]] = {0: [], 1: []}

    async def main() -> list[LLMAnswer]:
        return list(
            await asyncio.gather(
                complete(subject, FIRST, on_text=pieces[0].append),
                complete(subject, SECOND, on_text=pieces[1].append),
            )
        )

    answers = asyncio.run(main())
    assert tuple(answer.text for answer in answers) == subject.texts
    assert tuple("".join(pieces[n]) for n in (0, 1)) == subject.texts


def test_an_error_of_who_listens_is_not_lost(subject: Subject) -> None:
    def broken(piece: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(complete(subject, FIRST, on_text=broken))
    assert asyncio.run(complete(subject, SECOND)).text == subject.texts[1]
