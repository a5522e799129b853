"""A home folder of the tests' own, and a rehearsal whose secrets are known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smoke_tui.rehearsal.rehearsal import Rehearsal


@pytest.fixture
def world() -> Iterator[Rehearsal]:
    """Servers to log in at and to call, in this process."""
    with Rehearsal.start("happy") as rehearsal:
        yield rehearsal
