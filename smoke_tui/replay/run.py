"""Recorded sessions: reading one, and running it again offline with today's rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from smoke_tui.engine.engine import Engine
from smoke_tui.files import StorageError
from smoke_tui.journal.decision_rules import RULES, rules_in
from smoke_tui.journal.events.event import OTHER_FORM_ERRORS, JournalDamageError
from smoke_tui.journal.events.facts import SessionOpened, SessionResumed
from smoke_tui.journal.file import Journal
from smoke_tui.journal.fold import apply
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.journal.state import Ruling, State
from smoke_tui.journal.stream import EventListener, FunctionListener
from smoke_tui.journal.verdict import verdict as verdict_of
from smoke_tui.outcomes import Outcome, Verdict
from smoke_tui.presentation.report.verdict_text import effective_verdict
from smoke_tui.proof.obligations import EVIDENCE, read_obligations
from smoke_tui.replay.older_rules import AnyOrder
from smoke_tui.replay.redecide import AnotherPathError, Collect, Difference
from smoke_tui.replay.stream import (
    Policy,
    RecordedStream,
    RecordedWorld,
    RecordEndedError,
    ResumptionError,
)
from smoke_tui.replay.strict import DivergenceError, Strict
from smoke_tui.runbook import Runbook
from smoke_tui.steps import behave
from smoke_tui.structs import Struct
from smoke_tui.world.loop import EngineLoop


def replay(folder: Path, watchers: Sequence[EventListener] = ()) -> State:
    """Run a recorded session again, offline, with today's rules.

    Raises:
        DivergenceError: a decision differs from the record.
        InvalidRecordError, StorageError: it can't be read.
    """
    journal, runbook, _ = load_state(folder)
    return _replayed(journal, runbook, watchers)


def _replayed(journal: Journal, runbook: Runbook, watchers: Sequence[EventListener] = ()) -> State:
    state = State()
    _run_again(runbook, journal, Strict(journal.events), state, watchers)
    return state


def _run_again(
    runbook: Runbook,
    journal: Journal,
    policy: Policy,
    state: State,
    listeners: Sequence[EventListener] = (),
) -> None:
    """Run every program's part of the record again; `state` follows the events."""
    folded = FunctionListener(lambda event: apply(state, event))
    stream = RecordedStream(journal, [folded, *listeners], policy)
    while _run_program(runbook, stream, state):
        continue


def _run_program(runbook: Runbook, stream: RecordedStream, state: State) -> bool:
    """Run one program's part of the record; whether another one resumed the session after it."""
    try:
        opening = stream.begin().body
    except RecordEndedError:
        return False
    except OTHER_FORM_ERRORS as error:
        raise InvalidRecordError(
            f"its settings are of another form ({type(error).__name__}: {error})"
        ) from None
    if not isinstance(opening, SessionOpened | SessionResumed):
        raise InvalidRecordError("its settings are of another form")
    engine = Engine(runbook, opening.program.config, stream, RecordedWorld(), state, behave)
    loop = EngineLoop()
    try:
        loop.when_idle(stream.deliver)
        loop.run_until_complete(engine.run())
        stream.finish()
    except ResumptionError:
        return True
    except RecordEndedError:
        return False
    except OTHER_FORM_ERRORS as error:
        raise InvalidRecordError(
            "its events can't be decided again, they are of another form "
            f"({type(error).__name__}: {error})"
        ) from None
    finally:
        loop.drop()
    return False


class Redecided(Struct, frozen=True):
    """A recorded session under today's rules.

    `differences` are decisions that are made otherwise. `another_way` says where the engine would
    have asked the world for something else, so that nothing after it is known; `state` is how far
    it came.
    """

    state: State
    differences: tuple[Difference, ...]
    another_way: str | None


def redecide(folder: Path) -> Redecided:
    """Let today's rules decide on the recorded facts of a session, past any difference.

    Raises:
        InvalidRecordError, StorageError: it can't be read.
    """
    journal, runbook, _ = load_state(folder)
    state = State()
    policy = Collect(journal.events)
    another_way = None
    try:
        _run_again(runbook, journal, policy, state)
    except AnotherPathError as error:
        another_way = str(error)
    return Redecided(state, tuple(policy.differences), another_way)


NOT_BORNE_OUT: Final = "not-borne-out"
"""The finding that today's rules ask for what was not recorded then."""


