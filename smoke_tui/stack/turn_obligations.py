"""What an authoring turn has to show, and which witnesses of an answer show it.

The list is the same for every way of making a turn; by hand there is no answer to read, so that
only its route can be shown, and the operator's word is the last witness.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from smoke_tui.proof.counts import read_usage, usage_problem
from smoke_tui.proof.families import same_family, same_model
from smoke_tui.proof.obligations import Obligation, Requirement, Witness, evaluate
from smoke_tui.proof.quoting import contains_word, repeats_prompt
from smoke_tui.stack.failure_signals import trouble, unknown_states
from smoke_tui.stack.ledger_rows import row_models
from smoke_tui.stack.ledger_window import LedgerReading
from smoke_tui.stack.route_proof import Line, standing
from smoke_tui.stack.turn_document import named_models, named_responses
from smoke_tui.stack.turn_values import shown

OTHER: Final = Requirement(
    "no other route",
    None,
    "degraded-route",
    contradicted_text="The turn was answered on another route.",
)
ANSWERED: Final = Requirement(
    "turn answered",
    "route-unproven",
    "expectation-unmet",
    "The stack's answer names a state that is not known.",
    "The stack's answer reports a failure: {against}.",
)
IDENTITY: Final = Requirement(
    "one response id",
    None,
    "expectation-unmet",
    contradicted_text="The answer names more than one response: {against}.",
)
MODEL: Final = Requirement(
    "served model",
    "route-unproven",
    "degraded-model",
    "Nothing names the model that answered the turn.",
)
ANSWER: Final = Requirement(
    "text of the answer", "degraded-empty", "degraded-empty", "The turn was answered without text."
)
NONCE: Final = Requirement(
    "nonce in the answer",
    "degraded-empty",
    "degraded-empty",
    "The turn's answer does not hold the nonce.",
    "The turn's answer quotes the request, which is no answer to it.",
)
USAGE: Final = Requirement(
    "usage of a call",
    "route-unproven",
    "degraded-no-usage",
    "Nothing tells which usage the turn had.",
    "The turn's usage is none that a call can have: {against}.",
)
ROUTE: Final = Requirement(
    "subscription route",
    "route-unproven",
    "degraded-route",
    "Nothing shows which route answered the turn.",
)

TURN: Final = (OTHER, ANSWERED, IDENTITY, MODEL, ANSWER, NONCE, USAGE, ROUTE)
"""The obligations of a turn, in the order in which their codes decide."""

_NO_ROWS: Final = "The ledger has no row of the organisation for this turn."


@dataclass(frozen=True, slots=True)
class Turned:
    """A turn as it was made and answered.

    `asked` is the model, where one was named; `answered`: there is an answer to be read, which
    there is not where the turn was made by hand. `own_headers` are those of the stack's answer;
    `reported` is a failure that its envelope tells of in words or a code that are known.
    """

    document: Any
    claims: Mapping[str, Any]
    nonce: str
    asked: str | None = None
    prompt: str = ""
    answered: bool = True
    reading: LedgerReading | None = None
    lines: Sequence[Line] = field(default_factory=list)
    own_headers: Sequence[Any] = ()
    reported: str | None = None

    @property
    def output(self) -> str:
        """The text of the answer."""
        text = self.claims.get("output_text")
        return text if isinstance(text, str) else ""


def proof_of_turn(turned: Turned) -> tuple[Obligation, ...]:
    """The obligations of a turn, with their witnesses."""
    route = [line.witness() for line in turned.lines]
    others = [w for w in route if w.stance == "against"]
    marks = "; ".join(f"{w.source}: {w.value}" for w in others)
    first = (evaluate(OTHER, others, text=f"The turn was answered on another route ({marks})."),)
    last = (_route(turned, route),)
    if not turned.answered:
        return (*first, *last)
    signs = list(trouble(turned.document, turned.claims.get("headers"), list(turned.own_headers)))
    if turned.reported is not None:
        signs.append(Witness("envelope", turned.reported, "against"))
    unknown = list(unknown_states(turned.document))
    if not signs and not unknown:
        signs = [Witness("answer", "no sign of a failure", "holds")]
    return (
        *first,
        evaluate(ANSWERED, [*signs, *unknown], code=_code(signs)),
        evaluate(IDENTITY, named_responses(turned.document, turned.claims)),
        _model(turned),
        evaluate(ANSWER, [_text(turned)]),
        evaluate(NONCE, list(_nonce(turned))),
        evaluate(USAGE, list(_usage(turned.document))),
        *last,
    )


def _code(signs: Sequence[Witness]) -> str | None:
    """The code of a failure that the answer tells of in a word."""
    words = {w.value.casefold() for w in signs}
    if words & {"degraded", "fallback"}:
        return "degraded-route"
    if any(word.startswith("refusal: ") for word in words):
        return "policy-refused"
    return "degraded-incomplete" if words & {"incomplete", "length", "max_output_tokens"} else None


def _route(turned: Turned, witnesses: Sequence[Witness]) -> Obligation:
    """The route: shown by its lines together, or missing for the reason that weighs most."""
    where = standing(turned.lines)
    if where == "proven":
        return evaluate(ROUTE, witnesses)
    lowered = [w if w.stance == "against" else Witness(w.source, w.value) for w in witnesses]
    unclear = [line for line in turned.lines if line.says == "unclear"]
    why = _NO_ROWS if any(x.says == "missing" for x in turned.lines) else None
    if why is None and unclear:
        why = (
            f"It is not clear which route answered the turn ({unclear[0].name}: {unclear[0].seen})."
        )
    return evaluate(ROUTE, lowered, text=why)


def _model(turned: Turned) -> Obligation:
    """Every place that names the model; all have to be the one asked for, or one and the same."""
    named = [
        *named_models(turned.document, turned.claims, list(turned.own_headers)),
        *(
            ("ledger", model)
            for model in row_models(turned.reading, turned.claims.get("response_id"))
        ),
    ]
    texts = [value for _, value in named if isinstance(value, str) and value.strip()]
    asked = turned.asked or (texts[0] if texts else "")
    found = [
        Witness(
            source,
            shown(value),
            "holds"
            if isinstance(value, str)
            and _fits(asked, value)
            and all(same_model(value, other) for other in texts if _fits(asked, other))
            else "against",
        )
        for source, value in named
    ]
    others = list(dict.fromkeys(w.value or "an empty name" for w in found if w.stance == "against"))
    heard = "; ".join(str(w) for w in found)
    text = None
    if others:
        text = (
            f"{asked or 'One model'} was asked for, {' and '.join(others)} answered: the "
            "provider served another, or the organisation's own setting names it"
            f"{f' ({heard})' if len(found) > 1 else ''}."
        )
    return evaluate(MODEL, found, text=text)


def _fits(asked: str, value: str) -> bool:
    return same_model(asked, value) if not asked else same_family(asked, value)


def _text(turned: Turned) -> Witness:
    value = turned.claims.get("output_text")
    if isinstance(value, str) and value.strip():
        return Witness("output text", f"{len(value)} characters", "holds")
    return Witness("output text", "blank" if isinstance(value, str) else shown(value)[:60])


def _nonce(turned: Turned) -> Iterator[Witness]:
    held = contains_word(turned.output, turned.nonce)
    yield Witness(
        "output text",
        "holds the nonce" if held else "does not hold the nonce",
        "holds" if held else "nothing",
    )
    if repeats_prompt(turned.output, turned.prompt):
        yield Witness("output text", "quotes the request", "against")


def _usage(document: object) -> Iterator[Witness]:
    """The usage that an answer tells of; one that names no counts tells nothing."""
    if not isinstance(document, Mapping) or "usage" not in document:
        return
    usage = document["usage"]
    if isinstance(usage, Mapping):
        usage = {_COUNTS.get(str(name), name): value for name, value in usage.items()}
        if not {"input_tokens", "output_tokens"} <= set(usage):
            yield Witness("usage", shown(usage))
            return
    problem = usage_problem(usage)
    counts = read_usage(usage)
    value = str(counts) if counts is not None else shown(usage)
    yield Witness(
        "usage", f"{value}{f': {problem}' if problem else ''}", "against" if problem else "holds"
    )


_COUNTS: Final[Mapping[str, str]] = {
    "prompt_tokens": "input_tokens",
    "completion_tokens": "output_tokens",
}
"""Other names of the counts."""
