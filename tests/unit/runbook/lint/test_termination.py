"""Which runbooks end, and which may not."""

from __future__ import annotations

from smoke_tui.runbook.lint.termination import Node, endless_paths


def test_runbooks_that_end_and_runbooks_that_do_not() -> None:
    good = {"a": Node(("f",), 0), "b": Node(("f", "g"), 0), "f": Node((), 1), "g": Node(("f",), 2)}
    assert endless_paths(good) == []
    circle = endless_paths({"a": Node(("f",), 0), "f": Node(("g",), 1), "g": Node(("f",), 1)})
    assert [(walk.steps, walk.is_cycle) for walk in circle] == [(("f", "g", "f"), True)]
    tower = {f"f{n}": Node((f"f{n + 1}",) if n < 4 else (), 5) for n in range(5)}
    assert [walk.start for walk in endless_paths(tower)] == ["f1"]
