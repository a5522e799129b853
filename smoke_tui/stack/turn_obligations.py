"""The obligations of an authoring turn, and the witnesses of each in its answer.

The list is the same for every way of making a turn. A turn made by hand has no answer to read: only
its route can be shown, with the operator's attestation as the last witness.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from smoke_tui.proof.counts import read_usage, usage_problem
from smoke_tui.proof.families import same_family, same_model
from smoke_tui.proof.obligations import Obligation, Requirement, Witness, evaluate
from smoke_tui.proof.quoting import contains_word, repeats_prompt
from smoke_tui.stack.failure_signals import failure_witnesses, unknown_states
from smoke_tui.stack.ledger_rows import row_models
from smoke_tui.stack.ledger_window import LedgerReading
from smoke_tui.stack.route_proof import EvidenceLine, route_status
from smoke_tui.stack.turn_document import named_models, named_responses
from smoke_tui.stack.turn_values import display_text
from smoke_tui.structs import Struct, field

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
"""The obligations of a turn, in the order of priority of their codes."""

_NO_ROWS: Final = "The ledger has no row of the organisation for this turn."


class TurnResult(Struct, frozen=True):
    """A turn and its answer.

    `asked` is the requested model, if one was named; `answered` is False for a turn made by hand,
    which has no answer to read. `reading` are the ledger's rows. `own_headers` are those of the
    stack's answer; `reported` is a known failure in its envelope.
    """

    document: Any
    claims: Mapping[str, Any]
    nonce: str
    asked: str | None = None
    prompt: str = ""
    answered: bool = True
    reading: LedgerReading | None = None
    lines: Sequence[EvidenceLine] = field(default_factory=list)
    own_headers: Sequence[Any] = ()
    reported: str | None = None

    @property
    def output(self) -> str:
        """The text of the answer."""
        text = self.claims.get("output_text")
        return text if isinstance(text, str) else ""


def turn_obligations(turn: TurnResult) -> tuple[Obligation, ...]:
    """The obligations of a turn, with their witnesses."""
    route = [line.witness() for line in turn.lines]
    others = [w for w in route if w.stance == "against"]
    sources = "; ".join(f"{w.source}: {w.value}" for w in others)
    first = (evaluate(OTHER, others, text=f"The turn was answered on another route ({sources})."),)
    last = (_route(turn, route),)
    if not turn.answered:
        return (*first, *last)
    signs = list(
        failure_witnesses(turn.document, turn.claims.get("headers"), list(turn.own_headers))
    )
    if turn.reported is not None:
        signs.append(Witness("envelope", turn.reported, "against"))
    unknown = list(unknown_states(turn.document))
    if not signs and not unknown:
        signs = [Witness("answer", "no sign of a failure", "holds")]
    return (
        *first,
        evaluate(ANSWERED, [*signs, *unknown], code=_code_of_signs(signs)),
        evaluate(IDENTITY, named_responses(turn.document, turn.claims)),
        _model(turn),
        evaluate(ANSWER, [_text(turn)]),
        evaluate(NONCE, list(_nonce(turn))),
        evaluate(USAGE, list(_usage(turn.document))),
        *last,
    )


def _code_of_signs(signs: Sequence[Witness]) -> str | None:
    """The code of a failure that the answer names in a word."""
    words = {w.value.casefold() for w in signs}
    if words & {"degraded", "fallback"}:
        return "degraded-route"
    if any(word.startswith("refusal: ") for word in words):
        return "policy-refused"
    return "degraded-incomplete" if words & {"incomplete", "length", "max_output_tokens"} else None


def _route(turn: TurnResult, witnesses: Sequence[Witness]) -> Obligation:
    """The route: proven by its lines together, or missing for the most important reason."""
    status = route_status(turn.lines)
    if status == "proven":
        return evaluate(ROUTE, witnesses)
    weakened = [w if w.stance == "against" else Witness(w.source, w.value) for w in witnesses]
    unclear = [line for line in turn.lines if line.conclusion == "unclear"]
    reason = _NO_ROWS if any(x.conclusion == "missing" for x in turn.lines) else None
    if reason is None and unclear:
        reason = f"It is not clear which route answered the turn ({unclear[0].name}: {unclear[0].value})."
    return evaluate(ROUTE, weakened, text=reason)


def _model(turn: TurnResult) -> Obligation:
    """Every place that names the model; all have to name the requested one, or the same."""
    named = [
        *named_models(turn.document, turn.claims, list(turn.own_headers)),
        *(("ledger", model) for model in row_models(turn.reading, turn.claims.get("response_id"))),
    ]
    texts = [value for _, value in named if isinstance(value, str) and value.strip()]
    requested = turn.asked or (texts[0] if texts else "")
    witnesses = [
        Witness(
            source,
            display_text(value),
            "holds"
            if isinstance(value, str)
            and _fits(requested, value)
            and all(same_model(value, other) for other in texts if _fits(requested, other))
            else "against",
        )
        for source, value in named
    ]
    other_models = list(
        dict.fromkeys(w.value or "an empty name" for w in witnesses if w.stance == "against")
    )
    all_witnesses = "; ".join(str(w) for w in witnesses)
    text = None
    if other_models:
        text = (
            f"{requested or 'One model'} was asked for, {' and '.join(other_models)} answered: the "
            "provider served another, or the organisation's own setting names it"
            f"{f' ({all_witnesses})' if len(witnesses) > 1 else ''}."
        )
    return evaluate(MODEL, witnesses, text=text)


def _fits(requested: str, value: str) -> bool:
    return same_model(requested, value) if not requested else same_family(requested, value)


def _text(turn: TurnResult) -> Witness:
    value = turn.claims.get("output_text")
    if isinstance(value, str) and value.strip():
        return Witness("output text", f"{len(value)} characters", "holds")
    return Witness("output text", "blank" if isinstance(value, str) else display_text(value)[:60])


def _nonce(turn: TurnResult) -> Iterator[Witness]:
    contained = contains_word(turn.output, turn.nonce)
    yield Witness(
        "output text",
        "holds the nonce" if contained else "does not hold the nonce",
        "holds" if contained else "nothing",
    )
    if repeats_prompt(turn.output, turn.prompt):
        yield Witness("output text", "quotes the request", "against")


def _usage(document: object) -> Iterator[Witness]:
    """The usage in an answer; without counts it is no witness."""
    if not isinstance(document, Mapping) or "usage" not in document:
        return
    usage = document["usage"]
    if isinstance(usage, Mapping):
        usage = {_COUNTS.get(str(name), name): value for name, value in usage.items()}
        if not {"input_tokens", "output_tokens"} <= set(usage):
            yield Witness("usage", display_text(usage))
            return
    problem = usage_problem(usage)
    counts = read_usage(usage)
    value = str(counts) if counts is not None else display_text(usage)
    yield Witness(
        "usage", f"{value}{f': {problem}' if problem else ''}", "against" if problem else "holds"
    )


_COUNTS: Final[Mapping[str, str]] = {
    "prompt_tokens": "input_tokens",
    "completion_tokens": "output_tokens",
}
"""Alternative names of the counts."""
