"""Comparison of two sessions: what is the same, better, worse or changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, TypeVar

from smoke_tui.journal.spend import spend_of
from smoke_tui.journal.state import State, StepState, Try
from smoke_tui.journal.verdict import is_partial
from smoke_tui.judging.drift import AnswerDrift
from smoke_tui.outcomes import Outcome, Verdict
from smoke_tui.presentation.format import excerpt, window_name
from smoke_tui.presentation.report.answer_rows import Judge
from smoke_tui.presentation.report.check_result import in_order, seconds_of
from smoke_tui.presentation.report.exchanges import EvidenceReader
from smoke_tui.presentation.report.recorded_answers import step_answer
from smoke_tui.presentation.report.verdict_text import effective_verdict
from smoke_tui.runbook.model import Runbook
from smoke_tui.structs import Struct

Word = Literal["same", "better", "worse", "changed"]
Ranked = TypeVar("Ranked", Outcome, Verdict)


SLACK: Final = 0.25
"""Share of a duration, and seconds, by which it may differ and count as the same."""

_DEFAULT_JUDGE: Final = Judge()

_OUTCOMES: Final = (
    Outcome.PASS,
    Outcome.WAIVED,
    Outcome.EXPECTED_LIMITATION,
    Outcome.NOT_RUN,
    Outcome.BLOCKED,
    Outcome.FAIL,
    Outcome.ERROR,
)
"""Best first."""

_VERDICTS: Final = tuple(reversed(Verdict))


GROUPS: Final = (
    "verdict",
    "steps",
    "calls",
    "answers",
    "instructions",
    "wire",
    "spend",
    "quota",
    "environment",
)


class Side(Struct, frozen=True):
    """One of the two sessions that are compared."""

    runbook: Runbook
    state: State
    evidence: EvidenceReader


class Row(Struct, frozen=True):
    """A compared value; None if that session does not have it. `drift` is that of answers."""

    group: str
    name: str
    old: str | None
    new: str | None
    word: Word
    drift: AnswerDrift | None = None


class Comparison(Struct, frozen=True):
    """The result: `word` and `summary` follow from outcomes, `notes` are reservations."""

    word: Word
    summary: str
    notes: tuple[str, ...]
    rows: tuple[Row, ...]


def compare(old: Side, new: Side, judge: Judge = _DEFAULT_JUDGE) -> Comparison:
    """Compare the new session with the old one; `judge` has the thresholds of answers.

    It takes a while where answers are long.
    """
    word, summary = _overall(old.state, new.state)
    rows = (
        *_verdicts(old, new),
        *_steps(old, new, judge),
        *_calls(old, new),
        *_spend(old, new),
        *_environment(old, new),
    )
    compared = [row for row in rows if row.old is not None or row.new is not None]
    compared.sort(key=lambda row: GROUPS.index(row.group))
    return Comparison(word, summary, tuple(_notes(old, new)), tuple(compared))


def _overall(old: State, new: State) -> tuple[Word, str]:
    before, after = old.verdict or Verdict.INCOMPLETE, new.verdict or Verdict.INCOMPLETE
    moved = {name: _moved(old, new, name) for name in _in_both(old, new)}
    by_verdict = _ranked(_VERDICTS, before, after)
    steps_moved = set(moved.values())
    word: Word = by_verdict
    if by_verdict == "same":
        word = (
            "worse" if "worse" in steps_moved else "better" if "better" in steps_moved else "same"
        )
    if word == "same":
        return word, f"the same as last time: {after.value}"
    telling = [name for name, how in moved.items() if how == word]
    steps = "; ".join(
        f"{name} was {_outcome(old, name).value}, is {_outcome_text(new, name)}"
        for name in telling[:3]
    )
    more = f"; and {len(telling) - 3} more" if len(telling) > 3 else ""
    verdicts = f"{before.value} → {after.value}" if by_verdict != "same" else after.value
    return word, f"{word} than last time: {verdicts}{f' ({steps}{more})' if steps else ''}"


def _in_both(old: State, new: State) -> list[str]:
    """Steps that either session ran; if one ran only a part of the runbook, those of both."""
    if is_partial(old) or is_partial(new):
        return [name for name in old.order if name in new.order]
    return [*old.order, *(name for name in new.order if name not in old.order)]


def _moved(old: State, new: State, name: str) -> Word:
    """Compare a step's outcomes; a fallback that one session did not need counts for nothing."""
    before, after = _outcome(old, name), _outcome(new, name)
    needed = {event.body.to for state in (old, new) for event in state.branches}
    if name in needed and Outcome.NOT_RUN in (before, after):
        return "same" if before == after else "changed"
    return _ranked(_OUTCOMES, before, after)


