"""Events to and from JSON tables: which class a table is of, and what it has beside its body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

from smoke_tui.journal.events import battery_facts, decisions, facts, machine_facts, requests
from smoke_tui.journal.events.body import Body, Opaque, StepDecision, TryDecision
from smoke_tui.journal.events.json_values import MismatchError, Note
from smoke_tui.journal.events.kinds import DECISIONS, FACTS
from smoke_tui.journal.events.requests import Requested
from smoke_tui.journal.events.tables import plan_of, read_table, write_table
from smoke_tui.journal.events.values import Blob, Observed, RecordedSecret
from smoke_tui.redaction.secret import Json
from smoke_tui.structs import Struct, field

T = TypeVar("T", bound=Struct)

BLOBS: Final = "blobs"
SECRETS: Final = "secrets"


def _classes() -> Iterator[type[Body]]:
    """Every class of events, in the order of its module; not what they have in common."""
    for module in (facts, machine_facts, battery_facts, requests, decisions):
        for each in vars(module).values():
            if (
                isinstance(each, type)
                and issubclass(each, Body)
                and each.__module__ == module.__name__
                and not each.__subclasses__()
            ):
                yield each


CLASSES: Final[Mapping[str, tuple[type[Body], ...]]] = {
    kind: tuple(each for each in _classes() if each.kind == kind) for kind in (*FACTS, *DECISIONS)
}
"""The classes of each kind: of several, the first fits whose fixed and required keys are there."""


class Decoded(Struct, frozen=True):
    """What the data of an event says: its body, and the evidence and secrets beside it."""

    body: Body
    blobs: Mapping[str, Blob] = field(default_factory=dict)
    secrets: Mapping[str, RecordedSecret] = field(default_factory=dict)


def decode(
    kind: str, data: Mapping[str, Any], *, step: bool = True, attempt: bool = True
) -> Decoded:
    """Read an event's data; what has no class here is `Opaque`.

    `step` and `attempt` tell whether the event names a step, and a try of it.
    """
    if kind not in CLASSES:
        return Decoded(Opaque(kind, data))
    odd: list[None] = []

    def note() -> None:
        odd.append(None)

    table, beside = data, [name for name in (BLOBS, SECRETS) if name in data]
    if beside:
        table = {key: item for key, item in data.items() if key not in beside}
        if list(data)[len(table) :] != beside or not all(data[name] for name in beside):
            note()
    try:
        chosen = _class_of(kind, table)
        if chosen is None:
            return Decoded(Opaque(kind, data))
        if issubclass(chosen, StepDecision) and not step:
            return Decoded(Opaque(kind, data, "it belongs to no step"))
        if issubclass(chosen, TryDecision) and not attempt:
            return Decoded(Opaque(kind, data, "it belongs to no try"))
        body = read_table(chosen, table, note)
        blobs, secrets = (
            _beside(Blob, data, BLOBS, note),
            _beside(RecordedSecret, data, SECRETS, note),
        )
    except MismatchError as wrong:
        return Decoded(Opaque(kind, data, str(wrong)))
    if odd:
        body.__dict__["as_recorded"] = data
    return Decoded(body, blobs, secrets)


def _beside(cls: type[T], data: Mapping[str, Any], name: str, note: Note) -> dict[str, T]:
    if name not in data:
        return {}
    if not isinstance(data[name], Mapping):
        raise MismatchError("is no table", name)
    made: dict[str, T] = {}
    for key, value in data[name].items():
        try:
            made[key] = read_table(cls, value, note)
        except MismatchError as wrong:
            wrong.path[:0] = [name, key]
            raise
    return made


def _by_tag(classes: tuple[type[Body], ...]) -> tuple[str, dict[str, list[type[Body]]]]:
    """The key that tells the classes of a kind apart, and the classes of each of its values.

    Those without fixed keys stand under the empty value, and last for every other one.
    """
    (key,) = {next(iter(each.tags)) for each in classes if each.tags} or {""}
    tagged: dict[str, list[type[Body]]] = {}
    for each in sorted(classes, key=lambda each: -len(each.tags)):
        tagged.setdefault(each.tags.get(key, ""), []).append(each)
    untagged = tagged.get("", [])
    return key, {name: each if name == "" else each + untagged for name, each in tagged.items()}


_TAGS: Final = {kind: _by_tag(classes) for kind, classes in CLASSES.items()}


def _class_of(kind: str, table: Mapping[str, Any]) -> type[Body] | None:
    """The class whose fixed keys fit best; None: a fixed key has a value of a newer version.

    Raises:
        MismatchError: the key that tells the classes apart is missing, or is no text.
    """
    key, tagged = _TAGS[kind]
    name = table.get(key, "") if key else ""
    fit = tagged.get(name) if isinstance(name, str) else None
    fit = fit or tagged.get("")
    if fit is None:
        if key not in table:
            raise MismatchError("is missing", key)
        if not isinstance(name, str):
            raise MismatchError(f"is of another kind ({type(name).__name__})", key)
        return None
    if len(fit) == 1:
        return fit[0]
    fit = [each for each in fit if table.items() >= each.tags.items()]
    best = [each for each in fit if len(each.tags) == len(fit[0].tags)]
    return next((each for each in best if plan_of(each).required <= table.keys()), best[-1])


def encode(
    body: Body,
    blobs: Mapping[str, Blob] | None = None,
    secrets: Mapping[str, RecordedSecret] | None = None,
) -> dict[str, Json]:
    """The data of an event: as it was recorded, or as it is to be."""
    if isinstance(body, Opaque):
        return dict(body.data)
    recorded: dict[str, Json] | None = getattr(body, "as_recorded", None)
    if recorded is not None:
        return dict(recorded)
    data = write_table(body)
    for name, values in ((BLOBS, blobs), (SECRETS, secrets)):
        if values:
            data[name] = {key: write_table(value) for key, value in values.items()}
    return data


def kind_of(body: Body) -> str:
    """The serialized name of a body's kind."""
    return body.name if isinstance(body, Opaque) else body.kind


def requested(port: str, parameters: Mapping[str, Any]) -> Requested:
    """A request of a port as it is recorded."""
    body = decode(Requested.kind, {"port": port, **parameters}).body
    assert isinstance(body, Requested), body
    return body


def observed_of(values: Mapping[str, Any]) -> Observed:
    """What a try observed, from its parts.

    Raises:
        MismatchError: a part that readers rely on is of another kind.
    """
    return read_table(Observed, values)
