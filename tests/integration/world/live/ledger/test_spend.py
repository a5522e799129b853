"""`spend`: recorded sessions, and the stack's ledger by day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from smoke_tui.rehearsal.postgres.postgres import Postgres
from tests.helpers.ledger_program import LedgerProgram
from tests.helpers.spending_sessions import TEXT, metered, spending_session

Database = psycopg.Connection[tuple[object, ...]]
NOW = datetime.now(UTC)


def stamp(days: float) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def session(
    state: Path,
    name: str,
    days: float,
    *usages: Mapping[str, Any] | None,
    book: str = "one",
    **config: Any,
) -> None:
    """A recorded session, some days ago."""
    moment = NOW - timedelta(days=days)
    spending_session(state / "sessions" / name, moment, *usages, book=book, **config)


def test_days_and_totals(program: LedgerProgram) -> None:
    session(program.state, "20260101T000000Z-0001", 0, metered("0.10"), metered("0.02"))
    session(program.state, "20260101T000000Z-0002", 2, metered("0.005"))
    result = program("spend", "--json").json()
    assert (result["schema"], result["days"], result["ledger"]) == ("smoke-spend/1", 7, None)
    sessions = result["sessions"]
    assert [(row["day"], row["calls"], row["usd_metered"]) for row in sessions["days"]] == [
        (stamp(0)[:10], 2, "0.12"),
        (stamp(2)[:10], 1, "0.005"),
    ]
    assert (
        sessions["total"]
        | {"calls": 3, "input_tokens": 30, "output_tokens": 3, "usd_metered": "0.125"}
        == sessions["total"]
    )
    assert "$0.125 metered" in program("spend").out


def test_an_unknown_is_never_a_zero(program: LedgerProgram) -> None:
    session(program.state, "20260101T000000Z-0001", 0, metered("0.12"), None)
    session(program.state, "20260101T000000Z-0002", 1, metered(None))
    total = program("spend", "--json").json()["sessions"]["total"]
    assert total["usd_metered"] is None
    assert (total["usd_metered_at_least"], total["unpriced_calls"], total["unknown_calls"]) == (
        "0.12",
        2,
        1,
    )
    out = program("spend").out
    assert "at least $0.12 (1 call unknown)" in out
    assert "at least $0.12 (2 calls unknown)" in out


def test_a_subscription_costs_no_money(program: LedgerProgram) -> None:
    session(
        program.state,
        "20260101T000000Z-0001",
        0,
        {"kind": "subscription", "input_tokens": 5, "output_tokens": 5},
    )
    total = program("spend", "--json").json()["sessions"]["total"]
    assert (total["calls"], total["usd_metered"], total["unpriced_calls"]) == (1, "0", 0)
    assert "1 call on a subscription: no money metered; quota not seen" in program("spend").out
    window = {"window_minutes": 300, "used_percent": 12.4, "resets_at": "2026-11-22T12:00:00Z"}
    usage = {"kind": "subscription", "input_tokens": 5, "output_tokens": 5, "limits": [window]}
    session(program.state, "20260101T000000Z-0002", 0, usage)
    quota = program("spend", "--json").json()["sessions"]["quota"]
    assert [(each["window_minutes"], each["used_percent_after"]) for each in quota] == [(300, 12.4)]
    assert "2 calls on a subscription" in program("spend").out
    assert "quota last seen: 5 h window 12.4 %" in program("spend").out


def test_only_live_sessions_of_those_days_count(program: LedgerProgram) -> None:
    for number, (days, config) in enumerate(
        [
            (8, {}),
            (0, {"world": "rehearsed"}),
            (0, {"codex_url": "http://127.0.0.1:1/x"}),
            (6.5, {}),
        ]
    ):
        session(program.state, f"20260101T000000Z-000{number}", days, metered("1"), **config)
    (program.state / "sessions" / "20260101T000000Z-0003" / "note").write_text("x")
    torn = program.state / "sessions" / "20260101T000000Z-0009"
    torn.mkdir(mode=0o700)
    (torn / "journal.jsonl").write_text("not a journal\n")
    sessions = program("spend", "--json").json()["sessions"]
    assert (sessions["count"], sessions["unreadable"]) == (1, 1)
    assert sessions["total"]["calls"] == 1
    assert program("spend", "--json", "--days", "9").json()["sessions"]["total"]["calls"] == 2
    assert "1 session could not be read" in program("spend").out
    assert "2 rehearsals: $0, never counted as spend" in program("spend").out


def test_a_runbook_chooses_its_sessions_and_its_ledger(
    program: LedgerProgram, server: Postgres, database: Database, tmp_path: Path
) -> None:
    session(program.state, "20260101T000000Z-0001", 0, metered("1"), book="one")
    session(program.state, "20260101T000000Z-0002", 0, metered("1"), metered("1"), book="two")
    turn = (
        TEXT.format(name="two")
        .replace('kind = "call"\nprompt = "p"', 'kind = "turn"')
        .replace("\n```\n", '\nask = "x"\n[ledger]\ntable = "other.place"\n```\n')
    )
    path = tmp_path / "two.md"
    path.write_text(turn)
    done = program("spend", str(path), "--json", "--ledger", server.dsn)
    assert done.code == 4
    assert done.json()["sessions"]["total"]["calls"] == 2
    assert "other.place" in done.json()["ledger"]["problem"]
    again = program("spend", str(path), "--ledger", server.dsn, "--ledger-table", "core.llm_usage")
    assert again.code == 0
    assert program("spend", "nothing-such").code == 5


def test_a_replay_of_a_session_spends_nothing(program: LedgerProgram) -> None:
    assert program("--check", "openai-subscription", "--rehearse").code == 0
    rehearsed = program("spend", "--json").json()["sessions"]
    session(program.state, "20260101T000000Z-0001", 0, metered("0.10"), metered("0.02"))
    before = program("spend", "--json").json()["sessions"]
    assert (rehearsed["total"]["calls"], before["total"]["usd_metered"]) == (0, "0.12")
    assert program("replay", "last").code == 0
    program("replay", "20260101T000000Z-0001")
    program("replay", "--all")
    assert program("spend", "--json").json()["sessions"] == before


# --- the stack's ledger ---------------------------------------------------------------------


def fill(database: Database, *rows: tuple[float, str | None, str | None, str | None]) -> None:
    for days, domain, model, cost in rows:
        database.execute(
            "INSERT INTO core.llm_usage (recorded_at, domain_id, model, cost_estimate) VALUES "
            "(now() - make_interval(secs => %s), %s, %s, %s)",
            (days * 86400, domain, model, cost),
        )


def seeds_query(database: Database, model: str) -> list[tuple[str, str]]:
    """The query of the seed's own page, word by word but for the model."""
    database.execute("SET TIME ZONE 'UTC'")
    found = database.execute(
        """
        SELECT date_trunc('day', recorded_at) AS day, sum(cost_estimate) AS daily_cost
        FROM core.llm_usage
        WHERE domain_id IS NULL -- platform-tier (no domain)
        AND model IN (%s) -- live providers, not Fake
        AND recorded_at > now() - interval '7 days'
        GROUP BY day
        ORDER BY day DESC""",
        [model],
    ).fetchall()
    return [(f"{day:%Y-%m-%d}", str(cost)) for day, cost in found]


