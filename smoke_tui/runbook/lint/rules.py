"""The checks over all steps together: references, branches, money, values.

Each check passes over what is already known to be broken, so one mistake is one finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from smoke_tui.runbook import templates
from smoke_tui.runbook.lint.diagnostics import LintCode, Reporter, did_you_mean
from smoke_tui.runbook.lint.termination import Node, endless_walks
from smoke_tui.runbook.parser.drafts import Draft
from smoke_tui.runbook.schema.context import Use
from smoke_tui.runbook.schema.tables import listed

MAX_STEPS: Final = 100


@dataclass
class Book:
    """All drafts in order. ``ghosts`` are ids in blocks that could not be read as steps."""

    drafts: Sequence[Draft]
    ghosts: frozenset[str] = frozenset()
    by_id: dict[str, Draft] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    _ways: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, draft in enumerate(self.drafts):
            if draft.id is not None and draft.id not in self.by_id:
                self.by_id[draft.id] = draft
                self.order[draft.id] = index

    def ways(self, start: str) -> dict[str, tuple[str, ...]]:
        """Every step that this one needs, near or far, with the shortest way there."""
        if start not in self._ways:
            found: dict[str, tuple[str, ...]] = {start: (start,)}
            queue = [start]
            for here in queue:
                draft = self.by_id.get(here)
                for need in draft.get("needs") if draft is not None else ():
                    if need not in found and need in self.by_id:
                        found[need] = (*found[here], need)
                        queue.append(need)
            self._ways[start] = found
        return self._ways[start]

    def missing(self, name: str) -> bool:
        """Whether there is certainly no such step."""
        nameless = any(draft.id is None for draft in self.drafts)
        return name not in self.by_id and name not in self.ghosts and not nameless


def lint(book: Book, reporter: Reporter) -> None:
    """Run every check; the findings go to the reporter."""
    check_size(book, reporter)
    # What the limit cuts off is not looked at: the checks cost more than the number of steps.
    rest = {draft.id for draft in book.drafts[MAX_STEPS:] if draft.id is not None}
    book = Book(book.drafts[:MAX_STEPS], book.ghosts | rest)
    for check in CHECKS:
        check(book, reporter)


def _unknown(name: str, known: Sequence[str]) -> str:
    hint = did_you_mean(name, known)
    return f"no step '{name}'" + (
        hint or (f" (there are {', '.join(known[:12])})" if known else "")
    )


def check_ids(book: Book, reporter: Reporter) -> None:
    for draft in book.drafts:
        first = book.by_id.get(draft.id or "")
        if first is not None and first is not draft:
            line = first.place(("id",))[0]
            message = f"the id '{draft.id}' is given twice (first on line {line})"
            reporter.add(LintCode.TWICE, draft.place(("id",), True), message)


def check_size(book: Book, reporter: Reporter) -> None:
    if len(book.drafts) > MAX_STEPS:
        message = f"the runbook has {len(book.drafts)} steps; at most {MAX_STEPS} fit"
        reporter.add(LintCode.MANY_STEPS, (book.drafts[MAX_STEPS].section.line, 1), message)


def check_prose(book: Book, reporter: Reporter) -> None:
    for draft in book.drafts:
        if not draft.section.prose:
            message = f"the step '{draft.id or draft.section.title}' has no prose"
            reporter.add(LintCode.NO_PROSE, (draft.section.line, 1), message)


def check_needs(book: Book, reporter: Reporter) -> None:
    known = list(book.by_id)
    told: set[frozenset[str]] = set()
    for index, draft in enumerate(book.drafts):
        for number, need in enumerate(draft.get("needs")):
            place = draft.place(("needs", number), True)
            target = book.by_id.get(need)
            if target is None:
                if book.missing(need):
                    reporter.add(LintCode.NEEDS_NOBODY, place, f"needs: {_unknown(need, known)}")
            elif book.order[need] >= index:
                back = book.ways(need).get(draft.id or "")
                if back is None:
                    message = f"needs: '{need}' comes later, on line {target.section.line}"
                    reporter.add(LintCode.NEEDS_LATER, place, message)
                elif frozenset(back) not in told:
                    told.add(frozenset(back))
                    way = " → ".join((back[-1], *back))
                    reporter.add(LintCode.NEEDS_LOOP, place, f"steps need each other: {way}")
            elif target.get("fallback") and target.sure("fallback"):
                message = f"needs: '{need}' is a fallback, which usually never runs"
                reporter.add(LintCode.NEEDS_FALLBACK, place, message)


def check_gotos(book: Book, reporter: Reporter) -> None:
    fallbacks = [name for name, draft in book.by_id.items() if draft.get("fallback")]
    reached = set()
    for draft in book.drafts:
        for rule in draft.get("on"):
            if rule.goto is None:
                continue
            reached.add(rule.goto)
            place = draft.place(("on", rule.index - 1, "goto"), True)
            target = book.by_id.get(rule.goto)
            if target is None:
                if book.missing(rule.goto):
                    message = f"goto: {_unknown(rule.goto, fallbacks)}"
                    reporter.add(LintCode.GOTO_NOBODY, place, message)
            elif target.sure("fallback") and not target.get("fallback"):
                message = f"goto: the step '{rule.goto}' is no fallback"
                reporter.add(LintCode.GOTO_STEP, place, message)
    if all(draft.sure("on") for draft in book.drafts) and not book.ghosts:
        for name in fallbacks:
            if name not in reached:
                draft = book.by_id[name]
                message = f"no rule goes to the fallback '{name}'"
                reporter.add(LintCode.UNREACHED, draft.place(("fallback",)), message)


def check_walks(book: Book, reporter: Reporter) -> None:
    nodes = {}
    for name, draft in book.by_id.items():
        retry = draft.get("retry")
        targets = (rule.goto for rule in draft.get("on") if rule.goto is not None)
        gotos = tuple(
            dict.fromkeys(t for t in targets if t in book.by_id and book.by_id[t].get("fallback"))
        )
        nodes[name] = Node(gotos, retry["max"] if retry else 0)
    for walk in endless_walks(nodes):
        draft = book.by_id[walk.way[-2] if walk.circle else walk.start]
        back = walk.start if walk.circle else None
        rule = next(r for r in draft.get("on") if r.goto is not None and back in (None, r.goto))
        what = "goes round in a circle" if walk.circle else "takes more tries than the bound"
        message = f"a walk that {what}: {' → '.join(walk.way)}"
        reporter.add(LintCode.ENDLESS, draft.place(("on", rule.index - 1, "goto"), True), message)


def check_fallbacks(book: Book, reporter: Reporter) -> None:
    for draft in book.drafts:
        if not draft.sure("fallback", "retry"):
            continue
        fallback, retry = draft.get("fallback"), draft.get("retry")
        if fallback and retry is None:
            message = f"the fallback '{draft.id}' has no retry.max"
            reporter.add(LintCode.UNBOUNDED, draft.place(("fallback",)), message)
        elif retry is not None and not fallback:
            message = f"the step '{draft.id}' has a retry and is no fallback"
            reporter.add(LintCode.RETRY_ALONE, draft.place(("retry",)), message)


def check_restarts(book: Book, reporter: Reporter) -> None:
    services = [name for name, d in book.by_id.items() if d.kind and d.kind.name == "service"]
    for draft in book.drafts:
        for number, name in enumerate(draft.get("restart")):
            target = book.by_id.get(name)
            if target is None and not book.missing(name):
                continue
            if target is not None and (target.kind is None or target.kind.name == "service"):
                continue
            what = f"'{name}' is no service" if target else _unknown(name, services)
            place = draft.place(("restart", number), True)
            reporter.add(LintCode.RESTART, place, f"restart: {what}")


def check_secrets(book: Book, reporter: Reporter) -> None:
    """No command is ever given a secret in its environment, so such a step could only block."""
    for draft in book.drafts:
        if (
            draft.kind is not None
            and draft.kind.name == "prompt"
            and (draft.get("set_env") and draft.get("input") == "secret")
        ):
            message = f"{draft.get('set_env')} would hold a secret"
            reporter.add(LintCode.SECRET_ENV, draft.place(("set_env",)), message)


def check_money(book: Book, reporter: Reporter) -> None:
    for draft in book.drafts:
        if draft.kind is None or not draft.sure("effects", "spend", "provider", "record_mode"):
            continue
        spends, spend = draft.effects == "spends", draft.get("spend")
        if draft.kind.is_live(draft.values) and not (spends and spend):
            lacks = [
                word
                for word, there in (('effects = "spends"', spends), ("a spend", spend is not None))
                if not there
            ]
            message = f"the live step '{draft.id}' lacks {listed(lacks, 'and')}"
            reporter.add(LintCode.NO_CAP, (draft.fence.line, 1), message)
        elif spends and spend is None:
            message = f"the step '{draft.id}' spends and names no cap"
            reporter.add(LintCode.NO_SPEND, draft.place(("effects",)), message)
        elif spend is not None and not spends:
            message = f"the step '{draft.id}' has a spend and does not spend"
            reporter.add(LintCode.IDLE_SPEND, draft.place(("spend",)), message)


def check_proof(book: Book, reporter: Reporter) -> None:
    for draft in book.drafts:
        if draft.kind is not None and draft.get("proof") and not draft.kind.proves:
            message = f"a '{draft.kind.name}' step proves nothing"
            reporter.add(LintCode.IDLE_PROOF, draft.place(("proof",)), message)


def check_values(book: Book, reporter: Reporter) -> None:
    """Templates against the settings and the captures of earlier steps."""
    givers: dict[str, Draft] = {}
    sure = not book.ghosts
    for draft in book.drafts:
        for use in draft.uses:
            _check_use(use, draft, givers, sure, book, reporter)
        for capture in draft.get("capture"):
            if capture.name in givers:
                message = f"'{capture.name}' is captured by '{givers[capture.name].id}' already"
                reporter.add(
                    LintCode.CAPTURE_TWICE, draft.place(("capture", capture.name)), message
                )
            givers.setdefault(capture.name, draft)
        sure = sure and draft.sure("capture")


def _check_use(
    use: Use, draft: Draft, givers: dict[str, Draft], sure: bool, book: Book, reporter: Reporter
) -> None:
    name = use.name
    if name is None:
        # Other programs have braces of their own, and a shell block is handed over as it is.
        if use.where != "shell":
            reporter.add(LintCode.TEMPLATE, use.place, f"{use.raw[:48]!r} is no plain name")
        return
    bundle = name.startswith(f"{templates.BUNDLE}.")
    own = templates.OF_KINDS.get(draft.kind.name, ()) if draft.kind else ()
    known = bundle or name in templates.SETTINGS or name in givers or name in own
    if use.where == "shell":
        if known:
            reporter.add(LintCode.TEMPLATE_SHELL, use.place)
        return
    if not known:
        if sure:
            hint = did_you_mean(name, [*givers, *templates.SETTINGS])
            message = f"no earlier step captures '{name}'{hint}"
            reporter.add(LintCode.TEMPLATE_NAME, use.place, message)
        return
    giver = givers.get(name)
    _check_giver(use, draft, giver, bundle, book, reporter)


def _check_giver(
    use: Use, draft: Draft, giver: Draft | None, bundle: bool, book: Book, reporter: Reporter
) -> None:
    secret = bundle or (
        giver is not None and any(c.secret for c in giver.get("capture") if c.name == use.name)
    )
    if secret and use.where in ("command", "url"):
        where = "on a command line" if use.where == "command" else "in a URL"
        message = f"the secret '{use.name}' {where} can be seen by others"
        kind = LintCode.SECRET_ARGUMENT if use.where == "command" else LintCode.SECRET_ADDRESS
        reporter.add(kind, use.place, message)
    if giver is None or giver.id is None or draft.id is None or not draft.sure("needs"):
        return
    if giver.id not in book.ways(draft.id):
        message = f"'{draft.id}' uses '{use.name}' of '{giver.id}' and does not need it"
        reporter.add(LintCode.VALUE_NOT_NEEDED, use.place, message)


CHECKS: Final[tuple[Callable[[Book, Reporter], None], ...]] = (
    check_ids,
    check_prose,
    check_needs,
    check_gotos,
    check_walks,
    check_fallbacks,
    check_restarts,
    check_secrets,
    check_money,
    check_proof,
    check_values,
)