def _outcome(state: State, name: str) -> Outcome:
    step_state = state.steps.get(name)
    return step_state.outcome if step_state is not None and step_state.outcome else Outcome.NOT_RUN


def _outcome_text(state: State, name: str) -> str:
    step_state = state.steps.get(name)
    code = (
        f" ({excerpt(step_state.code, 60)})" if step_state is not None and step_state.code else ""
    )
    return _outcome(state, name).value + code


def _ranked(best_first: tuple[Ranked, ...], old: Ranked, new: Ranked) -> Word:
    before, after = best_first.index(old), best_first.index(new)
    return "same" if before == after else "better" if after < before else "worse"


def _notes(old: Side, new: Side) -> Iterator[str]:
    if old.state.world != new.state.world:
        yield (
            f"A {old.state.world} session is compared with a {new.state.world} one: what a "
            "rehearsal showed proves nothing about the other."
        )
    if old.runbook.id != new.runbook.id:
        yield f"They are of different runbooks: {old.runbook.id} and {new.runbook.id}."
    elif old.runbook.sha256 != new.runbook.sha256:
        yield "The runbook's text changed between them."
    for side in (old, new):
        if is_partial(side.state):
            yield (
                f"Session {excerpt(side.state.session, 60)} is of a part of its runbook: only "
                "steps that both walked count."
            )
        if side.state.closed is None:
            yield f"Session {excerpt(side.state.session, 60)} is not finished."


# --- rows -----------------------------------------------------------------------------------


def _verdicts(old: Side, new: Side) -> Iterator[Row]:
    before, after = (
        effective_verdict(old.runbook, old.state),
        effective_verdict(new.runbook, new.state),
    )
    yield Row("verdict", "verdict", before.value, after.value, _ranked(_VERDICTS, before, after))


def _steps(old: Side, new: Side, judge: Judge) -> Iterator[Row]:
    names = [step.id for step in in_order(old.runbook, old.state)]
    names += [step.id for step in in_order(new.runbook, new.state) if step.id not in names]
    for name in names:
        before, after = _outcome(old.state, name), _outcome(new.state, name)
        yield Row(
            "steps",
            f"{name} outcome",
            before.value,
            after.value,
            _moved(old.state, new.state, name),
        )
        a, b = old.state.steps.get(name), new.state.steps.get(name)
        if a is None or b is None:
            continue
        if a.code or b.code:
            yield _changed("steps", f"{name} code", a.code, b.code)
        if a.tries and b.tries:
            yield _less("steps", f"{name} tries", len(a.tries), len(b.tries), str)
            times = seconds_of(old.state, a), seconds_of(new.state, b)
            yield _time("steps", f"{name} seconds worked", *times)
        answers = (step_answer(x.state, y, x.evidence) for x, y in ((old, a), (new, b)))
        for row in judge.rows(new.runbook, name, *answers):
            word: Word = "same" if row.same else "changed"
            yield Row("answers", f"{name} {row.part}", row.old, row.new, word, row.drift)


def _calls(old: Side, new: Side) -> Iterator[Row]:
    """Compare the last call of each step: model, shape, route, times, request."""
    names = [n for n in old.state.order if n in new.state.steps]
    for name in names:
        a, b = _last_call(old.state.steps[name]), _last_call(new.state.steps[name])
        if a is None or b is None:
            continue
        for key, label in (
            ("model", "served model"),
            ("shape", "shape"),
            ("route", "route"),
            ("quota_headers", "quota headers"),
        ):
            yield _changed("calls", f"{name} {label}", a.observed.value(key), b.observed.value(key))
        for key, label in (
            ("first_text_ms", "seconds to first text"),
            ("total_ms", "seconds to the end"),
        ):
            yield _time(
                "calls",
                f"{name} {label}",
                _seconds(a.observed.value(key)),
                _seconds(b.observed.value(key)),
            )
        for row in ("source", "chars", "sha256"):
            yield _changed(
                "instructions",
                f"{name} {row}",
                _instructions(a).get(row),
                _instructions(b).get(row),
            )
        x, y = _wire(old.state, a), _wire(new.state, b)
        for part in (*x, *(p for p in y if p not in x)):
            yield _changed("wire", f"{name} {part}", x.get(part), y.get(part))


