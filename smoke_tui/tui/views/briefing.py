"""The briefing: what a step does, costs, needs and has to show, before it is begun."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from textual.content import Content

from smoke_tui.journal.fold import StepState
from smoke_tui.outcomes import Outcome
from smoke_tui.runbook.model import Condition, Ready, Step
from smoke_tui.tui.glyphs import MARKS
from smoke_tui.tui.scene import Scene
from smoke_tui.tui.views.failure import failure
from smoke_tui.tui.views.prose import plain_prose
from smoke_tui.tui.words import count, foreign, labelled, one_line

_EFFECTS = {"none": "changes nothing", "local": "changes things on this machine",
            "spends": "makes calls that count against the subscription"}


def briefing(scene: Scene, width: int) -> Content:
    """The shown step: first what went wrong, where something did, then what it is."""
    step = scene.shown
    known = scene.of(step)
    mark = MARKS[scene.mark(step)]
    rows = [Content.assemble((f"{mark.glyph} ", mark.style), foreign(step.title, "bold"),
                             (f"  {mark.word}", mark.style))]
    bad = failure(scene, step, width)
    if bad is not None:
        rows += [bad, Content("")]
    elif known.outcome is Outcome.WAIVED:
        who = one_line(known.by or "operator")
        rows.append(labelled("Waived", Content(
            f"by {who}: {one_line(known.reason or 'no reason')}"), width))
    elif known.outcome is not None and known.summary:
        rows.append(labelled("Seen", Content(one_line(known.summary, 400)), width))
    if step.prose.strip():
        rows.append(foreign(plain_prose(step.prose)))
    rows += [labelled(label, value if isinstance(value, Content) else Content(value), width)
             for label, value in _facts(scene, step, known)]
    return Content("\n").join(rows)


def _facts(
    scene: Scene, step: Step, known: StepState
) -> Iterator[tuple[str, str | Content]]:
    effects = _EFFECTS.get(step.effects, one_line(step.effects))
    yield "Does", f"{effects}{_cap(step, known)}"
    if step.needs:
        yield "Needs", _needs(scene, step)
    for guard in step.guards:
        yield "Guard", f"{guard.test} {one_line(guard.value)}: {one_line(guard.why)}"
    for wanted in _expects(scene, step):
        yield "Expects", wanted
    limit = _limit(scene, step)
    if limit:
        yield "Limit", limit
    if step.set_env:
        yield "Sets", one_line(step.set_env)
    for rule in step.rules:
        when = " and ".join(condition(c) for c in rule.match.conditions)
        then = f"goes to {rule.goto}" if rule.goto else f"counts as {rule.outcome}"
        yield "Rule", f"{when}: {one_line(then)}"
    for command in step.commands:
        yield "Runs", foreign(f"$ {command.text.strip()}", "bold")
    yield "Same as", Content.styled(headless(scene, step), "$text-accent")


def _cap(step: Step, known: StepState) -> str:
    if step.spend is None:
        return ""
    if step.spend.max_calls is not None:
        return f"; at most {count(step.spend.max_calls, 'call')}, {known.calls} made"
    return f"; at most {step.spend.max_usd} US dollars"


def _needs(scene: Scene, step: Step) -> Content:
    parts = []
    for need in step.needs:
        mark = MARKS[scene.mark(scene.runbook.step(need))]
        parts.append(Content.styled(f"{mark.glyph} {one_line(need)}", mark.style))
    return Content(", ").join(parts)


def _expects(scene: Scene, step: Step) -> Iterator[str]:
    for match in step.expect:
        yield " and ".join(condition(c) for c in match.conditions)
    ready = step.fields.get("ready")
    if isinstance(ready, Ready):
        probe = ready.http or ready.tcp or ready.line
        yield f"ready when {one_line(scene.fill(str(probe)))} answers"


def condition(wanted: Condition) -> str:
    """One condition of the match language in words."""
    if wanted.word == "json":
        return one_line(f"{wanted.value} {wanted.test} {wanted.operand}")
    value = wanted.value
    if isinstance(value, list | tuple):
        value = " or ".join(str(item) for item in value)
    return one_line(f"{wanted.word} is {value}")


def _limit(scene: Scene, step: Step) -> str:
    ready = step.fields.get("ready")
    seconds = step.timeout or (ready.timeout if isinstance(ready, Ready) else None)
    if not seconds:
        return ""
    patience = float(scene.config.get("patience", 1.0))
    shorter = "" if patience == 1 else f" (in a rehearsal; {seconds:g} s for real)"
    return f"{seconds * patience:g} s{shorter}, without the time you take to answer"


def headless(scene: Scene, step: Step) -> str:
    """The command that does the same without the app."""
    words = ["smoke-tui", "--check", scene.runbook.id]
    if scene.rehearsed:
        words += ["--rehearse", "--scenario", str(scene.config.get("scenario"))]
    else:
        words += ["--live", "--origin", str(scene.config.get("origin", "unknown"))]
    if not step.fallback:
        words += ["--only", step.id]
    return one_line(shlex.join(words), 300)
