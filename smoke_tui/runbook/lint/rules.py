"""Checks over all steps together: references, branches, spending, values.

Each check skips what is already known to be broken, so that one mistake is one finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from smoke_tui.runbook import templates
from smoke_tui.runbook.lint.comparisons import (
    check_behaviours,
    check_comparisons,
    check_expectations,
)
from smoke_tui.runbook.lint.diagnostics import LintCode, Reporter, did_you_mean
from smoke_tui.runbook.lint.termination import Node, endless_paths
from smoke_tui.runbook.model import StandIn
from smoke_tui.runbook.parser.drafts import Draft
from smoke_tui.runbook.schema.context import TemplateUse
from smoke_tui.runbook.schema.tables import joined
from smoke_tui.structs import Struct, field

MAX_STEPS: Final = 100


class Drafts(Struct):
    """All drafts in order; `unread_ids` are ids in blocks that could not be read as steps."""

    drafts: Sequence[Draft]
    unread_ids: frozenset[str] = frozenset()
    by_id: dict[str, Draft] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    _paths: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, draft in enumerate(self.drafts):
            if draft.id is not None and draft.id not in self.by_id:
                self.by_id[draft.id] = draft
                self.order[draft.id] = index

    def paths(self, start: str) -> dict[str, tuple[str, ...]]:
        """Every step that a step needs, directly or not, with the shortest path to it."""
        if start not in self._paths:
            paths: dict[str, tuple[str, ...]] = {start: (start,)}
            queue = [start]
            for current in queue:
                draft = self.by_id.get(current)
                for need in draft.fields["needs"] if draft is not None else ():
                    if need not in paths and need in self.by_id:
                        paths[need] = (*paths[current], need)
                        queue.append(need)
            self._paths[start] = paths
        return self._paths[start]

    def missing(self, name: str) -> bool:
        """Whether there is certainly no such step."""
        nameless = any(draft.id is None for draft in self.drafts)
        return name not in self.by_id and name not in self.unread_ids and not nameless


def lint(drafts: Drafts, reporter: Reporter) -> None:
    """Run every check; findings go to the reporter."""
    check_size(drafts, reporter)
    # Steps over the limit are skipped: the cost of checks grows faster than their number.
    ids_over_limit = {draft.id for draft in drafts.drafts[MAX_STEPS:] if draft.id is not None}
    drafts = Drafts(drafts.drafts[:MAX_STEPS], drafts.unread_ids | ids_over_limit)
    for check in CHECKS:
        check(drafts, reporter)


def _unknown(name: str, ids: Sequence[str]) -> str:
    hint = did_you_mean(name, ids)
    return f"no step '{name}'" + (hint or (f" (there are {', '.join(ids[:12])})" if ids else ""))


def check_ids(drafts: Drafts, reporter: Reporter) -> None:
    """No id is used twice."""
    for draft in drafts.drafts:
        first = drafts.by_id.get(draft.id or "")
        if first is not None and first is not draft:
            line = first.place(("id",))[0]
            message = f"the id '{draft.id}' is given twice (first on line {line})"
            reporter.add(LintCode.TWICE, draft.place(("id",), True), message)


def check_size(drafts: Drafts, reporter: Reporter) -> None:
    """The number of steps is limited."""
    if len(drafts.drafts) > MAX_STEPS:
        message = f"the runbook has {len(drafts.drafts)} steps; at most {MAX_STEPS} fit"
        reporter.add(LintCode.MANY_STEPS, (drafts.drafts[MAX_STEPS].section.line, 1), message)


def check_prose(drafts: Drafts, reporter: Reporter) -> None:
    """Every step has prose (a warning)."""
    for draft in drafts.drafts:
        if not draft.section.prose:
            message = f"the step '{draft.id or draft.section.title}' has no prose"
            reporter.add(LintCode.NO_PROSE, (draft.section.line, 1), message)


def check_needs(drafts: Drafts, reporter: Reporter) -> None:
    """Needs name earlier steps that are no fallbacks, without cycles."""
    ids = list(drafts.by_id)
    reported_cycles: set[frozenset[str]] = set()
    for index, draft in enumerate(drafts.drafts):
        for number, need in enumerate(draft.fields["needs"]):
            place = draft.place(("needs", number), True)
            target = drafts.by_id.get(need)
            if target is None:
                if drafts.missing(need):
                    reporter.add(LintCode.NEEDS_NOBODY, place, f"needs: {_unknown(need, ids)}")
            elif drafts.order[need] >= index:
                return_path = drafts.paths(need).get(draft.id or "")
                if return_path is None:
                    message = f"needs: '{need}' comes later, on line {target.section.line}"
                    reporter.add(LintCode.NEEDS_LATER, place, message)
                elif frozenset(return_path) not in reported_cycles:
                    reported_cycles.add(frozenset(return_path))
                    cycle = " → ".join((return_path[-1], *return_path))
                    reporter.add(LintCode.NEEDS_LOOP, place, f"steps need each other: {cycle}")
            elif target.fields["fallback"] and target.reliable("fallback"):
                message = f"needs: '{need}' is a fallback, which usually never runs"
                reporter.add(LintCode.NEEDS_FALLBACK, place, message)


def check_gotos(drafts: Drafts, reporter: Reporter) -> None:
    """Gotos name fallbacks, and every fallback is reachable."""
    fallbacks = [name for name, draft in drafts.by_id.items() if draft.fields["fallback"]]
    reached = set()
    for draft in drafts.drafts:
        for rule in draft.fields["on"]:
            if rule.goto is None:
                continue
            reached.add(rule.goto)
            place = draft.place(("on", rule.index - 1, "goto"), True)
            target = drafts.by_id.get(rule.goto)
            if target is None:
                if drafts.missing(rule.goto):
                    message = f"goto: {_unknown(rule.goto, fallbacks)}"
                    reporter.add(LintCode.GOTO_NOBODY, place, message)
            elif target.reliable("fallback") and not target.fields["fallback"]:
                message = f"goto: the step '{rule.goto}' is no fallback"
                reporter.add(LintCode.GOTO_STEP, place, message)
    if all(draft.reliable("on") for draft in drafts.drafts) and not drafts.unread_ids:
        for name in fallbacks:
            if name not in reached:
                draft = drafts.by_id[name]
                message = f"no rule goes to the fallback '{name}'"
                reporter.add(LintCode.UNREACHED, draft.place(("fallback",)), message)


def check_paths(drafts: Drafts, reporter: Reporter) -> None:
    """Every path through the fallbacks ends."""
    nodes = {}
    for name, draft in drafts.by_id.items():
        retry = draft.fields["retry"]
        targets = (rule.goto for rule in draft.fields["on"] if rule.goto is not None)
        gotos = tuple(
            dict.fromkeys(
                t for t in targets if t in drafts.by_id and drafts.by_id[t].fields["fallback"]
            )
        )
        nodes[name] = Node(gotos, retry["max"] if retry else 0)
    for path in endless_paths(nodes):
        draft = drafts.by_id[path.steps[-2] if path.is_cycle else path.start]
        back = path.start if path.is_cycle else None
        rule = next(r for r in draft.fields["on"] if r.goto is not None and back in (None, r.goto))
        problem = "goes round in a circle" if path.is_cycle else "takes more tries than the bound"
        message = f"a walk that {problem}: {' → '.join(path.steps)}"
        reporter.add(LintCode.ENDLESS, draft.place(("on", rule.index - 1, "goto"), True), message)


def check_fallbacks(drafts: Drafts, reporter: Reporter) -> None:
    """A fallback, and only a fallback, has a bound of retries."""
    for draft in drafts.drafts:
        if not draft.reliable("fallback", "retry"):
            continue
        fallback, retry = draft.fields["fallback"], draft.fields["retry"]
        if fallback and retry is None:
            message = f"the fallback '{draft.id}' has no retry.max"
            reporter.add(LintCode.UNBOUNDED, draft.place(("fallback",)), message)
        elif retry is not None and not fallback:
            message = f"the step '{draft.id}' has a retry and is no fallback"
            reporter.add(LintCode.RETRY_ALONE, draft.place(("retry",)), message)


def check_restarts(drafts: Drafts, reporter: Reporter) -> None:
    """Restarts name services."""
    services = [name for name, d in drafts.by_id.items() if d.kind and d.kind.name == "service"]
    for draft in drafts.drafts:
        for number, name in enumerate(draft.fields["restart"]):
            target = drafts.by_id.get(name)
            if target is None and not drafts.missing(name):
                continue
            if target is not None and (target.kind is None or target.kind.name == "service"):
                continue
            what = f"'{name}' is no service" if target else _unknown(name, services)
            place = draft.place(("restart", number), True)
            reporter.add(LintCode.RESTART, place, f"restart: {what}")


def check_secrets(drafts: Drafts, reporter: Reporter) -> None:
    """No step puts a secret into an environment variable, which commands never receive."""
    for draft in drafts.drafts:
        if (
            draft.kind is not None
            and draft.kind.name == "prompt"
            and (draft.fields["set_env"] and draft.fields.get("input") == "secret")
        ):
            message = f"{draft.fields['set_env']} would hold a secret"
            reporter.add(LintCode.SECRET_ENV, draft.place(("set_env",)), message)


def check_money(drafts: Drafts, reporter: Reporter) -> None:
    """Live steps declare that they spend and have a cap."""
    for draft in drafts.drafts:
        if draft.kind is None or not draft.reliable("effects", "spend", "provider", "record_mode"):
            continue
        spends, spend = draft.effects == "spends", draft.fields["spend"]
        if draft.kind.is_live(draft.values) and not (spends and spend):
            missing = [
                field_text
                for field_text, present in (
                    ('effects = "spends"', spends),
                    ("a spend", spend is not None),
                )
                if not present
            ]
            message = f"the live step '{draft.id}' lacks {joined(missing, 'and')}"
            reporter.add(LintCode.NO_CAP, (draft.fence.line, 1), message)
        elif spends and spend is None:
            message = f"the step '{draft.id}' spends and names no cap"
            reporter.add(LintCode.NO_SPEND, draft.place(("effects",)), message)
        elif spend is not None and not spends:
            message = f"the step '{draft.id}' has a spend and does not spend"
            reporter.add(LintCode.IDLE_SPEND, draft.place(("spend",)), message)


def check_proof(drafts: Drafts, reporter: Reporter) -> None:
    """Only kinds that can prove something are the proof."""
    for draft in drafts.drafts:
        if draft.kind is not None and draft.fields["proof"] and not draft.kind.proves:
            message = f"a '{draft.kind.name}' step proves nothing"
            reporter.add(LintCode.IDLE_PROOF, draft.place(("proof",)), message)


def check_stand_ins(drafts: Drafts, reporter: Reporter) -> None:
    """A stand-in answers what the step does: an address with a status, commands with an exit."""
    for draft in drafts.drafts:
        stand_in = draft.values.get("stand_in")
        if not isinstance(stand_in, StandIn) or not draft.reliable("url"):
            continue
        secrets = [capture.name for capture in draft.fields["capture"] if capture.secret]
        if secrets and templates.MINTED not in templates.names(stand_in.output):
            message = f"the stand-in of '{draft.id}' gives {secrets[0]} as everybody can read it"
            reporter.add(LintCode.STAND_IN_SECRET, draft.place(("stand_in",)), message)
        has_url = draft.values.get("url") is not None
        if has_url == (stand_in.status is not None):
            continue
        wanted = "a status for its url" if has_url else "an exit or an output for its commands"
        message = f"the stand-in of '{draft.id}' lacks {wanted}"
        reporter.add(LintCode.STAND_IN, draft.place(("stand_in",)), message)


def check_answers(drafts: Drafts, reporter: Reporter) -> None:
    """What is compared with a recorded answer, or judged, is a step that has one."""
    for draft in drafts.drafts:
        check_comparisons(draft, reporter)
        check_behaviours(draft, reporter)
        check_expectations(draft, reporter)


def check_values(drafts: Drafts, reporter: Reporter) -> None:
    """Templates name settings or captures of earlier steps; captures are unique."""
    sources: dict[str, Draft] = {}
    reliable = not drafts.unread_ids
    for draft in drafts.drafts:
        for use in draft.uses:
            _check_use(use, draft, sources, reliable, drafts, reporter)
        for capture in draft.fields["capture"]:
            if capture.name in sources:
                message = f"'{capture.name}' is captured by '{sources[capture.name].id}' already"
                reporter.add(
                    LintCode.CAPTURE_TWICE, draft.place(("capture", capture.name)), message
                )
            sources.setdefault(capture.name, draft)
        reliable = reliable and draft.reliable("capture")


def _check_use(
    use: TemplateUse,
    draft: Draft,
    sources: dict[str, Draft],
    reliable: bool,
    drafts: Drafts,
    reporter: Reporter,
) -> None:
    name = use.name
    if name is None:
        # Other programs use braces too, and a shell block is passed on unchanged.
        if use.where != "shell":
            reporter.add(LintCode.TEMPLATE, use.place, f"{use.raw[:48]!r} is no plain name")
        return
    if use.where == templates.STAND_IN and name == templates.MINTED:
        return
    bundle = name.startswith(f"{templates.BUNDLE}.")
    own = templates.OF_KINDS.get(draft.kind.name, ()) if draft.kind else ()
    is_known = bundle or name in templates.SETTINGS or name in sources or name in own
    if use.where == "shell":
        if is_known:
            reporter.add(LintCode.TEMPLATE_SHELL, use.place)
        return
    if not is_known:
        if reliable:
            hint = did_you_mean(name, [*sources, *templates.SETTINGS])
            message = f"no earlier step captures '{name}'{hint}"
            reporter.add(LintCode.TEMPLATE_NAME, use.place, message)
        return
    source = sources.get(name)
    _check_source(use, draft, source, bundle, drafts, reporter)


_SECRET_PLACES: Final = {
    "command": ("on a command line", LintCode.SECRET_ARGUMENT),
    "url": ("in a URL", LintCode.SECRET_ADDRESS),
    "env": ("in the environment of a command", LintCode.SECRET_ENV),
}
"""Where a secret may not stand, by the place of its template."""


def _check_source(
    use: TemplateUse,
    draft: Draft,
    source: Draft | None,
    bundle: bool,
    drafts: Drafts,
    reporter: Reporter,
) -> None:
    secret = bundle or (
        source is not None and any(c.secret for c in source.fields["capture"] if c.name == use.name)
    )
    if secret and use.where in _SECRET_PLACES:
        where, code = _SECRET_PLACES[use.where]
        reporter.add(code, use.place, f"the secret '{use.name}' {where} can be seen by others")
    if source is None or source.id is None or draft.id is None or not draft.reliable("needs"):
        return
    if source.id not in drafts.paths(draft.id):
        message = f"'{draft.id}' uses '{use.name}' of '{source.id}' and does not need it"
        reporter.add(LintCode.VALUE_NOT_NEEDED, use.place, message)


CHECKS: Final[tuple[Callable[[Drafts, Reporter], None], ...]] = (
    check_ids,
    check_prose,
    check_needs,
    check_gotos,
    check_paths,
    check_fallbacks,
    check_restarts,
    check_secrets,
    check_money,
    check_proof,
    check_stand_ins,
    check_answers,
    check_values,
)
