"""A battery in a report: counts, violations, a row a case, and what may be claimed of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from smoke_tui.config.session_config import LOOPBACK
from smoke_tui.journal.battery import RecordedBattery, recorded_battery
from smoke_tui.journal.state import StepState, Try
from smoke_tui.judging.battery import BatterySummary, CallResult, CaseSummary
from smoke_tui.judging.claims import METHOD
from smoke_tui.judging.verdict import VIOLATION_TEXT, VIOLATIONS
from smoke_tui.presentation.format import count, cut, duration
from smoke_tui.presentation.report.escaping import as_markdown, fenced
from smoke_tui.presentation.report.markdown_table import pairs, table
from smoke_tui.presentation.spans import Row, Text, as_text, quote, strong

MOST_TEXTS: Final = 20
"""Violations and wrong verdicts whose text a report shows."""
MOST_CHARACTERS: Final = 1_000

NO_TEMPERATURE: Final = "not controllable: a subscription's calls can't choose it"
NO_MODEL: Final = (
    "The calls went to this machine, where no model answered: what follows shows how it is counted, "
    "and claims nothing of a model."
)
CASE_HEADS: Final = (
    "Case", "Expected", "Runs", "Conforming", "As expected", "Flips", "Errors", "p50", "p95",
    "Tokens", "US$",
)  # fmt: skip


def battery_of(step_state: StepState, attempt: Try) -> RecordedBattery | None:
    """The battery of a step where this try is its last one, so that it is shown once."""
    last = next((each for each in reversed(step_state.tries) if each.battery is not None), None)
    return recorded_battery(step_state) if last is attempt else None


def rows(battery: RecordedBattery) -> list[Row]:
    """What was asked of whom, what was counted, what it cost."""
    plan, summary = battery.plan, battery.summary
    rate = battery.calls_a_second
    table: list[Row] = [
        ("pack", [quote(plan.pack), f", {count(len(plan.cases), 'case')} × {plan.repeat}, sha256 "
                  f"{plan.pack_sha256[:12]}…"]),
        ("judge's prompts", [f"sha256 {plan.prompts_sha256[:12]}…"]),
        ("provider", [plan.provider, *([f", {plan.credential}"] if plan.model else [])]),
        ("calls", [f"{summary.planned:,} planned, {summary.finished:,} finished, "
                   f"{summary.answers:,} answered"]),
        ("conforming", [strong(f"{summary.conforming:,} of {summary.answers:,}"),
                        f"; to the byte {summary.exact:,} of {summary.answers:,}"]),
        ("as expected", [f"{summary.as_expected:,} of {summary.answers:,}, which is no part of the "
                         "format"]),
    ]  # fmt: skip
    for kind, number in summary.violations_by_kind:
        table.append((f"violation: {kind}", [f"{number:,}: {VIOLATIONS.get(kind, kind)}"]))
    for code, number in summary.errors_by_code:
        table.append((f"error: {code}", [f"{number:,}, in no count above"]))
    if plan.model is not None:
        served = ", ".join(summary.models) or "none named"
        table += [
            ("model", ["asked ", quote(plan.model), ", served ", quote(served)]),
            ("temperature", [plan.temperature or NO_TEMPERATURE]),
            ("cost", [_cost(battery)]),
        ]
        table += [(name, [quote(value)]) for name, value in sorted(plan.settings.items())]
    if plan.provider == "replay":
        table.append(("cost", [f"US${summary.usd:f}: no call was made"]))
    table += [
        ("concurrency", [str(plan.concurrency)]),
        ("sent again", [f"{count(summary.retries, 'call')} after an error of the transport, "
                        f"{count(battery.pauses, 'pause')} that the provider asked for"]),
        ("time", [duration(battery.ms), *([f", {rate:.1f} calls a second"] if rate else [])]),
    ]  # fmt: skip
    if battery.stopped is not None:
        table.append(("stopped early", [quote(battery.stopped)]))
    if battery.tries > 1:
        table.append(
            ("resumed", [f"{count(battery.tries, 'try')}; no finished call was made twice"])
        )
    return table


def _cost(battery: RecordedBattery) -> str:
    plan, summary = battery.plan, battery.summary
    tokens = f"{summary.input_tokens:,} tokens in, {summary.output_tokens:,} out"
    if plan.credential == "subscription":
        return f"{count(summary.finished, 'call')} of the subscription's quota; {tokens}"
    estimate = "not known" if plan.usd_estimate is None else f"US${plan.usd_estimate}"
    unpriced = f", {count(summary.unpriced, 'call')} not priced" if summary.unpriced else ""
    return f"estimated {estimate} for all, actual US${summary.usd:f}{unpriced}; {tokens}"


def proof_rows(battery: RecordedBattery) -> list[Row]:
    """What a reader asks first: of which model, how many answers conformed, what that claims."""
    wanted = ("pack", "model", "calls", "conforming", "as expected", "cost")
    shown = [(name.capitalize(), text) for name, text in rows(battery) if name in wanted]
    return [*shown, *(("Claim", text) for text in claims(battery)[:1])]


def claims(battery: RecordedBattery) -> list[Text]:
    """What may be claimed, a sentence each; of what ran alone."""
    summary = battery.summary
    claim = summary.claim
    if claim is None:
        return [["Nothing may be claimed: no call was answered."]]
    if battery.plan.provider == "replay":
        served = ", ".join(summary.models) or "a model that none names"
        return [
            [
                "Nothing may be claimed of a model today: the answers were recorded before, of ",
                quote(served),
                ", and a recording that is given again is no new answer.",
            ]
        ]
    if battery.plan.provider != "live":
        return [["Nothing may be claimed of a model: the answers are canned."]]
    lines: list[Text] = [] if _asked_a_provider(battery) else [[NO_MODEL]]
    lines += [
        [
            strong(f"{claim.violations:,} violations in {claim.answers:,} answers"),
            f": for these {count(claim.prompts, 'prompt')}, this model and this date, the rate of "
            f"violations is at most {_percent(claim.bound)} ({METHOD}), if the answers were "
            "independent.",
        ],
        [
            f"They are not: {claim.answers:,} answers to {claim.prompts} fixed prompts are "
            f"{count(claim.prompts, 'cluster')}. By how alike the answers to one prompt are: "
            + "; ".join(
                f"correlation {each.correlation:g}: as {each.effective:,.0f} answers, at most "
                f"{_percent(each.bound)}"
                for each in claim.clustered
            )
            + "."
        ],
    ]
    if claim.per_prompt is not None and claim.simultaneous is not None:
        lines.append(
            [
                f"For each prompt alone at most {_percent(claim.per_prompt)}; for all at once "
                f"{_percent(claim.simultaneous)} each (Bonferroni)."
            ]
        )
    errors = sum(number for _, number in summary.errors_by_code)
    if errors:
        lines.append([f"{count(errors, 'call')} had no answer; they are in no count."])
    if summary.answers < summary.planned:
        lines.append(
            [f"Of {summary.planned:,} planned calls {summary.answers:,} were answered: nothing is "
             "claimed of the others."]
        )  # fmt: skip
    return lines


def _asked_a_provider(battery: RecordedBattery) -> bool:
    return urlsplit(battery.plan.host or "").hostname not in LOOPBACK


def _percent(rate: float) -> str:
    return f"{rate * 100:.3g} %"


def case_rows(summary: BatterySummary) -> list[list[Text]]:
    """A row a case, in the order of `CASE_HEADS`."""
    return [_case_row(case) for case in summary.cases]


def _case_row(case: CaseSummary) -> list[Text]:
    runs = case.answers + case.errors
    cells = (
        f"{runs:,}",
        f"{case.conforming:,}",
        f"{case.as_expected:,}",
        f"{case.flips:,}",
        f"{case.errors:,}",
        "–" if case.p50_ms is None else f"{case.p50_ms:,} ms",
        "–" if case.p95_ms is None else f"{case.p95_ms:,} ms",
        f"{case.input_tokens + case.output_tokens:,}",
        "–" if case.usd is None else f"{case.usd:f}",
    )
    return [[quote(case.case.id, 80)], [case.case.verdict], *([cell] for cell in cells)]


def texts(summary: BatterySummary) -> tuple[list[tuple[str, str]], int]:
    """The first violations, then wrong verdicts, with their text; how many are left out."""
    wanted = (*summary.violations, *summary.wrong)
    return [(_head(each), cut(each.raw, MOST_CHARACTERS)) for each in wanted[:MOST_TEXTS]], max(
        0, len(wanted) - MOST_TEXTS
    )


def _head(result: CallResult) -> str:
    where = f"{result.call.case}, repeat {result.call.repeat}"
    if result.violation is None:
        return f"{where}: {result.verdict}, which is not the expected verdict"
    return f"{where}: {VIOLATION_TEXT}: {VIOLATIONS.get(result.violation, result.violation)}"


def markdown(battery: RecordedBattery) -> Iterator[str]:
    """The battery in Markdown."""
    yield from pairs(("Battery", "Value"), rows(battery))
    yield "What may be claimed:"
    yield ""
    for line in claims(battery):
        yield f"- {as_markdown(line)}"
    yield ""
    yield from table(CASE_HEADS, case_rows(battery.summary))
    shown, more = texts(battery.summary)
    for head, text in shown:
        yield from (f"{as_markdown([head])}:", "", *fenced(text), "")
    if more:
        yield from (f"… and {more:,} more; the record holds each.", "")


def plain(battery: RecordedBattery) -> Iterator[str]:
    """The battery in lines, for a terminal."""
    for name, text in rows(battery):
        yield f"  {name}: {as_text(text)}"
    yield "  what may be claimed:"
    for line in claims(battery):
        yield f"    {as_text(line)}"
    shown, more = texts(battery.summary)
    for head, text in shown:
        yield f"  {head}"
        yield from (f"    | {line}" for line in text.splitlines() or [""])
    if more:
        yield f"  … and {more:,} more; the record holds each"


def battery_object(step_state: StepState) -> dict[str, Any] | None:
    """The battery of a step in JSON; None where it made none."""
    battery = recorded_battery(step_state)
    if battery is None:
        return None
    plan, summary = battery.plan, battery.summary
    claim = summary.claim if plan.provider == "live" else None
    shown, more = texts(summary)
    return {
        "pack": plan.pack,
        "pack_sha256": plan.pack_sha256,
        "prompts_sha256": plan.prompts_sha256,
        "provider": plan.provider,
        "credential": plan.credential,
        "model_requested": plan.model,
        "models_served": list(summary.models),
        "temperature": plan.temperature or ("not controllable" if plan.model else None),
        "settings": dict(plan.settings),
        "repeat": plan.repeat,
        "concurrency": plan.concurrency,
        "planned": summary.planned,
        "finished": summary.finished,
        "answers": summary.answers,
        "conforming": summary.conforming,
        "exact": summary.exact,
        "as_expected": summary.as_expected,
        "violations": dict(summary.violations_by_kind),
        "errors": dict(summary.errors_by_code),
        "retries": summary.retries,
        "pauses": battery.pauses,
        "seconds": round(battery.ms / 1000, 3),
        "input_tokens": summary.input_tokens,
        "output_tokens": summary.output_tokens,
        "usd_estimate": plan.usd_estimate,
        "usd_actual": f"{summary.usd:f}" if plan.credential == "metered" else None,
        "unpriced": summary.unpriced if plan.credential == "metered" else 0,
        "stopped": battery.stopped,
        "tries": battery.tries,
        "claim": None
        if claim is None
        else {
            "violations": claim.violations,
            "answers": claim.answers,
            "prompts": claim.prompts,
            "method": METHOD,
            "upper_bound": claim.bound,
            "clustered": [
                {
                    "correlation": each.correlation,
                    "effective_answers": each.effective,
                    "upper_bound": each.bound,
                }
                for each in claim.clustered
            ],
            "per_prompt": claim.per_prompt,
            "simultaneous": claim.simultaneous,
        },
        "claims": [as_text(line) for line in claims(battery)],
        "cases": [
            {
                "case": each.case.id,
                "expected": each.case.verdict,
                "runs": each.answers + each.errors,
                "conforming": each.conforming,
                "exact": each.exact,
                "as_expected": each.as_expected,
                "flips": each.flips,
                "errors": each.errors,
                "p50_ms": each.p50_ms,
                "p95_ms": each.p95_ms,
            }
            for each in summary.cases
        ],
        "texts": [{"about": head, "text": text} for head, text in shown],
        "texts_not_listed": more,
    }
