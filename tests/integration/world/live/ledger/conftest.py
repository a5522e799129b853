"""A real PostgreSQL for these tests, started once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from smoke_tui.rehearsal.postgres.postgres import Postgres
from tests.helpers.ledger_program import PASSWORD, LedgerProgram


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A server whose superuser has a password of its own."""
    # pytest's own folders are closed to the user that PostgreSQL runs as where we are root.
    with tempfile.TemporaryDirectory(prefix="smoke-tui-ledger-") as name:
        root = Path(name)
        root.chmod(0o711)
        running = Postgres(root / "server", PASSWORD)
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture
def database(server: Postgres) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection of the superuser that keeps what it does; the table of usage is empty."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("TRUNCATE core.llm_usage")
        yield connection


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> LedgerProgram:
    return LedgerProgram(tmp_path / "state", capsys)
