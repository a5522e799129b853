"""The briefing: what a step does, costs, needs and has to show, before it is begun."""

from __future__ import annotations

from textual.content import Content

from smoke_tui.outcomes import Outcome
from smoke_tui.presentation.failure import failure
from smoke_tui.presentation.format import one_line
from smoke_tui.presentation.live.briefing import facts_of
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.prose import plain_prose
from smoke_tui.runbook.model import Step
from smoke_tui.tui.render.content import foreign, labelled, lines, toned
from smoke_tui.tui.theme import STYLES


def briefing(scene: Snapshot, width: int) -> Content:
    """The shown step: first what went wrong, where something did, then what it is."""
    step = scene.shown
    known = scene.of(step)
    mark = MARKS[scene.mark(step)]
    style = STYLES[mark.tone]
    rows = [
        Content.assemble(
            (f"{mark.glyph} ", style), foreign(step.title, "bold"), (f"  {mark.word}", style)
        )
    ]
    bad = _failure(scene, step, width)
    if bad is not None:
        rows += [bad, Content("")]
    elif known.outcome is Outcome.WAIVED:
        who = one_line(known.by or "operator")
        rows.append(
            labelled("Waived", Content(f"by {who}: {one_line(known.reason or 'no reason')}"), width)
        )
    elif known.outcome is not None and known.summary:
        rows.append(labelled("Seen", Content(one_line(known.summary, 400)), width))
    if step.prose.strip():
        rows.append(foreign(plain_prose(step.prose)))
    rows += [labelled(label, toned(told), width) for label, told in facts_of(scene, step)]
    return Content("\n").join(rows)


def _failure(scene: Snapshot, step: Step, width: int) -> Content | None:
    """The block for a step whose outcome is bad; None for any other."""
    bad = failure(scene, step)
    if bad is None:
        return None
    style = STYLES[MARKS[str(scene.of(step).outcome)].tone]
    return lines(
        Content.styled(bad.what, style),
        *(labelled(label, Content(text), width) for label, text in bad.facts),
    )