class Rechecked(Struct, frozen=True):
    """What a recorded session came to when it was decided again.

    `rules` is the number it was decided by then, the lowest where several programs wrote to it.
    `state` is made of the recorded events; `verdict` is the verdict by today's rules (None: the
    session is open). `today` is the state that today's rules make, where they are others.
    `divergence`: a decision that the same rules make otherwise. `missing`: why
    today's rules can't bear it out: what they ask for was not recorded then.
    """

    rules: int
    state: State
    runbook: Runbook
    verdict: Verdict | None
    divergence: DivergenceError | None = None
    missing: str | None = None
    today: State | None = None

    @property
    def ruling(self) -> Ruling | None:
        """What a report has to say where the record is not supported; None where it is."""
        recorded = self.state.verdict.value if self.state.verdict else "none"
        if self.divergence is not None:
            return Ruling(
                Verdict.INCOMPLETE,
                (
                    f"The record does not support its verdict, {recorded}: decided again, "
                    f"{self.divergence}. It was changed, or recorded by a program that decides "
                    "otherwise. Nothing of it is proven."
                ),
            )
        if self.missing is not None:
            return Ruling(
                Verdict.INCOMPLETE,
                (f"The record's verdict, {recorded}, is not supported. {self.missing}"),
            )
        if self.verdict is not None and self.verdict is not self.state.verdict:
            return Ruling(
                self.verdict,
                (
                    f"By rules {self.rules} the verdict was {recorded}; by those of today, {RULES}, it "
                    f"is {self.verdict.value}."
                ),
            )
        return None


def recheck(folder: Path) -> Rechecked:
    """Decide a recorded session again: strictly by the same rules, else by today's.

    Raises:
        InvalidRecordError, StorageError: it can't be read.
    """
    return recheck_loaded(*load_state(folder))


def recheck_loaded(journal: Journal, runbook: Runbook, state: State) -> Rechecked:
    """As `recheck`, of a record that was loaded already.

    Raises:
        InvalidRecordError: it can't be decided again.
    """
    try:
        numbers = rules_in(journal.events)
    except JournalDamageError as error:
        raise InvalidRecordError(f"{journal.folder}: {error}") from None
    rules = min(numbers)
    if max(numbers) > RULES:
        return Rechecked(
            rules,
            state,
            runbook,
            state.verdict,
            missing=(
                f"It was decided by rules {max(numbers)}; this program knows those up to {RULES}."
            ),
        )
    if rules == RULES:
        return _strictly(journal, rules, runbook, state)
    return _by_todays_rules(journal, rules, runbook, state)


def _strictly(journal: Journal, rules: int, runbook: Runbook, state: State) -> Rechecked:
    try:
        _replayed(journal, runbook)
    except DivergenceError as error:
        return Rechecked(rules, state, runbook, state.verdict, divergence=error)
    return Rechecked(rules, state, runbook, state.verdict)


def _by_todays_rules(journal: Journal, rules: int, runbook: Runbook, state: State) -> Rechecked:
    today = State()
    unasked = None
    try:
        _run_again(runbook, journal, AnyOrder(journal.events), today)
    except AnotherPathError as error:
        unasked = str(error)
    lacking = _not_recorded(state, today)
    failed = [
        step_state.id
        for step_state in today.steps.values()
        if step_state.outcome in (Outcome.FAIL, Outcome.ERROR) and step_state.id not in lacking
    ]
    if failed and state.verdict is not None:
        # What was recorded is enough to see that it failed, whatever else was not recorded.
        return Rechecked(rules, state, runbook, verdict_of(runbook, today), today=today)
    if unasked is not None or lacking:
        more = "; ".join(
            [f"{step}: {what}" for step, what in lacking.items()]
            + ([unasked] if unasked is not None else [])
        )
        return Rechecked(
            rules,
            state,
            runbook,
            state.verdict,
            missing=(
                f"It was decided by rules {rules}; those of today ask for what was not recorded: "
                f"{more}."
            ),
        )
    return Rechecked(rules, state, runbook, today.verdict, today=today)


def _not_recorded(then: State, today: State) -> dict[str, str]:
    """Steps that passed then and lack a witness today, which nothing contradicts."""
    lacking: dict[str, str] = {}
    for name, step_state in today.steps.items():
        before = then.steps.get(name)
        if (
            before is None
            or before.outcome is not Outcome.PASS
            or not step_state.tries
            or step_state.outcome in (None, Outcome.PASS)
        ):
            continue
        rows = [
            obligation
            for kind, value in step_state.tries[-1].evidence_values()
            if kind == EVIDENCE
            for obligation in read_obligations(value)
        ]
        missing = [obligation.name for obligation in rows if obligation.status == "missing"]
        if missing and not any(obligation.status == "contradicted" for obligation in rows):
            lacking[name] = ", ".join(missing)
    return lacking


def load_rechecked(folder: Path) -> Rechecked:
    """A recorded session decided again, its state with what that came to.

    Raises:
        InvalidRecordError, StorageError: it can't be read, or is damaged.
    """
    done = recheck(folder)
    done.state.ruling = done.ruling
    return done


def verdict_borne_out(folder: Path) -> Verdict | None:
    """A session's verdict, decided again from its record; None where that does not bear it out."""
    try:
        done = load_rechecked(folder)
    except (InvalidRecordError, StorageError):
        return None
    if done.divergence is not None or done.missing is not None:
        return None
    verdict = effective_verdict(done.runbook, done.state)
    return verdict if done.rules != RULES or verdict is done.state.verdict else None
