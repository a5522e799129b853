"""The names of request shapes and the table of their contents."""

from __future__ import annotations

from smoke_tui.codex import request_shapes
from smoke_tui.config.names import AUTO, INSTALLED, SHAPES
from smoke_tui.config.settings import OPTIONS
from smoke_tui.runbook.kinds import KINDS


def test_every_shape_that_can_be_asked_for_is_in_the_table() -> None:
    assert set(request_shapes.SHAPES) | {AUTO, INSTALLED} == set(SHAPES)
    assert all(shape.name == name for name, shape in request_shapes.SHAPES.items())


def test_options_and_runbooks_take_the_same_names() -> None:
    option = next(option for option in OPTIONS if option.name == "shape")
    assert option.choices == SHAPES
    table = KINDS["call"].fields["shape"].type.schema()
    assert table["enum"] == list(SHAPES)
