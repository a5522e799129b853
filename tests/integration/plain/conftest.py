"""A home folder of the tests' own, and a rehearsal whose secrets are known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smoke_tui.rehearsal.rehearsal import Rehearsal
from tests.helpers.plain_program import Landing


@pytest.fixture
def world() -> Iterator[Rehearsal]:
    """Servers to log in at and to call, in this process."""
    with Rehearsal.start("happy") as rehearsal:
        yield rehearsal


@pytest.fixture
def landing(monkeypatch: pytest.MonkeyPatch) -> type[Landing]:
    """The person's browser is on another machine, where nobody listens."""
    Landing.landed = ""
    monkeypatch.setattr("smoke_tui.rehearsal.hands.Browser", Landing)
    return Landing
