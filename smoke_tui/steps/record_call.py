"""One case of a `record` step: composed, asked for, sent, recorded, paid for."""

from __future__ import annotations

import uuid
from typing import Any

from smoke_tui.codex.assessment import Assessment, assess
from smoke_tui.codex.preflight import reach
from smoke_tui.codex.quota import read_windows
from smoke_tui.codex.request_shapes import build_api_call
from smoke_tui.codex.stream import StreamReader
from smoke_tui.journal.events.machine_facts import RecordingWritten
from smoke_tui.journal.events.values import RecordedCase
from smoke_tui.journal.money import COUNTS
from smoke_tui.steps.call import api_key
from smoke_tui.steps.call_composition import CaseInputs, asked_text, compose, named_model
from smoke_tui.steps.cost import MOST_OUTPUT, settle, spend, worst_usd
from smoke_tui.steps.credential import refuse_unsendable, session_bundle
from smoke_tui.structs import Struct
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.http import Exchange, HttpRequest
from smoke_tui.world.requests.recordings import RecordingResult, recorded_call
from smoke_tui.world.resources import StepError


class CaseResult(Struct, frozen=True):
    """What came of one case; `action` is recorded, replayed or left."""

    case: RecordedCase
    action: str
    code: str | None = None
    summary: str = ""
    written: RecordingWritten | None = None
    assessment: Assessment | None = None

    def text(self) -> str:
        """What came of the case, in a line."""
        if self.code is not None:
            return f"{self.code}: {self.summary}"
        if self.written is None or self.written.path is None:
            return f"{self.action}: {self.summary}"
        return f"{self.action} in {self.written.path}, exchanges sha256 {self.written.digest}"

    def observed(self) -> dict[str, Any]:
        """The record's view."""
        reading = self.assessment.reading if self.assessment is not None else None
        return {
            "case": self.case.name,
            "path": self.case.path,
            "action": self.action,
            "code": self.code,
            "summary": self.summary,
            "prompt_sha256": self.case.prompt_sha256,
            "model": reading.model if reading is not None else None,
            "response_id": reading.response_id if reading is not None else None,
            "written": self.written.path if self.written is not None else None,
            "digest": self.written.digest if self.written is not None else None,
            "cut": self.written.cut if self.written is not None else 0,
            "unused": self.written.unused if self.written is not None else 0,
        }


class CaseCall(Struct, frozen=True):
    """The call of a case, the same bytes each time, so that a replay can match them."""

    request: HttpRequest
    model: str
    shape: str
    account: str
    kind: str
    worst_usd: str | None = None


async def record_case(ctx: StepContext, case: RecordedCase, mode: str, count: int) -> CaseResult:
    """Send one case's prompt and record its exchange; `count` cases are to be recorded.

    Raises:
        StepError: it may not be sent, or something that it needs is not there.
    """
    declared = ctx.step.spend
    metered = declared is not None and declared.kind == "metered"
    made = await (_by_api_key(ctx, case) if metered else _by_subscription(ctx, case))
    of = f" ({count} cases are to be recorded)" if count > 1 else ""
    await spend(
        ctx,
        f"Record the case {case.name}{of}?",
        {
            "model": made.model,
            "host": made.request.url,
            "account": made.account,
            "shape": made.shape,
            "case": case.name,
            "record_mode": mode,
        },
        kind=made.kind,
        worst_usd=made.worst_usd,
    )
    reader = StreamReader()

    def watch(piece: bytes) -> bool:
        text = reader.feed(piece)
        if text:
            ctx.show_delta(text)
        return reader.reading.over

    exchange = await ctx.perform(recorded_call(made.request, case, mode, made.model), watch)
    assessment = assess(
        exchange,
        model=made.model,
        nonce=None,
        prompt=asked_text(made.request),
        subscription=not metered,
    )
    written = await ctx.perform(RecordingResult(case.path))
    await _settle(ctx, exchange, assessment, made, sent=not written.replayed)
    if written.unused:
        ctx.finding(
            "unused-recording",
            f"{case.name}: {written.unused} recorded exchange(s) were asked for by nothing.",
            'Record it with `record_mode = "rewrite"` to drop them.',
        )
    return _result(case, assessment, written)


def _result(case: RecordedCase, assessment: Assessment, written: RecordingWritten) -> CaseResult:
    code, summary = assessment.code, assessment.summary
    if code is None and not written.replayed and (written.problem or written.path is None):
        code = "recording-not-written"
        summary = f"The call was made, and nothing was written: {written.problem or 'no reason'}."
    elif code is None and not written.recorded and not written.replayed:
        code, summary = "stream-cut", "The answer was not whole, so that it can't be replayed."
    action = "replayed" if written.replayed else "recorded"
    return CaseResult(case, action, code, summary, written, assessment)


def _inputs(case: RecordedCase) -> CaseInputs:
    session = uuid.uuid5(uuid.NAMESPACE_URL, f"smoke-case:{case.name}:{case.prompt_sha256}")
    return CaseInputs(case.model, case.shape, str(session))


async def _by_subscription(ctx: StepContext, case: RecordedCase) -> CaseCall:
    bundle = await session_bundle(ctx)
    await reach(ctx)
    made = await compose(ctx, bundle, case.prompt or "", _inputs(case))
    return CaseCall(made.request, made.model, made.shape, "with account id", "subscription")


async def _by_api_key(ctx: StepContext, case: RecordedCase) -> CaseCall:
    """The same prompt on the supported production path, billed by the token.

    Raises:
        StepError: no model is named, or no key is given (`not-configured`).
    """
    model = named_model(ctx, _inputs(case))[0]
    if model is None:
        raise StepError(
            "not-configured", f"No model for {case.name}: give --model, or name one in the case."
        )
    key = await api_key(ctx)
    refuse_unsendable("API key", key)
    request = build_api_call(
        ctx.config,
        key,
        model,
        case.prompt or "",
        max_output_tokens=MOST_OUTPUT,
        limits=ctx.limits(120.0),
    )
    worst = await worst_usd(ctx, model, case.prompt or "")
    return CaseCall(request, model, "api", "API key", "metered", worst)


async def _settle(
    ctx: StepContext, exchange: Exchange, assessment: Assessment, made: CaseCall, *, sent: bool
) -> None:
    """Record what the call cost; an answer that was replayed after all cost nothing."""
    usage = assessment.reading.usage if sent else None
    refused = exchange.status is not None and exchange.status >= 400
    await settle(
        ctx,
        kind=made.kind,
        model=made.model,
        counts={} if usage is None else {name: getattr(usage, name) for name in COUNTS},
        unknown=sent and usage is None and not refused,
        limits=read_windows(exchange.headers) if sent else (),
    )
