"""`record`: record cases live, each call asked for, or replay what was accepted.

Recording writes a pending file that waits for its review; it makes no recording count.
"""

from __future__ import annotations

from typing import Final

from smoke_tui.codex.assessment import assess
from smoke_tui.config.questions import Verb
from smoke_tui.journal.events.values import RecordedCase, RecordingFile
from smoke_tui.steps.record_call import CaseResult, record_case
from smoke_tui.structs import replace
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.requests.recordings import ListCases, ReplayRecording
from smoke_tui.world.resources import StepError
from smoke_tui.world.result import Result

EVIDENCE_NAME: Final = "recordings"
ASKED_ABOVE: Final = 5
"""Cases that are recorded at once without their number typed."""
_NO_PROVIDER: Final = {"rehearsed": "in the rehearsal", "loopback": "at an address of this machine"}
_ALWAYS_SEND: Final = ("all", "rewrite")


async def record(ctx: StepContext) -> Result:
    """Pass when each case was recorded with a whole answer, or replays one that fits it."""
    fields, mode = ctx.step.fields, str(ctx.step.fields["record_mode"])
    names = tuple(str(name) for name in fields.get("cases") or ())
    listed = await ctx.perform(ListCases(str(fields.get("pack") or "."), names))
    if listed.problem:
        raise StepError("recording-invalid", f"{listed.problem}.")
    cases = [_in_world(case, ctx.config.world) for case in listed.cases]
    live = [case for case in cases if _is_sent(case, mode, chosen=bool(names))]
    _refuse_broken(cases, live)
    if live and listed.refused:
        raise StepError("ci-refused", "Recording is refused where CI is set; replaying works.")
    await _ask_about_many(ctx, live)
    results: list[CaseResult] = []
    for case in cases:
        if case in live:
            results.append(await record_case(ctx, case, mode, len(live)))
            if results[-1].code is not None:
                break
        elif mode in _ALWAYS_SEND:
            results.append(CaseResult(case, "left", None, "it fits its case and was not named"))
        elif mode != "none" and case.accepted is None:
            results.append(CaseResult(case, "left", None, "its recording waits for its review"))
        else:
            results.append(await _replay_case(ctx, case))
    ctx.evidence(EVIDENCE_NAME, {result.case.name: result.text() for result in results})
    return _result(results, len(cases))


def _in_world(case: RecordedCase, world: str) -> RecordedCase:
    """The case; stale where a recording shows nothing of the provider and this is no rehearsal."""
    if world == "rehearsed":
        return case
    return replace(case, accepted=_of_provider(case.accepted), pending=_of_provider(case.pending))


def _of_provider(file: RecordingFile | None) -> RecordingFile | None:
    place = _NO_PROVIDER.get(file.world or "") if file is not None else None
    if file is None or place is None or file.stale is not None:
        return file
    return replace(file, stale=f"it was recorded {place}, which shows nothing of the provider")


def _is_sent(case: RecordedCase, mode: str, *, chosen: bool) -> bool:
    """Whether a case is sent in a mode; a case that was named is, where the mode sends at all."""
    newest = case.pending or case.accepted
    match mode:
        case "none":
            return False
        case "once":
            return newest is None
        case "new_episodes":
            return newest is None or newest.stale is not None
        case _:
            return chosen or newest is None or newest.stale is not None


def _refuse_broken(cases: list[RecordedCase], live: list[RecordedCase]) -> None:
    """Refuse cases that can't be read or sent, before anything is.

    Raises:
        StepError: there is such a case (`recording-invalid`).
    """
    for case in cases:
        if case.problem:
            raise StepError("recording-invalid", f"{case.name}: {case.problem}.")
        if case in live and case.prompt is None:
            raise StepError(
                "recording-invalid",
                f"{case.name} has no case file, so that nothing shows what to send: "
                f"write {case.name}.toml.",
            )


async def _ask_about_many(ctx: StepContext, live: list[RecordedCase]) -> None:
    """More than a few cases at once want their number typed.

    Raises:
        StepError: another was typed (`operator-declined`), or nobody is here (`needs-operator`).
    """
    if len(live) <= ASKED_ABOVE:
        return
    text = (
        f"{len(live)} cases would be recorded at once, and a record of many changes shows none of "
        f"them. Type {len(live)} to do so all the same."
    )
    typed = await ctx.ask(Question("text", text, {"cases": [case.name for case in live]}))
    if typed.do != Verb.TEXT or (typed.words or "").strip() != str(len(live)):
        raise StepError("operator-declined", "The number was not typed; nothing was recorded.")


async def _replay_case(ctx: StepContext, case: RecordedCase) -> CaseResult:
    """Replay a case's accepted exchanges; nothing is sent, and nothing is spent."""
    file = case.accepted
    if file is None:
        waits = ", and one that waits for its review" if case.pending is not None else ""
        text = f"there is no accepted recording{waits}."
        return CaseResult(case, "replayed", "recording-missing", text)
    if file.stale is not None:
        return CaseResult(case, "replayed", "recording-stale", f"{file.stale}.")
    assessment = None
    for number in range(file.exchanges):
        exchange = await ctx.perform(ReplayRecording(case.path, number))
        if exchange.error is not None:
            return CaseResult(case, "replayed", "recording-missing", exchange.error_text)
        # Of a recording of another program nothing shows what it should hold, but that it is whole.
        if file.model is not None:
            assessment = assess(exchange, model=file.model, nonce=None, prompt=case.prompt or "")
    if assessment is None:
        return CaseResult(case, "replayed", None, f"{file.exchanges} exchange(s) replayed")
    return CaseResult(case, "replayed", assessment.code, assessment.summary, None, assessment)


def _result(results: list[CaseResult], cases: int) -> Result:
    """What the step came to: the first failure, else how many cases did what."""
    counts = {
        action: sum(r.action == action and r.code is None for r in results)
        for action in ("recorded", "replayed", "left")
    }
    count_text = ", ".join(f"{n} {action}" for action, n in counts.items() if n) or "none"
    failed = [result for result in results if result.code is not None]
    observed = {"cases": cases, **counts, "spent_nothing": not any(
        result.action == "recorded" for result in results
    )}  # fmt: skip
    texts = [r.assessment.reading.text for r in results if r.assessment is not None]
    document = {"cases": [result.observed() for result in results]}
    if failed:
        more = f" ({len(failed)} cases failed)" if len(failed) > 1 else ""
        first = failed[0]
        return Result(
            first.code, f"{first.case.name}: {first.summary}{more}", observed, document=document
        )
    pending = " They wait for their review." if counts["recorded"] else ""
    return Result(
        None,
        f"{cases} case(s): {count_text}.{pending}",
        observed,
        "\n\n".join(texts),
        document=document,
    )
