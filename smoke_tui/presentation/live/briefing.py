"""A step's briefing: what it does, costs, needs and has to show, as labelled texts."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from smoke_tui.presentation.conditions import conditions_text
from smoke_tui.presentation.format import inert, one_line
from smoke_tui.presentation.live.money import cap_text, made_text, pays
from smoke_tui.presentation.live.preflight import GUARD
from smoke_tui.presentation.live.progress import longest, usually
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.spans import Span, Text, row
from smoke_tui.runbook.model import Guard, Ready, Step, limit_of
from smoke_tui.runbook.rehearsing import Rehearsed, rehearsed_as

_EFFECTS = {
    "none": "changes nothing",
    "local": "changes things on this machine",
    "remote": "changes something elsewhere, and is never run again by itself",
    "spends": "makes a call that spends, and asks before each",
}


def facts_of(snapshot: Snapshot, step: Step) -> Iterator[tuple[str, Text]]:
    """Yield what the operator has to know before a step starts, each with its label."""
    yield "Does", row(_EFFECTS.get(step.effects, one_line(step.effects)))
    if step.spend is not None:
        cap, made = cap_text(step.spend), made_text(step, snapshot.of(step))
        yield "Pays", row(f"{pays(step)}; {cap}; {made}")
    if step.needs:
        yield "Needs", _needs(snapshot, step)
    for guard in step.guards:
        yield "Guard", _guard(snapshot, step, guard)
    for wanted in _expects(snapshot, step):
        yield "Expects", row(wanted)
    typical = usually(snapshot, step)
    if typical:
        yield "Takes", row(typical)
    limit = _limit(snapshot, step)
    if limit:
        yield "Limit", row(limit)
    if step.set_env:
        yield "Sets", row(one_line(step.set_env))
    for rule in step.rules:
        when = conditions_text(rule.match.conditions)
        then = f"goes to {rule.goto}" if rule.goto else f"counts as {rule.outcome}"
        yield "Rule", row(f"{when}: {one_line(then)}")
    if snapshot.rehearsed:
        way = rehearsed_as(step, in_own_folder=snapshot.config.in_own_folder)
        if way is not Rehearsed.AS_IT_IS:
            yield way.label, row((way.text, "warn"))
    for command in step.commands:
        yield "Runs", row((inert(f"$ {command.text.strip()}"), "strong"))
    yield "Same as", row((headless(snapshot, step), "accent"))


def _guard(snapshot: Snapshot, step: Step, guard: Guard) -> Text:
    """A guard, and whether it was met: at the step's last try, else at the preflight."""
    step_state = snapshot.of(step)
    text = f"{guard.test} {one_line(guard.value)}: {one_line(guard.why)}"
    tried = bool(step_state.tries)
    failed = step_state.code == GUARD
    unmet = step_state.summary if failed else "" if tried else snapshot.unmet_guards.get(step.id)
    if unmet and f"({guard.test} {guard.value}," in unmet:
        return row((f"{MARKS['fail'].glyph} not met  ", "warn"), text)
    met = tried and not failed and not step_state.running
    return row((f"{MARKS['pass'].glyph} met  ", "good"), text) if met else row(text)


def _needs(snapshot: Snapshot, step: Step) -> Text:
    text: list[str | Span] = []
    for need in step.needs:
        mark = MARKS[snapshot.mark(snapshot.runbook.step(need))]
        text += [", "] if text else []
        text.append(Span(f"{mark.glyph} {one_line(need)}", mark.tone))
    return text


def _expects(snapshot: Snapshot, step: Step) -> Iterator[str]:
    for match in step.expect:
        yield conditions_text(match.conditions)
    ready = step.fields.get("ready")
    if isinstance(ready, Ready):
        probe = ready.http or ready.tcp or ready.line
        yield f"ready when {one_line(snapshot.fill(str(probe)))} answers"


def _limit(snapshot: Snapshot, step: Step) -> str:
    here, declared = longest(snapshot, step), limit_of(step)
    if here is None:
        return ""
    shorter = "" if here == declared else f" (in a rehearsal; {declared:g} s for real)"
    return f"{here:g} s{shorter}, without the time you take to answer"


def headless(snapshot: Snapshot, step: Step) -> str:
    """Return the command that does the same without an operator."""
    argv = ["smoke-tui", "--check", snapshot.runbook.id]
    if snapshot.rehearsed:
        argv += ["--rehearse", "--scenario", str(snapshot.config.scenario)]
    else:
        argv += ["--live", "--origin", snapshot.config.origin]
    if not step.fallback:
        argv += ["--only", step.id]
    return one_line(shlex.join(argv), 300)
