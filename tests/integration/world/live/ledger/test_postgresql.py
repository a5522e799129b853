"""The live port against a real PostgreSQL: what it reads, and that it can do nothing else."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from smoke_tui.rehearsal.postgres.postgres import USER, Postgres
from smoke_tui.stack.ledger_window import LedgerReading
from smoke_tui.world.daily_cost import CostByDay
from smoke_tui.world.live.ledger.postgresql import ROWS, ask, read
from tests.helpers.ledger_program import PASSWORD, asked, days, problem, rows
from tests.helpers.processes import free_port

Database = psycopg.Connection[tuple[object, ...]]
INSERT = (
    "INSERT INTO core.llm_usage (recorded_at, domain_id, model, cost_estimate, credential) "
    "VALUES (%s, %s, %s, %s, %s)"
)


def add(
    database: Database,
    domain: str | None = "dom-1",
    *,
    at: str = "2026-11-21T10:00:00Z",
    model: str | None = "gpt-5",
    cost: str | None = "0",
    credential: str | None = "subscription",
) -> None:
    database.execute(INSERT, (at, domain, model, cost, credential))


def test_rows_of_the_organisation_and_of_the_platform(server: Postgres, database: Database) -> None:
    add(database)
    add(database, None, at="2026-11-21T11:00:00.123456+01:00", cost="0.004200")
    add(database, "dom-2")
    assert rows(server.dsn, credential="credential") == [
        {
            "time": "2026-11-21T10:00:00.123456Z",
            "domain": None,
            "model": "gpt-5",
            "cost": "0.004200",
            "credential": "subscription",
        },
        {
            "time": "2026-11-21T10:00:00.000000Z",
            "domain": "dom-1",
            "model": "gpt-5",
            "cost": "0",
            "credential": "subscription",
        },
    ]


@pytest.mark.parametrize("blank", ["", " ", "   "])
def test_a_blank_domain_is_the_platforms(server: Postgres, database: Database, blank: str) -> None:
    add(database, blank, cost="0.004200")
    (row,) = rows(server.dsn)
    assert row["domain"] == blank
    assert LedgerReading((row,)).platform == [row]
    database.execute("UPDATE core.llm_usage SET recorded_at = now()")
    (day,) = days(server.dsn).days
    assert day.usd == "0.004200"


def test_a_row_of_the_response_is_read_whoever_it_is_of(
    server: Postgres, database: Database
) -> None:
    add(database)
    add(database, "dom-2")
    database.execute("UPDATE core.llm_usage SET response_id = 'resp_' || domain_id")
    named = asked(response_id="response_id")
    assert [row["domain"] for row in read(server.dsn, named)["rows"]] == ["dom-1"]
    found = read(server.dsn, named | {"response": "resp_dom-2"})["rows"]
    assert {row["domain"] for row in found} == {"dom-1", "dom-2"}
    assert LedgerReading(tuple(found), match="dom-1").elsewhere == [
        row for row in found if row["domain"] == "dom-2"
    ]


def test_the_window_begins_at_the_ledgers_own_mark(server: Postgres, database: Database) -> None:
    database.execute("INSERT INTO core.llm_usage (domain_id) VALUES ('dom-1')")
    mark = read(server.dsn, asked("now"))["now"]
    assert rows(server.dsn, since=mark) == []
    database.execute("INSERT INTO core.llm_usage (domain_id) VALUES ('dom-1')")
    assert len(rows(server.dsn, since=mark)) == 1


def test_unknown_costs_and_odd_values(server: Postgres, database: Database) -> None:
    add(database, cost=None, model=None, credential=None)
    add(database, cost="NaN")
    add(database, model="m" * 1000)
    found = rows(server.dsn, credential="credential")
    assert sorted(str(row["cost"]) for row in found) == ["0", "None", "None"]
    assert max(len(row["model"] or "") for row in found) == 200


def test_many_rows_are_cut_and_reported(server: Postgres, database: Database) -> None:
    database.execute(
        "INSERT INTO core.llm_usage (domain_id) SELECT 'dom-1' FROM generate_series(1, %s)", [ROWS]
    )
    assert read(server.dsn, asked())["more"] is False
    add(database)
    answer = read(server.dsn, asked())
    assert (len(answer["rows"]), answer["more"]) == (ROWS, True)


def test_other_names_and_other_types(server: Postgres, database: Database) -> None:
    database.execute("""
        CREATE SCHEMA IF NOT EXISTS "Billing";
        DROP TABLE IF EXISTS "Billing"."Calls";
        CREATE TABLE "Billing"."Calls" ("At" timestamp, "select" uuid, m int, "Cost$" real);
        INSERT INTO "Billing"."Calls" VALUES
            ('2026-11-21 10:00:00', '6f1c2c52-3d19-4a0e-9d0e-0c2ff0f3a001', 7, 0.5),
            ('2026-11-20 10:00:00', NULL, 8, NULL)""")
    names = {
        "table": "Billing.Calls",
        "time": "At",
        "domain": "select",
        "model": "m",
        "cost": "Cost$",
    }
    # The server's own zone must not matter: a time without one is UTC.
    database.execute("ALTER DATABASE postgres SET timezone = 'Asia/Tokyo'")
    try:
        found = rows(
            server.dsn,
            match="6f1c2c52-3d19-4a0e-9d0e-0c2ff0f3a001",
            since="2026-11-20T10:00:00Z",
            **names,
        )
    finally:
        database.execute("ALTER DATABASE postgres RESET timezone")
    assert found == [
        {
            "time": "2026-11-21T10:00:00.000000Z",
            "domain": "6f1c2c52-3d19-4a0e-9d0e-0c2ff0f3a001",
            "model": "7",
            "cost": "0.5",
        },
        {"time": "2026-11-20T10:00:00.000000Z", "domain": None, "model": "8", "cost": None},
    ]
    assert rows(server.dsn, match="not a uuid", since="2026-11-21T00:00:00Z", **names) == []


def test_a_missing_table_and_a_missing_column_are_named(
    server: Postgres, database: Database
) -> None:
    def problems(**names: str) -> list[str]:
        asked_of_rows = [problem(server.dsn, op=op, **names) for op in ("now", "rows")]
        return [*asked_of_rows, str(days(server.dsn, names=names).problem)]

    assert all("no table core.usage" in text for text in problems(table="core.usage"))
    for told in problems(cost="price"):
        assert "core.llm_usage has no column price for the cost" in told
        assert "recorded_at, domain_id, org_id" in told
        assert "--ledger-columns cost=" in told
    assert "no table" in problem(server.dsn, table="core.LLM_usage")


@pytest.mark.parametrize("name", ["table", "time", "domain", "model", "cost", "credential"])
@pytest.mark.parametrize(
    "evil",
    [
        'x"; DELETE FROM core.llm_usage; --',
        "x'; DELETE FROM core.llm_usage; --",
        "recorded_at) OR (SELECT pg_sleep(9)) IS NULL --",
        "%s",
        "{table}",
        "%(since)s",
        'a"b',
    ],
)
def test_sql_in_a_name_is_only_a_name(
    server: Postgres, database: Database, name: str, evil: str
) -> None:
    add(database)
    problems = [problem(server.dsn, **{name: evil})]
    if name != "credential":
        problems.append(str(days(server.dsn, names={name: evil}).problem))
    for text in problems:
        assert "has no column" in text or (name == "table" and "there is no table" in text)
    assert len(rows(server.dsn)) == 1


@pytest.mark.parametrize("evil", ["' OR true --", "dom-1' OR 'x'='x", "%s", "{domain}", "\\"])
def test_sql_in_a_value_is_only_a_value(server: Postgres, database: Database, evil: str) -> None:
    add(database)
    assert rows(server.dsn, match=evil) == []
    database.execute("UPDATE core.llm_usage SET recorded_at = now(), domain_id = NULL")
    assert days(server.dsn, evil) == CostByDay()
    assert len(days(server.dsn, evil, "gpt-5").days) == 1


def test_a_name_that_is_sql_is_read_where_it_exists(server: Postgres, database: Database) -> None:
    evil = 'x"; DROP SCHEMA core CASCADE; --'
    add(database)
    database.execute(
        sql.SQL(
            "CREATE OR REPLACE VIEW {} AS SELECT recorded_at, domain_id, "
            "model AS {}, cost_estimate FROM core.llm_usage"
        ).format(sql.Identifier("public", evil), sql.Identifier(evil))
    )
    found = rows(server.dsn, table=f"public.{evil}", model=evil)
    assert [row["model"] for row in found] == ["gpt-5"]
    assert len(rows(server.dsn)) == 1


# --- it can only read -----------------------------------------------------------------------


def test_what_writes_is_refused(server: Postgres, database: Database) -> None:
    database.execute("""
        CREATE TABLE IF NOT EXISTS public.traces (n int);
        CREATE OR REPLACE FUNCTION public.trace() RETURNS text LANGUAGE plpgsql VOLATILE AS
            $$ BEGIN INSERT INTO public.traces VALUES (1); RETURN 'seen'; END $$;
        CREATE OR REPLACE VIEW public.spying AS
            SELECT recorded_at, domain_id, public.trace() AS model, cost_estimate
            FROM core.llm_usage""")
    add(database)
    # The view writes for whoever may: only our transaction keeps it from that.
    assert database.execute("SELECT model FROM public.spying").fetchall() == [("seen",)]
    database.execute("TRUNCATE public.traces")
    told = problem(server.dsn, table="public.spying")
    assert told == (
        "reading public.spying would have changed something, which is not allowed to it"
    )
    # An address can't loosen it either.
    loose = f"{server.dsn}?options=-c%20default_transaction_read_only%3Doff"
    assert problem(loose, table="public.spying") == told
    assert database.execute("SELECT count(*) FROM public.traces").fetchone() == (0,)


def test_a_question_has_a_time_limit(server: Postgres, database: Database) -> None:
    database.execute("""
        CREATE OR REPLACE VIEW public.slow AS
            SELECT recorded_at, domain_id, pg_sleep(60)::text AS model, cost_estimate
            FROM core.llm_usage""")
    add(database)
    assert problem(server.dsn, table="public.slow") == "the question took longer than 5 s"


def test_a_table_that_is_locked(server: Postgres, database: Database) -> None:
    with psycopg.connect(server.dsn) as other:
        other.execute("LOCK TABLE core.llm_usage IN ACCESS EXCLUSIVE MODE")
        assert problem(server.dsn) == "the question took longer than 5 s"
        other.rollback()


def test_a_user_without_rights_is_reported(server: Postgres, database: Database) -> None:
    database.execute("DROP ROLE IF EXISTS stranger")
    database.execute("CREATE ROLE stranger LOGIN PASSWORD 'strange-r'")
    address = f"postgresql://stranger:strange-r@127.0.0.1:{server.port}/postgres"
    assert problem(address) == "the user may not read core.llm_usage"


def test_columns_of_other_types_are_reported(server: Postgres, database: Database) -> None:
    add(database)
    told = problem(server.dsn, time="domain_id", domain="model", match="gpt-5")
    assert "domain_id has to hold times and cost_estimate numbers" in told
    assert "numbers" in problem(server.dsn, cost="model")
    assert "numbers" in problem(server.dsn, time="id")


# --- what is wrong with the connection ------------------------------------------------------


def variants(password: str) -> list[str]:
    return [password, quote(password, safe=""), quote(password)]


def silent_server() -> tuple[socket.socket, int]:
    """Takes a connection and never says a word."""
    listening = socket.create_server(("127.0.0.1", 0))
    return listening, listening.getsockname()[1]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgresql://u:{password}@127.0.0.1:{free}/db", "nothing listens at its address"),
        ("host=127.0.0.1 port={free} user=u password='{quoted}'", "nothing listens at its address"),
        (
            "postgresql://" + USER + ":{password}x@127.0.0.1:{port}/postgres",
            "it refused the user or the password",
        ),
        (
            "postgresql://nobody:{password}@127.0.0.1:{port}/postgres",
            "it refused the user or the password",
        ),
        (
            "postgresql://" + USER + ":{password}@127.0.0.1:{port}/other",
            "it has no database of that name",
        ),
        ("postgresql://u:{password}@nowhere.invalid/db", "its host is not known"),
        ("postgresql://u:{password}@127.0.0.1:x/db", "its address can't be read"),
        ("host=127.0.0.1 nonsense={password}", "its address can't be read"),
        (
            "postgresql://u:{password}@127.0.0.1:{port}/postgres?sslmode=require",
            "no secure connection was made",
        ),
        ("postgresql://u:{password}@127.0.0.1:{silent}/db", "it did not answer within 5 s"),
    ],
)
def test_a_connection_that_fails_is_reported_without_its_address(
    server: Postgres, address: str, says: str
) -> None:
    listening, silent = silent_server()
    with listening:
        filled = address.format(
            password=quote(PASSWORD, safe=""),
            quoted=PASSWORD.replace("'", r"\'"),
            port=server.port,
            free=free_port(),
            silent=silent,
        )
        told = problem(filled)
    assert told.startswith(says)
    assert not [form for form in variants(PASSWORD) if form in told]
    assert "127.0.0.1" not in told


def test_nothing_was_handed_in() -> None:
    assert problem("") == "its address was not handed in"


def test_who_waits_can_stop_waiting() -> None:
    listening, port = silent_server()

    async def main() -> None:
        waiting = asyncio.ensure_future(ask(f"postgresql://u@127.0.0.1:{port}/db", asked()))
        connection, _ = await asyncio.to_thread(listening.accept)
        with connection:
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    with listening:
        asyncio.run(main())
    # The thread ends by itself once its connection is gone.
    for thread in threading.enumerate():
        if thread.name == "ledger":
            thread.join(20)


# --- the stack's own page -------------------------------------------------------------------


def test_the_stand_in_gives_the_same(server: Postgres, database: Database) -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from urllib.parse import parse_qs, urlsplit

    seen: list[dict[str, Any]] = []
    answers = [
        b'{"now": "2026-11-21T12:00:00.000000Z", "rows": [{"recorded_at": '
        b'"2026-11-21T10:00:00.000000Z", "domain_id": "dom-1", "model": "gpt-5", '
        b'"cost_estimate": "0", "org_id": "org-1"}]}',
        b'{"now": "x", "rows": [{"recorded_at": "x"}]}',
        b"[]",
        b"<html>",
        b'{"rows": 3}',
    ]

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(parse_qs(urlsplit(self.path).query))
            body = answers[len(seen) - 1]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Nothing is logged."""

    with HTTPServer(("127.0.0.1", 0), Page) as page:
        threading.Thread(target=page.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{page.server_port}/usage"
        add(database)
        assert rows(address) == rows(server.dsn)
        assert "has no column domain_id" in problem(address)
        assert [problem(address) for _ in range(3)] == [
            "the stand-in answered 200 without rows",
            "the stand-in gave no answer (JSONDecodeError)",
            "the stand-in's answer has no rows",
        ]
        page.shutdown()
    assert seen[0] == {"org_id": ["dom-1"], "since": ["1970-01-01T00:00:00Z"]}
    assert problem(address).startswith("the stand-in gave no answer")
