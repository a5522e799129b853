"""The recorded answers to a battery's cases, found by their prompts: they cost exactly nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smoke_tui.journal.events.battery_facts import BatteryAnswered
from smoke_tui.journal.events.facts import HttpAnswered
from smoke_tui.journal.events.values import RecordedCase
from smoke_tui.judging.battery_pack import Pack, judge_text
from smoke_tui.judging.cases import prompt_sha256
from smoke_tui.steps.battery_answer import answer_reader
from smoke_tui.structs import replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.recordings import ListCases, ReplayRecording
from smoke_tui.world.resources import StepError

NOTHING: Final = "0"
"""US dollars of an answer that was recorded before."""


async def recorded_answers(
    ctx: StepContext, pack: Pack
) -> Mapping[str, tuple[BatteryAnswered, ...]]:
    """The recorded answers to each case, by its id.

    Raises:
        StepError: a case has no accepted recording of its prompt (`recording-missing`).
    """
    folder = str(ctx.step.fields["recordings"])
    listing = await ctx.perform(ListCases(folder))
    by_prompt = {each.prompt_sha256: each for each in listing.cases if each.prompt_sha256}
    recordings: dict[str, RecordedCase] = {}
    missing: list[str] = []
    for case in pack.cases:
        recording = by_prompt.get(prompt_sha256(judge_text(pack, case)))
        if recording is None or recording.problem or recording.accepted is None:
            missing.append(f"{case.id} ({_why(recording)})")
        else:
            recordings[case.id] = recording
    if missing:
        raise StepError("recording-missing", _how_to_make(pack, missing, folder))
    return {name: await _read(ctx, name, each) for name, each in recordings.items()}


def _why(recording: RecordedCase | None) -> str:
    if recording is None:
        return "no case file has its prompt"
    if recording.problem:
        return recording.problem
    if recording.pending is not None:
        return f"{recording.path}: the recording waits for its review"
    return f"{recording.path} is not recorded yet"


def _how_to_make(pack: Pack, missing: list[str], folder: str) -> str:
    """What is missing, and the commands that make it, in their order."""
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    there = folder if folder != "." else f"cassettes/{pack.id}"
    return (
        f"{len(missing)} of {len(pack.cases)} cases have no accepted recording below {folder}: "
        f"{missing[0]}{more}. To make them: write case files (`smoke-tui battery {pack.id} "
        f"--write-cases {there}`), record them, at most five at once (`smoke-tui cassettes record "
        f"{there}/CASE.toml --record-mode once`), look at each (`smoke-tui cassettes diff`), and "
        "accept it (`smoke-tui cassettes accept`)."
    )


async def _read(
    ctx: StepContext, case: str, recording: RecordedCase
) -> tuple[BatteryAnswered, ...]:
    """Every recorded answer to a case, as it would be read today.

    Raises:
        StepError: an exchange can't be read (`recording-missing`).
    """
    file = recording.accepted
    assert file is not None
    read = answer_reader(file.model or recording.model or "", subscription=False)
    answers = []
    for number in range(file.exchanges):
        exchange = await ctx.perform(ReplayRecording(recording.path, number))
        if exchange.error is not None:
            raise StepError("recording-missing", f"{exchange.error_text}.")
        made = HttpAnswered(
            exchange.status, exchange.headers, exchange.chunks, exchange.milliseconds, None, ""
        )
        # The quota that was used then says nothing of today's.
        answers.append(replace(read(case, 1, made, exchange.body), usd=NOTHING, limits=()))
    return tuple(answers)
