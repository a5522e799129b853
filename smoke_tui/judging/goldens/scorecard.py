"""The scorecard: checks and metrics, computed from the trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from smoke_tui.judging.goldens.canonical import canonical_json
from smoke_tui.judging.goldens.scenario import AUDIO_INPUT, Check, Json
from smoke_tui.judging.goldens.trace import MARKER, Trace, speech_to_text_ms
from smoke_tui.structs import Struct

SCHEMA_VERSION: Final = 1


class CheckResult(Struct, frozen=True):
    """A check and what the trace holds in its place; `actual` None also where nothing stands there."""

    key: str
    expected: Json
    actual: Json
    passed: bool


class Metric(Struct, frozen=True):
    """A number that was measured in the trace; None where the trace lacks what it takes."""

    key: str
    value: int | None
    unit: str


class Scorecard(Struct, frozen=True):
    """How a conversation went."""

    scenario_key: str
    seed: int
    checks: tuple[CheckResult, ...]
    metrics: tuple[Metric, ...]

    @property
    def passed(self) -> bool:
        """Whether there are checks and each of them passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    def value(self) -> Json:
        """The scorecard as JSON."""
        passed = sum(check.passed for check in self.checks)
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario_key": self.scenario_key,
            "seed": self.seed,
            "passed": self.passed,
            "overall_score": _share(passed, len(self.checks)),
            "checks": [
                {
                    "key": check.key,
                    "passed": check.passed,
                    "expected": check.expected,
                    "actual": check.actual,
                }
                for check in self.checks
            ],
            "metrics": [
                {"key": metric.key, "value": metric.value, "unit": metric.unit}
                for metric in self.metrics
            ],
        }


def scorecard_of(trace: Trace, key: str, seed: int, checks: Sequence[Check]) -> Scorecard:
    """Compute the scorecard of a trace."""
    turns = sum(segment.kind == AUDIO_INPUT for segment in trace.segments)
    return Scorecard(
        key,
        seed,
        tuple(_result(check, trace) for check in checks),
        (
            Metric("turn_count", turns, "turn"),
            Metric(f"{MARKER}_ms", speech_to_text_ms(trace.segments), "ms"),
        ),
    )


def _result(check: Check, trace: Trace) -> CheckResult:
    segment = trace.segment(check.segment)
    value: Json = dict(segment.payload) if segment is not None else None
    stands_there = segment is not None
    for part in check.field:
        if not isinstance(value, Mapping) or part not in value:
            value, stands_there = None, False
            break
        value = value[part]
    # As bytes: to Python 1, 1.0 and true are equal.
    passed = stands_there and canonical_json(value) == canonical_json(check.expected)
    return CheckResult(check.key, check.expected, value, passed)


def _share(part: int, total: int) -> Json:
    """A share as a whole number where it is one, else to four places."""
    if not total:
        return 0
    return part // total if part % total == 0 else round(part / total, 4)
