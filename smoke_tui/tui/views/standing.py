"""The verdict bar: what is happening, since when, what is needed, and the keys that give it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from textual.content import Content

from smoke_tui.journal.events import Event
from smoke_tui.journal.verdict import verdict
from smoke_tui.report.markdown import SENTENCES
from smoke_tui.tui.asks import Choice, choices
from smoke_tui.tui.glyphs import MARKS, MUTED, WARN
from smoke_tui.tui.scene import Scene
from smoke_tui.tui.views.keys import Keys
from smoke_tui.tui.views.rail import name_of
from smoke_tui.tui.words import clock, foreign, one_line


@dataclass(frozen=True, slots=True)
class Standing:
    """The bar's title, text and keys, and whether it waits for the operator."""

    title: str
    text: Content
    keys: Keys
    needs_you: bool


def standing(scene: Scene) -> Standing:
    """What the operator has to know now."""
    question = scene.question
    if scene.fault is not None:
        return _bar("Broken", [Content.styled(foreign(scene.fault).plain, "$text-error")],
                    [("enter", "what was recorded", "proceed")], True)
    if scene.leaving:
        return _bar("Ending", [Content("Stopping what the session started …")], [], False)
    if scene.state.closed is not None and scene.ended:
        mark = MARKS[scene.state.closed.data["verdict"]]
        return _bar("Closed", [Content.styled(f"{mark.glyph} {mark.word}", f"{mark.style} bold")],
                    [("enter", "the report", "proceed")], True)
    if question is None:
        return _working(scene)
    rows = [row for row in _FORMS.get(question.data["kind"], _plain)(scene, question) if row]
    keys = [(c.shown_key, c.label, c.key) for c in _once(choices(scene))]
    since = clock(scene.elapsed - question.ms)
    title = f"Your turn · {since}" if scene.elapsed - question.ms >= 1000 else "Your turn"
    return _bar(title, rows, keys, True)


def _bar(title: str, rows: list[Content], keys: Keys, you: bool) -> Standing:
    return Standing(title, Content("\n").join(rows), keys, you)


