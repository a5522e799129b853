"""What calls cost by day, asked of a real PostgreSQL by the very text that a person is shown."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.rehearsal.postgres.postgres import Postgres
from smoke_tui.session.spend_sources import daily_cost
from smoke_tui.stack.ledger_table import LedgerTable
from smoke_tui.world.daily_cost import CostByDay, DayCost
from smoke_tui.world.sql_quoting import RESERVED, sql_name, sql_text
from tests.helpers.ledger_program import days
from tests.helpers.processes import free_port

Database = psycopg.Connection[tuple[object, ...]]
Row = tuple[float, str | None, str | None, str | None, str | None]
"""Days ago, domain, model, provider, cost."""

PROVIDER = {"provider": "provider"}

ROWS: tuple[Row, ...] = (
    (0, None, "grok-4.3", None, "0.10"),
    (0, " ", "grok-4.3", "xai", "0.02"),
    (1, "dom-1", "grok-4.3", None, "4"),
    (2, None, "gpt-5", "openai", None),
    (2, None, "FakeLLM", None, "9"),
    (2, None, "replayed", None, "9"),
    (2, None, "grok-4.3", "Replay", "9"),
    (2, "dom-1", "grok-4.3", "fake", "9"),
    (3, None, None, None, "0.3"),
    (8, None, "grok-4.3", None, "9"),
)


def day(ago: float) -> str:
    return f"{datetime.now(UTC) - timedelta(days=ago):%Y-%m-%d}"


def fill(database: Database, rows: tuple[Row, ...]) -> None:
    for ago, domain, model, provider, cost in rows:
        database.execute(
            "INSERT INTO core.llm_usage (recorded_at, domain_id, model, provider, cost_estimate) "
            "VALUES (now() - make_interval(secs => %s), %s, %s, %s, %s)",
            (ago * 86400, domain, model, provider, cost),
        )


@contextmanager
def stand_in(rows: tuple[Row, ...]) -> Iterator[str]:
    """The rehearsal's light ledger, with these rows of the last seven days."""
    now = datetime.now(UTC)
    names = ("domain_id", "model", "provider", "cost_estimate")
    document = {
        "now": now.isoformat(),
        "rows": [
            {
                "recorded_at": (now - timedelta(days=ago)).isoformat(),
                **dict(zip(names, row, strict=True)),
            }
            for ago, *row in rows
            if ago < 7
        ],
    }

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Nothing is logged."""

    with HTTPServer(("127.0.0.1", 0), Page) as page:
        threading.Thread(target=page.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{page.server_port}/usage"
        page.shutdown()


def test_what_reached_no_provider_is_never_counted(server: Postgres, database: Database) -> None:
    fill(database, ROWS)
    assert days(server.dsn, names=PROVIDER) == CostByDay(
        (DayCost(day(0), "0.12"), DayCost(day(2), None, 1), DayCost(day(3), "0.3"))
    )
    # A replay bills nothing even where its model is asked for by name.
    assert days(server.dsn, "grok-4.3", names=PROVIDER).days == (DayCost(day(0), "0.12"),)
    assert days(server.dsn, tier="org", names=PROVIDER).days == (DayCost(day(1), "4"),)


@pytest.mark.parametrize("models", [(), ("grok-4.3",), ("gpt-5", "grok-4.3", "nothing")])
@pytest.mark.parametrize("tier", ["platform", "org"])
@pytest.mark.parametrize("names", [{}, PROVIDER])
def test_the_stand_in_and_postgresql_agree(
    server: Postgres, database: Database, models: tuple[str, ...], tier: Any, names: dict[str, str]
) -> None:
    fill(database, ROWS)
    with stand_in(ROWS) as address:
        assert days(address, *models, tier=tier, names=names) == days(
            server.dsn, *models, tier=tier, names=names
        )


def test_the_text_is_the_query_of_the_runbook() -> None:
    assert daily_cost(LedgerTable(), models=["grok-4.3"]).sql() == (
        "-- Last 7 days, platform-tier LLM usage; days in UTC\n"
        "SELECT to_char(date_trunc('day', recorded_at::timestamptz AT TIME ZONE 'UTC'), "
        "'YYYY-MM-DD') AS day,\n"
        "       sum(cost_estimate::numeric) AS daily_cost,\n"
        "       count(*) FILTER (WHERE cost_estimate IS NULL) AS rows_without_cost\n"
        "FROM core.llm_usage\n"
        "WHERE (domain_id IS NULL OR btrim(domain_id::text) = '')  -- platform-tier (no domain)\n"
        "  AND model::text IN ('grok-4.3')  -- live providers, not Fake\n"
        "  AND recorded_at::timestamptz > now() - interval '7 days'\n"
        "GROUP BY 1\n"
        "ORDER BY 1 DESC;"
    )


def test_days_are_those_of_utc_whatever_the_zone_of_who_pastes_it(
    server: Postgres, database: Database
) -> None:
    midnight = f"{day(1)}T23:30:00Z"
    database.execute(
        "INSERT INTO core.llm_usage (recorded_at, model, cost_estimate) VALUES (%s, 'm', 1)",
        (midnight,),
    )
    assert days(server.dsn).days == (DayCost(day(1), "1"),)
    database.execute("SET TIME ZONE 'Asia/Tokyo'")
    pasted = database.execute(daily_cost(LedgerTable()).sql()).fetchall()
    assert [str(row[0]) for row in pasted] == [day(1)]


def test_a_column_named_like_one_of_the_answer_does_no_harm(
    server: Postgres, database: Database
) -> None:
    database.execute(
        "CREATE OR REPLACE VIEW public.with_day AS "
        "SELECT *, random() AS day, 1 AS daily_cost FROM core.llm_usage"
    )
    fill(database, ((0, None, "m", None, "1"), (0, None, "m", None, "2")))
    assert days(server.dsn, names={"table": "public.with_day"}).days == (DayCost(day(0), "3"),)


def test_only_words_that_need_it_are_quoted(database: Database) -> None:
    words = database.execute("SELECT word, catcode::text FROM pg_get_keywords()").fetchall()
    reserved = {word for word, code in words if code in ("R", "T")}
    assert len(reserved) > 90
    assert {word for word in reserved if not RESERVED.fullmatch(str(word))} == set()
    assert sql_name("recorded_at") == "recorded_at"
    assert [sql_name(name) for name in ("when", "User", "a$", "é", 'a"b', "9", "")] == [
        '"when"',
        '"User"',
        '"a$"',
        '"é"',
        '"a""b"',
        '"9"',
        '""',
    ]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@pytest.mark.parametrize("conforming", ["on", "off"])
def test_a_literal_is_read_as_its_text(database: Database, conforming: str) -> None:
    database.execute(f"SET standard_conforming_strings = {conforming}")
    database.execute("SET escape_string_warning = off")

    @given(st.text("'\\a\"$%\n") | TEXTS)
    def check(text: str) -> None:
        assert database.execute(f"SELECT {sql_text(text)}").fetchone() == (text,)

    check()


def test_a_name_is_read_as_it_is_written(database: Database) -> None:
    @given(TEXTS.filter(lambda text: text and len(text.encode()) < 64))
    def check(name: str) -> None:
        cursor = database.execute(f"SELECT 1 AS {sql_name(name)}")
        assert cursor.description is not None
        assert cursor.description[0].name == name

    check()


@pytest.mark.parametrize("quote", [sql_name, sql_text])
def test_a_nul_is_refused(quote: Any) -> None:
    with pytest.raises(ValueError, match="holds no NUL"):
        quote("a\0b")


def test_a_ledger_that_cannot_be_read_is_a_problem() -> None:
    answer = days(f"postgresql://u@127.0.0.1:{free_port()}/db")
    assert answer == CostByDay(problem="nothing listens at its address")
