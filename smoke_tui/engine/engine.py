"""The engine: performs what `plan` says, and writes down what came of it."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from pathlib import PurePath

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.engine.accounts import of_another_account
from smoke_tui.engine.amend import amend
from smoke_tui.engine.broken_off import settle_broken_off
from smoke_tui.engine.budget import over_budget, uncapped
from smoke_tui.engine.calls import earlier_calls, last_model, refused_models
from smoke_tui.engine.end_reasons import INTERRUPTED, PROOF_STAYS
from smoke_tui.engine.pass_inputs import made_otherwise
from smoke_tui.engine.plan import (
    Action,
    Amend,
    Begin,
    Block,
    Close,
    Finish,
    Settle,
    all_needs,
    dead_need,
    plan,
)
from smoke_tui.engine.record import record_decision, record_outcome, settle, waived_by
from smoke_tui.engine.resource_monitor import ResourceMonitor
from smoke_tui.engine.rules import judge
from smoke_tui.files import StorageError
from smoke_tui.journal.events.codec import observed_of
from smoke_tui.journal.events.decisions import (
    ResourceLost,
    SessionClosed,
    StepFinished,
    TryFinished,
    TryStarted,
    Undone,
)
from smoke_tui.journal.events.event import Event
from smoke_tui.journal.events.facts import Faulted
from smoke_tui.journal.fold import apply
from smoke_tui.journal.state import State
from smoke_tui.journal.stream import EventStream, Fact, IncomingFact
from smoke_tui.journal.verdict import verdict
from smoke_tui.outcomes import Outcome, Verdict
from smoke_tui.runbook.kinds import KINDS
from smoke_tui.runbook.model import Runbook, Step, limit_of
from smoke_tui.runbook.parser.commands import every_command
from smoke_tui.world.context import Attempt, StepContext, recorded_answer
from smoke_tui.world.conversation import TimeLimit, World
from smoke_tui.world.requests.operator import Question
from smoke_tui.world.resources import SessionResources, StepError
from smoke_tui.world.result import Result, words_of

Behaviour = Callable[[StepContext], Awaitable[Result]]


class Engine:
    """Walks one session from where its state is to its end.

    Runs on its own event loop. `state` is the fold of everything recorded so far; fronts must
    fold for themselves.
    """

    def __init__(
        self,
        runbook: Runbook,
        config: SessionConfig,
        stream: EventStream,
        world: World,
        state: State,
        behave: Behaviour,
    ) -> None:
        self.runbook = runbook
        self.config = config
        self.state = state
        self.resources = _resources_of(state)
        self._stream = stream
        self._world = world
        self._behave = behave
        self._interrupt: asyncio.Future[str] | None = None
        self._running: str | None = None
        self._asked_to_finish = False
        self._monitor = ResourceMonitor(self.resources, self._gone)
        stream.route(None, self._unsolicited)

    async def run(self) -> Verdict:
        """Walk to the end and return the verdict; resources are stopped, the journal closed."""
        settle_broken_off(self.runbook, self.state, self._stream)
        self._undo()
        while True:
            action = plan(self.runbook, self.state, asked_to_finish=self._asked_to_finish)
            if isinstance(action, Close):
                break
            if isinstance(action, Amend):
                amend(self.runbook, self.state, action.step, self._stream)
                continue
            await self._perform(action)
        await self._monitor.stop_all(
            lambda name: self._context(self.runbook.step(self.state.resources[name].step), 0)
        )
        result = verdict(self.runbook, self.state)
        self._stream.decide(
            SessionClosed(
                result,
                {s.id: s.outcome.value for s in self.state.steps.values() if s.outcome},
                self.state.cancelled,
                sum(s.calls for s in self.state.steps.values()),
                self.state.commands_agreed,
            )
        )
        return result

    # --- performing -----------------------------------------------------------------------

    async def _perform(self, action: Action) -> None:
        match action:
            case Begin():
                await self._begin(action)
            case Settle(step_id):
                settle(self.state, step_id, self._stream)
            case Block(step_id, resource):
                record_outcome(
                    self._stream,
                    step_id,
                    None,
                    StepFinished(
                        Outcome.BLOCKED,
                        "service-died",
                        f"{resource}, which this step needs, is no longer running.",
                    ),
                )
            case Finish():
                self._asked_to_finish = True
                answer = await self._ask_about(
                    self.runbook.steps[-1],
                    Question(
                        "finish",
                        "Every step has been walked.",
                        {"verdict": verdict(self.runbook, self.state).value},
                    ),
                )
                if answer.do == Verb.AGAIN:
                    self._asked_to_finish = False
            case Amend() | Close():
                raise AssertionError("amending and closing are not performed")

    async def _ask_about(self, step: Step, question: Question) -> Answer:
        """Ask between tries; a cancel counts as stop."""
        n = len(self.state.step(step.id).tries) + 1
        context = self._context(step, n)
        self._interrupt = asyncio.get_running_loop().create_future()
        conversation = context.open(question)
        try:
            first: tuple[int, Fact | str] = await context.first(
                conversation.next(), _wait(self._interrupt)
            )
            fact = first[1]
            if isinstance(fact, str):
                return Answer(Verb.STOP)
            conversation.done()
            return recorded_answer(fact)
        finally:
            self._interrupt = None
            if conversation.open:
                conversation.release()

    def _context(self, step: Step, n: int, cause: str = "walk") -> StepContext:
        tries = self.state.step(step.id).tries
        attempt = Attempt(
            step,
            n,
            cause,
            self.state.session,
            self.runbook.id,
            PurePath(self.runbook.path).name,
            tries[-1].code if tries else None,
            refused_models(self.state),
            earlier_calls(self.state),
        )
        return StepContext(
            self._stream, self._world, self.config, self.resources, attempt, self._check_cap
        )

    async def _begin(self, action: Begin) -> None:
        step = self.runbook.step(action.step)
        n = len(self.state.step(step.id).tries) + 1
        if action.delay and not await self._pause(step, n, action.delay):
            return
        if action.cause in ("walk", "again"):
            answer = await self._ask_about(
                step,
                Question(
                    "begin", step.title, {"step": step.id, "kind": step.kind, "proof": step.proof}
                ),
            )
            if answer.do == Verb.WAIVE and step.proof:
                record_outcome(
                    self._stream,
                    step.id,
                    None,
                    StepFinished(Outcome.BLOCKED, "operator-declined", PROOF_STAYS),
                )
            elif answer.do == Verb.WAIVE:
                record_outcome(self._stream, step.id, None, waived_by(answer))
            if answer.do != Verb.RUN:
                return
            dead = dead_need(self.runbook, self.state, step)
            if dead is not None:
                await self._perform(Block(step.id, dead.name))
                return
        if not await self._agreed(step):
            return
        context = self._context(step, n, action.cause)
        context.decide(TryStarted(action.cause, action.caller, step.kind, step.title))
        self._running = step.id
        try:
            result = await self._attempt(context)
        finally:
            self._running = None
            context.release_all()
            self._monitor.watch_over(step.id)
        observed = observed_of(result.observed)
        context.decide(TryFinished(result.code, result.summary, result.error, observed))
        tried = self.state.step(step.id)
        bounds = {each.id: each.retry_max for each in self.runbook.steps if each.fallback}
        decision = judge(step, result, tried, self.config.origin, bounds)
        record_decision(self._stream, tried, n, decision, result.summary)
        self._undo()

    def _undo(self) -> None:
        """What was done with another account's credential, or with other values, is not proven."""
        undone = of_another_account(self.runbook, self.state)
        if undone:
            self._stream.decide(Undone(tuple(undone), "another account"))
        changed = made_otherwise(self.runbook, self.state)
        if changed:
            self._stream.decide(Undone(tuple(changed), "another value", changed))

    async def _agreed(self, step: Step) -> bool:
        """Whether the step's commands may run; asked once, where the runbook is new here."""
        if not every_command(step) or self.config.consent or self.state.commands_agreed:
            self.resources.may_run = True
            return True
        answer = await self._ask_about(
            step,
            Question(
                "commands",
                "This runbook, as it stands now, has not run on this machine before. Its "
                "commands run in the checkout, as you. Run them?",
                {
                    "cwd": self.config.project,
                    "commands": [
                        {
                            "step": each.id,
                            "argv": command.text,
                            "shell": command.shell,
                            "line": command.line,
                        }
                        for each in self.runbook.steps
                        for command in every_command(each)
                    ],
                },
            ),
        )
        if answer.do == Verb.YES:
            self.resources.may_run = True
            return True
        record_outcome(
            self._stream,
            step.id,
            None,
            StepFinished(
                Outcome.BLOCKED,
                "operator-declined",
                answer.words or "The runbook's commands were not to be run.",
            ),
        )
        return False

    async def _pause(self, step: Step, n: int, seconds: float) -> bool:
        """Wait before a retry; False where the operator stopped it, and with it the step."""
        context = self._context(step, n)
        self._interrupt = asyncio.get_running_loop().create_future()
        timer = context.deadline(seconds)
        try:
            first: tuple[int, Fact | str] = await context.first(
                timer.next(), _wait(self._interrupt)
            )
        finally:
            self._interrupt = None
        code = first[1]
        if not isinstance(code, str):
            timer.done()
            return True
        timer.release()
        record_outcome(
            self._stream, step.id, n - 1, StepFinished(Outcome.BLOCKED, code, INTERRUPTED[code])
        )
        return False

    async def _attempt(self, context: StepContext) -> Result:
        """Run a step's guards and behaviour under its time limit, stoppable at any moment."""
        self._interrupt = asyncio.get_running_loop().create_future()
        step = context.step
        limit = limit_of(step)
        limit = limit * self.config.patience if limit else None
        context.limit = TimeLimit(context, limit) if limit else None
        waits: list[Awaitable[Result | str | None]] = [
            self._behave(context),
            _wait(self._interrupt),
        ]
        if context.limit is not None:
            waits.append(asyncio.shield(context.limit.expired))
        try:
            _, value = await context.first(*waits)
        except StepError as end:
            return Result(end.code, end.summary, end.observed)
        except StorageError:
            raise
        except Exception as error:
            # Our own bug ends the step, not the session; the trace has no local variables.
            trace = "".join(traceback.format_exception(error))
            self._stream.post(IncomingFact(Faulted(trace), step.id, context.n))
            return Result(None, words_of(error), error=True)
        finally:
            self._interrupt = None
            if context.limit is not None:
                context.limit.close()
                context.limit = None
        if isinstance(value, Result):
            return value
        if isinstance(value, str):
            return Result(value, INTERRUPTED[value])
        return Result(
            KINDS[step.kind].timeout_code,
            f"The step's limit of {limit:g} s was up.",
        )

    def _check_cap(self, step: Step, kind: str, worst_usd: str | None) -> None:
        """Refuse a call that could go over a cap of the step or the session's budget."""
        refusal = uncapped(step, kind) or over_budget(
            self.runbook, step, self.state, kind, worst_usd
        )
        if refusal is not None:
            raise StepError("over-budget", refusal)

    # --- what comes from outside ----------------------------------------------------------

    def _unsolicited(self, fact: Fact) -> None:
        if fact.event.kind == "cancelled" and self._interrupt and not self._interrupt.done():
            self._interrupt.set_result("interrupted")

    def _gone(self, step_id: str) -> None:
        """What a step has left is gone: what hangs on it is stopped."""
        if not self.state.resources[step_id].alive:
            return
        self._stream.decide(ResourceLost(step_id), step=step_id)
        running = self._running
        if running is None or self._interrupt is None or self._interrupt.done():
            return
        if step_id in all_needs(self.runbook, self.runbook.step(running)):
            self._interrupt.set_result("service-died")

    def watch(self, event: Event) -> None:
        """Keep the state up; called for every recorded event, before anybody else."""
        apply(self.state, event)


async def _wait(future: asyncio.Future[str]) -> str:
    return await asyncio.shield(future)


def _resources_of(state: State) -> SessionResources:
    """What a resumed session still has: values, never secrets, children or a bundle."""
    handed = any(
        step_state.kind == "handover" and step_state.tries for step_state in state.steps.values()
    )
    return SessionResources(
        values=dict(state.captured),
        handed_over=handed,
        account=state.account,
        model=last_model(state),
    )
