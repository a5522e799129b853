"""What calls cost by day, asked of the stack's ledger: the question, its SQL, its answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from smoke_tui.structs import Struct
from smoke_tui.world.sql_quoting import sql_name, sql_table, sql_text

Tier = Literal["platform", "org"]
"""Whose calls: the platform's own, which belong to no organisation's domain, or those of domains."""

TIERS: Final[tuple[Tier, ...]] = ("platform", "org")

NOT_SPENT: Final = ("fake", "replay")
"""How the names of models and providers begin whose calls never reach a provider."""

COST_ROLES: Final = ("time", "domain", "model", "cost", "provider")
"""The columns that the question reads, where the ledger has them."""

MOST_DAYS: Final = 3650


class DailyCost(Struct, frozen=True):
    """The question.

    `columns` are names by role, of `COST_ROLES`. Without `models`, those of live providers. Rows of
    a provider of `NOT_SPENT` never count, where the ledger names one.
    """

    table: str
    columns: Mapping[str, str]
    days: int = 7
    tier: Tier = "platform"
    models: tuple[str, ...] = ()

    def sql(self) -> str:
        """The question as PostgreSQL takes it, with every value in it."""
        names = {role: sql_name(name) for role, name in self.columns.items()}
        time, domain, cost = f"{names['time']}::timestamptz", names["domain"], names["cost"]
        owner = {
            "platform": f"({domain} IS NULL OR btrim({domain}::text) = '')  "
            "-- platform-tier (no domain)",
            "org": f"btrim({domain}::text) <> ''  -- org-tier (a domain)",
        }[self.tier]
        conditions = [
            owner,
            f"{self._models(names['model'])}  -- live providers, not Fake",
            *([_reached_provider(names["provider"])] if "provider" in names else []),
            f"{time} > now() - interval '{int(self.days)} days'",
        ]
        return "\n".join(
            (
                f"-- Last {int(self.days)} days, {self.tier}-tier LLM usage; days in UTC",
                f"SELECT to_char(date_trunc('day', {time} AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS day,",
                f"       sum({cost}::numeric) AS daily_cost,",
                f"       count(*) FILTER (WHERE {cost} IS NULL) AS rows_without_cost",
                f"FROM {sql_table(self.table)}",
                "WHERE " + "\n  AND ".join(conditions),
                "GROUP BY 1",
                "ORDER BY 1 DESC;",
            )
        )

    def _models(self, column: str) -> str:
        if self.models:
            return f"{column}::text IN ({', '.join(map(sql_text, self.models))})"
        return _reached_provider(column)

    def counts(self, domain: str | None, model: str | None, provider: str | None) -> bool:
        """Whether a row counts by what it says of its call; the time is not looked at."""
        if bool((domain or "").strip(" ")) is (self.tier == "platform"):
            return False
        if not reaches_provider(provider):
            return False
        return model in self.models if self.models else reaches_provider(model)

    def tier_text(self) -> str:
        """Whose rows are asked for."""
        null = "is null" if self.tier == "platform" else "is not null"
        return f"{self.tier} tier ({self.columns['domain']} {null})"

    def models_text(self) -> str:
        """Which models are asked for."""
        if self.models:
            return f"models {', '.join(self.models)}"
        return "all models but " + " and ".join(f"{name}*" for name in NOT_SPENT)


def _reached_provider(column: str) -> str:
    return f"({column} IS NULL OR {column}::text !~* '^({'|'.join(NOT_SPENT)})')"


def reaches_provider(name: str | None) -> bool:
    """Whether calls of a model or a provider of that name can have cost anything."""
    return not (name or "").lower().startswith(NOT_SPENT)


class DayCost(Struct, frozen=True):
    """The cost of one day as decimal text, None where no row has one; and the rows without one."""

    day: str
    usd: str | None
    unknown_rows: int = 0


class CostByDay(Struct, frozen=True):
    """The answer, newest day first; `problem` is why there is none."""

    days: Sequence[DayCost] = ()
    problem: str | None = None
