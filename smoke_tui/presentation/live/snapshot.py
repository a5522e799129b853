"""Snapshot of a session: everything a front end's screen is a function of."""

from __future__ import annotations

from collections.abc import Mapping

from smoke_tui.config.session_config import STACK_URL, SessionConfig
from smoke_tui.failure_codes.code import NextAction
from smoke_tui.failure_codes.table import CODES
from smoke_tui.journal.state import OpenQuestion, State, StepState, TypicalDuration
from smoke_tui.journal.verdict import chosen
from smoke_tui.outcomes import BAD_OUTCOMES
from smoke_tui.presentation.format import one_line
from smoke_tui.regex import regex
from smoke_tui.runbook.model import Runbook, Step
from smoke_tui.runbook.templates import fill
from smoke_tui.structs import Struct, field

_NUMBER = regex(r"^\d+[.)]\s+")


def name_of(step: Step) -> str:
    """Return a step's title on one line, without its number."""
    return one_line(_NUMBER.sub("", step.title), 80)


def next_actions(snapshot: Snapshot) -> tuple[NextAction, ...]:
    """Return what the operator can do next about the code of the shown step."""
    code = CODES.get(snapshot.of(snapshot.shown).code or "")
    return code.next_actions if code is not None else ()


class Snapshot(Struct, frozen=True):
    """A session at one moment, for drawing once. `viewed` is the step that the operator chose.

    `state` is the front end's own fold and moves on with the next event: copying it ten times a
    second would cost more than drawing. Nobody keeps a snapshot beyond the drawing.
    """

    runbook: Runbook
    state: State
    elapsed: int
    viewed: str | None = None
    hints: Mapping[int, str] = field(default_factory=dict)
    run_all: bool = False
    leaving: bool = False
    fault: str | None = None
    folder: str = ""
    can_copy: bool = False
    ended: bool = False
    typical: Mapping[str, TypicalDuration] = field(default_factory=dict)
    unmet_guards: Mapping[str, str] = field(default_factory=dict)

    @property
    def config(self) -> SessionConfig:
        """The settings of the program that runs the session, or ran it last."""
        return self.state.config

    @property
    def rehearsed(self) -> bool:
        """Whether the session is a rehearsal."""
        return self.state.world == "rehearsed"

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that were chosen to run."""
        return chosen(self.runbook, self.state)

    @property
    def question(self) -> OpenQuestion | None:
        """The newest open question."""
        open_ones = self.state.questions
        return open_ones[max(open_ones)] if open_ones else None

    @property
    def hint(self) -> str | None:
        """What a rehearsal's page says to the newest question; None: nothing, or not yet."""
        question = self.question
        return self.hints.get(question.seq) if question is not None else None

    @property
    def running(self) -> StepState | None:
        """The running step."""
        return next((s for s in self.state.steps.values() if s.running), None)

    @property
    def waiting(self) -> StepState | None:
        """The step that waits for its next try."""
        step_states = self.state.steps.values()
        return next((s for s in step_states if s.pending == "retry" and s.delay), None)

    @property
    def stoppable(self) -> StepState | None:
        """The step that runs or waits for its next try."""
        return self.running or self.waiting

    @property
    def next_step(self) -> str | None:
        """The step that the engine asks to start."""
        question = self.question
        if question is not None and question.body.question == "begin":
            return str(question.body.about["step"])
        return None

    @property
    def failed(self) -> StepState | None:
        """The step that ended last, if it failed and nothing has started since."""
        if self.running is not None:
            return None
        last = self._last
        return last if last is not None and last.outcome in BAD_OUTCOMES else None

    @property
    def _last(self) -> StepState | None:
        """The step that ended last."""
        ended = [s for s in self.state.steps.values() if s.finished_seq is not None]
        return max(ended, key=lambda s: s.finished_seq or 0, default=None)

    @property
    def shown(self) -> Step:
        """The step whose briefing is shown."""
        for step_id in self._candidates():
            if step_id is not None:
                return self.runbook.step(step_id)
        return self.runbook.steps[0]

    def _candidates(self) -> tuple[str | None, ...]:
        failed, running, last = self.failed, self.running, self._last
        asked = self.next_step
        # A resumed session asks for another step first, such as a login.
        waits = asked is None
        between = next((s.id for s in self.state.steps.values() if waits and s.pending), None)
        return (
            self.viewed,
            running.id if running else None,
            between,
            failed.id if failed else None,
            asked,
            self._worst(),
            last.id if last else None,
            self.state.order[-1] if self.state.order else None,
        )

    def _worst(self) -> str | None:
        return next((s.id for s in self.state.steps.values() if s.outcome in BAD_OUTCOMES), None)

    def prose(self, step: Step) -> str:
        """Return a step's prose, the stack's usual address as the one of this session."""
        url = self.config.stack_url
        return step.prose.replace(STACK_URL, url) if url else step.prose

    def fill(self, text: str) -> str:
        """Fill a template with the values known by now; other placeholders stay."""
        config = self.config
        values = {
            "stack_url": config.stack_url,
            "project": config.project,
            "model": self._model(),
            **self.state.captured,
        }
        return fill(text, values)

    def _model(self) -> str:
        """The model of the last call, else the configured one."""
        asked = [
            attempt
            for step_state in self.state.steps.values()
            for attempt in step_state.tries
            if attempt.observed.value("model_asked")
        ]
        if asked:
            return str(max(asked, key=lambda attempt: attempt.seq).observed.value("model_asked"))
        named = self.config.model or self.config.runbook_model
        return str(named or "the model of your choice")

    def of(self, step: Step) -> StepState:
        """Return the state of a step; an empty one if it was never tried."""
        return self.state.steps.get(step.id) or StepState(step.id)

    def mark(self, step: Step) -> str:
        """Return the key of `MARKS` for a step."""
        step_state = self.of(step)
        question = self.question
        asked = question is not None and question.body.question != "finish"
        if step_state.running:
            return "asking" if asked and question and question.step == step.id else "running"
        if step_state.pending is not None:
            return "between"
        if step_state.outcome is not None:
            return str(step_state.outcome.value)
        return "asking" if self.next_step == step.id else "not-run"

    def number(self, step: Step) -> str:
        """Return a step's number, F for a fallback."""
        if step.fallback:
            return "F"
        return str([s.id for s in self.steps if not s.fallback].index(step.id) + 1)