def _once(found: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Two keys for one thing are shown once, and so is the second key of the spending modal."""
    seen: dict[str, Choice] = {}
    for choice in found:
        seen.setdefault(choice.label, choice)
    return tuple(seen.values())


def _working(scene: Scene) -> Standing:
    running = scene.running
    if running is None:
        return _bar("Working", [Content("Working out the next step …")], [], False)
    step = scene.runbook.step(running.id)
    since = clock(scene.elapsed - running.tries[-1].started)
    mark = MARKS["running"]
    rows = [Content.assemble((f"{mark.glyph} Running ", mark.style), f"{since}  ",
                             (name_of(step), "bold"))]
    return _bar(f"Running · {since}", rows, [("s", "stop this step", "s")], False)


def _last(scene: Scene) -> Content | None:
    """The step that just ended badly; what it means stands in the briefing."""
    failed = scene.failed
    if failed is None or failed.outcome is None:
        return None
    mark = MARKS[failed.outcome.value]
    code = f": {failed.code}" if failed.code else ""
    return Content.styled(f"{mark.glyph} {one_line(failed.id, 40)} {mark.word}{code}", mark.style)


Rows = list[Content | None]


def _begin(scene: Scene, question: Event) -> Rows:
    step = scene.runbook.step(question.data["data"]["step"])
    proof = " (a proof: it can't be waived away)" if step.proof else ""
    after = "Go on with " if scene.failed else "Next: "
    return [_last(scene), Content.assemble(after, foreign(one_line(step.title), "bold"), "?",
                                           (proof, MUTED))]


def _spend(scene: Scene, question: Event) -> Rows:
    return [Content.assemble((one_line(question.data["text"]), WARN),
                             f"  {spend_line(scene, question)}")]


def spend_line(scene: Scene, question: Event) -> str:
    """Model, where it goes, and the count of calls."""
    data: Mapping[str, Any] = question.data["data"]
    step = scene.runbook.step(question.step or "")
    cap = step.spend.max_calls if step.spend is not None else None
    made = scene.of(step).calls
    through = scene.fill(str(data.get("host") or data.get("url") or "?"))
    via = f" through {data['through']}" if data.get("through") else ""
    most = f" of at most {cap}" if cap is not None else ""
    return one_line(f"{data.get('model')} at {through}{via}; call {made + 1}{most}", 300)


def _callback(scene: Scene, question: Event) -> Rows:
    data = question.data["data"]
    if data.get("problem"):
        opened = f"The sign-in page could not be opened: {one_line(data['problem'])}."
    else:
        opened = "The sign-in page was opened in your browser."
    port = None if data.get("listening") else Content.styled(
        f"The sign-in can't come back by itself ({one_line(data.get('busy') or 'port taken')}): "
        "paste the address it ends at.", WARN)
    return [Content.assemble((opened, WARN if data.get("problem") else ""),
                             " Sign in there; nothing more is needed when it comes back."), port]


def _tick(scene: Scene, question: Event) -> Rows:
    how = question.data["data"].get("how")
    rows: Rows = [Content.assemble(
        "Fill in the page", (f"; the credential: {one_line(how)}" if how else "", MUTED))]
    for label, value, state in fields(scene, question):
        glyph = {"done": "☑", "now": "▶", "later": "☐"}[state]
        style = {"done": MUTED, "now": "bold", "later": ""}[state]
        rows.append(Content.styled(f" {glyph} {label}: {value}", style))
    return rows


def fields(scene: Scene, question: Event) -> list[tuple[str, str, str]]:
    """The fields of a hand-over: label, value, and done, now or later."""
    asked = [e for e in scene.state.requests.values()
             if e.data["port"] == "operator" and e.data["kind"] == "tick"
             and e.step == question.step and e.n == question.n]
    rows = [(one_line(e.data["data"]["label"], 60), one_line(e.data["data"]["value"], 120),
             "now" if e.seq == question.seq else "done") for e in asked]
    step = scene.runbook.step(question.step or "")
    for known in tuple(step.fields.get("fields") or ())[len(rows):]:
        value = one_line(scene.fill(known["value"]), 120)
        rows.append((one_line(known["label"], 60), value, "later"))
    return rows


def _confirm(scene: Scene, question: Event) -> Rows:
    hint = scene.hints.get("confirm")
    seen = f"The rehearsal's page says: {one_line(hint, 300)}" if hint else None
    return [foreign(question.data["text"], "bold"),
            Content.styled(seen, MUTED) if seen else None,
            Content("Is that so?")]


def _attest(scene: Scene, question: Event) -> Rows:
    rows: Rows = [foreign(question.data["text"], "bold")]
    for line in question.data["data"].get("evidence", ()):
        rows.append(Content.assemble((f" {one_line(line[0], 40)}: ", MUTED),
                                     f"{one_line(line[1], 120)} "
                                     f"(says {one_line(line[2], 60)})"))
    return rows


def _instructions(scene: Scene, question: Event) -> Rows:
    data = question.data["data"]
    variable, captured = data.get("variable"), data.get("captured")
    caller = next((e for e in reversed(scene.state.branches)), None)
    why = (f"{one_line(caller.step or '')} was rejected ({one_line(caller.data['code'])}). "
           if caller is not None else "")
    into = f" They go into {one_line(variable)} for this session." if variable else ""
    has = (f"The installed Codex CLI sends a text of {captured.get('chars', '?')} characters."
           if isinstance(captured, Mapping) else None)
    return [Content.assemble((why, WARN), foreign(question.data["text"], "bold"),
                             f": which file has them?{into}"), Content(has) if has else None]


def _plain(scene: Scene, question: Event) -> Rows:
    return [foreign(question.data["text"], "bold")]


def _finish(scene: Scene, question: Event) -> Rows:
    result = verdict(scene.runbook, scene.state)
    mark = MARKS[result.value]
    left = any(scene.mark(step) == "not-run" for step in scene.steps if not step.fallback)
    walked = "Nothing else can be run. " if left else "Every step has been walked. "
    return [_last(scene), Content.assemble(
        walked, (f"{mark.glyph} {mark.word}", f"{mark.style} bold"),
        f": {SENTENCES[result]}.")]


_FORMS: Final[Mapping[str, Callable[[Scene, Event], Rows]]] = {
    "begin": _begin, "spend": _spend, "callback": _callback, "tick": _tick, "confirm": _confirm,
    "attest": _attest, "instructions": _instructions, "finish": _finish,
}