def test_the_ledger_by_day_is_the_seeds_query(
    program: LedgerProgram, server: Postgres, database: Database
) -> None:
    fill(
        database,
        (0, None, "grok-4.3", "0.10"),
        (0, None, "grok-4.3", "0.02"),
        (3, None, "grok-4.3", "1.5"),
        (8, None, "grok-4.3", "9"),
        (1, "dom-1", "grok-4.3", "9"),
        (2, None, "gpt-5", "0.3"),
        (2, None, "FakeLLM", "9"),
        (2, None, "fake", "9"),
        (4, None, None, "0.4"),
    )
    done = program("spend", "--json", "--models", "grok-4.3", "--ledger", server.dsn)
    rows = done.json()["ledger"]["rows"]
    assert done.code == 0
    assert [(row["day"], row["usd"]) for row in rows] == seeds_query(database, "grok-4.3")
    assert [row["usd"] for row in rows] == ["0.12", "1.5"]
    everything = program("spend", "--json", "--ledger", server.dsn).json()["ledger"]["rows"]
    assert [row["usd"] for row in everything] == ["0.12", "0.3", "1.5", "0.4"]
    longer = program(
        "spend", "--json", "--ledger", server.dsn, "--days", "30", "--models", "gpt-5, grok-4.3"
    ).json()["ledger"]["rows"]
    assert [row["usd"] for row in longer] == ["0.12", "0.3", "1.5", "9"]
    assert "models grok-4.3" in program("spend", "--models", "grok-4.3", "--ledger", server.dsn).out


