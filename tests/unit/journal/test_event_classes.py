"""Every class of events: what is written of it reads back as the same, and every kind has one."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import smoke_tui
from smoke_tui.journal.archive import unpack
from smoke_tui.journal.events.body import Body, DecisionBody, FactBody, Omitted, Opaque
from smoke_tui.journal.events.codec import CLASSES, decode, encode, observed_of
from smoke_tui.journal.events.event import Event, parse_line
from smoke_tui.journal.events.kinds import DECISIONS, FACTS
from smoke_tui.journal.events.tables import plan_of
from smoke_tui.journal.events.values import Observed
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.structs import Struct

ALL = [each for classes in CLASSES.values() for each in classes]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
UNKNOWN = st.text(alphabet="xyz", min_size=1, max_size=5)
"""Names that no table knows."""

OBSERVED = st.fixed_dictionaries(
    {},
    optional={
        "exit": JSON,
        "status": st.none() | st.integers(),
        "headers": st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=2),
        "delay": st.floats(allow_nan=False, allow_infinity=False),
    },
).map(observed_of)


def built(cls: type[Struct]) -> st.SearchStrategy[Any]:
    """Instances of a struct, by the types of its fields."""
    if cls is Observed:
        return OBSERVED
    hints = typing.get_type_hints(cls, localns={"Json": object})
    return st.builds(
        cls,
        **{
            each.name: st.dictionaries(UNKNOWN, JSON, max_size=3)
            if each.rest
            else UNKNOWN
            if each.key in ("port", "name") and hints[each.name] is str
            else of(hints[each.name])
            for each in plan_of(cls).columns
        },
    )


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is object:
        return JSON
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(of(each) for each in arguments))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(of(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*(of(each) for each in arguments))
    if origin in (Mapping, dict):
        return st.dictionaries(st.text(), of(arguments[1]), max_size=3)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return built(hint)
    if hint is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    return st.from_type(hint)


@pytest.mark.parametrize("cls", ALL, ids=lambda each: each.__name__)
def test_an_event_of_each_class_reads_back_as_it_was_written(cls: type[Body]) -> None:
    @settings(max_examples=25, deadline=None)
    @given(built(cls))
    def check(body: Body) -> None:
        event = Event(1, "2026-11-28T18:00:00.000Z", 7, body, "ask", 1, 0)
        line = event.line()
        back = parse_line(line)
        assert type(back.body) is cls
        assert back == event
        assert back.line() == line
        assert not hasattr(back.body, "as_recorded")

    check()


def test_every_kind_has_its_classes() -> None:
    for kinds, base in ((FACTS, FactBody), (DECISIONS, DecisionBody)):
        for kind in kinds:
            assert CLASSES[kind]
            assert all(issubclass(each, base) for each in CLASSES[kind])


RECORDS = sorted(Path(__file__).parents[2].rglob("*.smoke"))


@pytest.mark.parametrize("archive", RECORDS, ids=lambda path: path.stem)
def test_every_line_of_a_committed_record_is_typed_and_keeps_its_bytes(
    archive: Path, tmp_path: Path
) -> None:
    lines = (unpack(archive, tmp_path) / JOURNAL).read_bytes().splitlines(keepends=True)
    for line in lines:
        event = parse_line(line)
        assert not isinstance(event.body, Opaque), event
        assert event.line() == line


@pytest.mark.parametrize(
    ("kind", "data", "problem"),
    [
        ("http", {}, "status is missing"),
        ("noted", {"text": 7}, "text is of another kind (int)"),
        ("undone", {"steps": "one"}, "steps is no list"),
        ("undone", {"steps": ["one", 2]}, "steps.1 is of another kind (int)"),
        ("session.closed", {"verdict": "pass", "steps": []}, "steps is no table"),
        ("session.closed", {"verdict": "fine"}, "verdict is no verdict ('fine')"),
        ("process", {}, "what is missing"),
        ("process", {"what": 7}, "what is of another kind (int)"),
        ("request", {"port": "http", "url": "u", "headers": []}, "method is missing"),
        ("cancelled", {"scope": True, "why": ""}, "scope is of another kind (bool)"),
        ("draw", {"secrets": {"value": {"kind": "x"}}}, "secrets.value.ref is missing"),
        ("draw", {"secrets": []}, "secrets is no table"),
    ],
)
def test_a_table_of_another_form_is_kept_with_what_is_wrong(
    kind: str, data: dict[str, Any], problem: str
) -> None:
    body = decode(kind, data).body
    assert isinstance(body, Opaque)
    assert body.problem == problem
    assert encode(body) == data


def test_what_a_newer_version_writes_is_kept() -> None:
    newer: list[tuple[str, dict[str, Any]]] = [
        ("thought", {"x": 1}),
        ("process", {"what": "paused", "x": 1}),
    ]
    for kind, data in newer:
        body = decode(kind, data).body
        assert body == Opaque(kind, data)
    later = decode("noted", {"more": 1, "text": "x"}).body
    assert type(later) is CLASSES["noted"][0]
    assert list(encode(later)) == ["more", "text"]


def test_a_decision_about_a_try_names_its_step_and_its_try() -> None:
    data = {"cause": "walk", "caller": None}
    for step, attempt, problem in (
        (False, True, "it belongs to no step"),
        (True, False, "it belongs to no try"),
    ):
        body = decode("try.started", data, step=step, attempt=attempt).body
        assert isinstance(body, Opaque)
        assert body.problem == problem


def test_a_field_may_be_null_or_left_out() -> None:
    for data in (
        {"kind": "x", "unknown": True, "limits": []},
        {"kind": "x", "unknown": True, "usd_metered": None, "limits": []},
    ):
        body = decode("spend.settled", data).body
        assert encode(body) == data
        assert (body.usd_metered is Omitted.OMITTED) == ("usd_metered" not in data)  # type: ignore[attr-defined]


def test_nobody_reads_an_event_as_a_table() -> None:
    assert not hasattr(Event, "data")
    table = re.compile(r"\b(event|fact|request|first|last|recorded)\.(data|ev)\b")
    root = Path(smoke_tui.__file__).parent
    assert [
        path
        for path in root.rglob("*.py")
        # What h11 calls an event has data.
        if path.parent.name != "httpd" and table.search(path.read_text())
    ] == []
