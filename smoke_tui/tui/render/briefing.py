"""The briefing: what a step does, costs, needs and has to show, before it is begun."""

from __future__ import annotations

from textual.content import Content

from smoke_tui.outcomes import Outcome
from smoke_tui.presentation.failure import failure
from smoke_tui.presentation.format import one_line
from smoke_tui.presentation.live.briefing import facts_of
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.marks import MARKS
from smoke_tui.runbook.model import Step
from smoke_tui.tui.render.content import foreign, labelled, lines, toned
from smoke_tui.tui.render.markdown import markdown_content
from smoke_tui.tui.theme import STYLES


def briefing(snapshot: Snapshot, width: int) -> Content:
    """The shown step: first its failure, if it has one, then what it is."""
    step = snapshot.shown
    state = snapshot.of(step)
    mark = MARKS[snapshot.mark(step)]
    style = STYLES[mark.tone]
    rows = [
        Content.assemble(
            (f"{mark.glyph} ", style), foreign(step.title, "bold"), (f"  {mark.word}", style)
        )
    ]
    bad = _failure(snapshot, step, width)
    if bad is not None:
        rows += [bad, Content("")]
    elif state.outcome is Outcome.WAIVED:
        who = one_line(state.by or "operator")
        rows.append(
            labelled("Waived", Content(f"by {who}: {one_line(state.reason or 'no reason')}"), width)
        )
    elif state.outcome is not None and state.summary:
        rows.append(labelled("Seen", Content(one_line(state.summary, 400)), width))
    if step.prose.strip():
        rows += [markdown_content(snapshot.prose(step), width), Content("")]
    rows += [labelled(label, toned(fact), width) for label, fact in facts_of(snapshot, step)]
    return Content("\n").join(rows)


def _failure(snapshot: Snapshot, step: Step, width: int) -> Content | None:
    """The block for a step whose outcome is bad; None for any other."""
    bad = failure(snapshot, step)
    if bad is None:
        return None
    style = STYLES[MARKS[str(snapshot.of(step).outcome)].tone]
    rows = [
        Content.styled(bad.what, style),
        *(labelled(label, Content(text), width) for label, text in bad.facts),
    ]
    if bad.printed is not None:
        rows.append(Content.styled(f"{bad.printed.head}:", STYLES["muted"]))
        rows += [Content(f"  {line}") for line in bad.printed.lines]
    return lines(*rows)