def test_a_cost_that_is_not_there_is_unknown(
    program: LedgerProgram, server: Postgres, database: Database
) -> None:
    fill(database, (0, None, "m", "0.1"), (0, None, "m", None), (3, None, "m", None))
    done = program("spend", "--json", "--ledger", server.dsn)
    assert [row["usd"] for row in done.json()["ledger"]["rows"]] == ["0.1", None]
    out = program("spend", "--ledger", server.dsn).out
    assert "at least $0.1 (1 row without a cost)" in out
    assert "unknown (1 row without a cost)" in out


def test_without_and_with_an_empty_ledger(
    program: LedgerProgram, server: Postgres, database: Database
) -> None:
    assert "none given" in program("spend").out
    assert "--sql prints the query for it" in program("spend").out
    assert "no rows" in program("spend", "--ledger", server.dsn).out


def test_the_query_as_text_gives_the_same(
    program: LedgerProgram, server: Postgres, database: Database
) -> None:
    fill(
        database,
        (0, None, "grok-4.3", "0.10"),
        (1, "dom-1", "grok-4.3", "9"),
        (2, None, "o'x\\", "0.3"),
        (3, None, "fake", "9"),
    )
    for options in ([], ["--tier", "org"], ["--models", "o'x\\,grok-4.3"], ["--days", "1"]):
        done = program("spend", "--sql", *options)
        assert done.code == 0
        ledger = program("spend", "--json", "--ledger", server.dsn, *options).json()
        assert ledger["query"] == done.out.rstrip("\n")
        assert ledger["ledger"]["rows"] == [
            {"day": day, "usd": str(usd), "unknown_rows": unknown}
            for day, usd, unknown in database.execute(done.out).fetchall()
        ]
        assert ledger["ledger"]["rows"]


def test_the_query_names_the_table_and_the_columns_in_force(
    program: LedgerProgram,
) -> None:
    out = program(
        "spend",
        "--sql",
        "--ledger-table",
        "Core.Usage",
        "--ledger-columns",
        "cost=usd,provider=user",
        "--ledger",
        "postgresql://u:FAKE-secret@127.0.0.1:1/db",
    ).out
    assert 'FROM "Core"."Usage"' in out
    assert "sum(usd::numeric) AS daily_cost" in out
    assert 'AND ("user" IS NULL OR "user"::text' in out
    assert "FAKE-secret" not in out


def test_the_tier_is_shown(program: LedgerProgram, server: Postgres, database: Database) -> None:
    fill(database, (0, "dom-1", "m", "0.5"), (0, None, "m", "9"))
    out = program("spend", "--tier", "org", "--ledger", server.dsn).out
    assert "org tier (domain_id is not null)" in out
    assert "$0.5" in out
    assert "$9" not in out
    assert program("spend", "--tier", "nobody").code == 2


def test_help_has_an_example_and_the_exit_codes(program: LedgerProgram) -> None:
    done = program("spend", "--help")
    assert done.code == 0
    for word in ("example:", "smoke-tui spend --days 7", "exit codes:", "--models"):
        assert word in done.out
    assert json.loads(program("spend", "--json").out)["schema"] == "smoke-spend/1"