def _last_call(step_state: StepState) -> Try | None:
    return next((t for t in reversed(step_state.tries) if t.observed.value("model_asked")), None)


def _instructions(attempt: Try) -> Mapping[str, object]:
    return next(
        (
            value
            for name, value in reversed(attempt.evidence_values())
            if name == "instructions" and isinstance(value, dict)
        ),
        {},
    )


def _wire(state: State, attempt: Try) -> dict[str, str]:
    """The identifying headers of the last POST, and the keys of its body."""
    asked = (state.exchanges[seq][0].body for seq in attempt.exchanges)
    posts = [request for request in asked if request.method == "POST"]
    if not posts:
        return {}
    sent = {name.lower(): value for name, value in posts[-1].headers}
    recorded = posts[-1].body
    body = recorded.get("json") if isinstance(recorded, dict) else None
    return {
        "User-Agent": sent.get("user-agent", "not sent"),
        "originator": sent.get("originator", "not sent"),
        "client version": sent.get("version", "not sent"),
        "header names": ", ".join(sorted(sent)),
        "body keys": ", ".join(sorted(body)) if isinstance(body, Mapping) else "none",
    }


def _spend(old: Side, new: Side) -> Iterator[Row]:
    a, b = spend_of(old.state), spend_of(new.state)
    for key, label in (
        ("calls", "calls"),
        ("unknown_calls", "calls of unknown cost"),
        ("input_tokens", "tokens in"),
        ("output_tokens", "tokens out"),
        ("usd_metered", "US dollars metered"),
    ):
        yield _changed("spend", label, getattr(a, key), getattr(b, key))
    windows = {w.window_minutes: w.used_percent_after for w in a.limits or ()}
    later = {w.window_minutes: w.used_percent_after for w in b.limits or ()}
    for minutes in sorted({*windows, *later}):
        yield _changed(
            "quota",
            f"{window_name(minutes)} window, % used",
            windows.get(minutes),
            later.get(minutes),
        )


_SURROUNDINGS: Final[tuple[tuple[str, Callable[[State], object]], ...]] = (
    ("tool", lambda state: state.opener.tool),
    ("Python", lambda state: state.opener.python or None),
    ("system", lambda state: state.opener.system or None),
    ("host", lambda state: state.opener.host),
    ("project revision", lambda state: getattr(state.opener.project, "revision", None)),
    ("project has changes", lambda state: getattr(state.opener.project, "dirty", None)),
    ("origin", lambda state: state.first_config.origin),
    ("network variables", lambda state: ", ".join(state.opener.network) or "none"),
    ("scenario", lambda state: state.first_config.scenario),
)


def _environment(old: Side, new: Side) -> Iterator[Row]:
    yield _changed("environment", "runbook sha256", old.runbook.sha256, new.runbook.sha256)
    for name, value_of in _SURROUNDINGS:
        yield _changed("environment", name, value_of(old.state), value_of(new.state))


def _shown(value: object) -> str | None:
    return None if value is None else excerpt(value, 300)


def _changed(group: str, name: str, old: object, new: object) -> Row:
    return Row(group, name, _shown(old), _shown(new), "same" if old == new else "changed")


def _less(group: str, name: str, old: float, new: float, show: Callable[[float], str]) -> Row:
    """Compare numbers of which the smaller one is better."""
    word: Word = "same" if old == new else "better" if new < old else "worse"
    return Row(group, name, show(old), show(new), word)


def _time(group: str, name: str, old: float | None, new: float | None) -> Row:
    if old is None or new is None:
        return _changed(group, name, old, new)
    if abs(new - old) <= max(SLACK, SLACK * old):
        return Row(group, name, f"{old:.3f}", f"{new:.3f}", "same")
    return _less(group, name, old, new, lambda value: f"{value:.3f}")


def _seconds(ms: object) -> float | None:
    return ms / 1000 if type(ms) is int else None
