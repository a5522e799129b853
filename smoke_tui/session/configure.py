"""From settings to a session: the runbook, its configuration, the world it runs in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from smoke_tui.codex.attestations import ATTESTED
from smoke_tui.config.names import AUTO
from smoke_tui.config.nearest import did_you_mean
from smoke_tui.config.session_config import (
    API_URL,
    CAPTURED_VERSION,
    CLIENT_ORIGINATOR,
    CODEX_URL,
    ISSUER,
    STACK_URL,
    SessionConfig,
    refuse_host,
)
from smoke_tui.config.settings import Settings, config_dir, expanded, own_runbooks
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.journal.state import State
from smoke_tui.outcomes import Exit
from smoke_tui.runbook import Diagnostic, Runbook, find, load
from smoke_tui.session.resolve import client_version_of, header_of, names_of
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.stack.ledger_table import describe
from smoke_tui.structs import replace

DEFAULT_RUNBOOK = "openai-subscription"


class InvalidRunbookError(CommandError):
    """A runbook has errors; `diagnostics` holds all of them."""

    def __init__(self, path: Path, diagnostics: tuple[Diagnostic, ...]) -> None:
        lines = "\n".join(str(problem) for problem in diagnostics)
        super().__init__(Exit.INVALID, f"{lines}\ncorrect the runbook, then try again")
        self.path = path
        self.diagnostics = diagnostics


def open_runbook(name: str | None) -> Runbook:
    """Find and parse a runbook by path or id.

    Raises:
        CommandError: there is none (5).
        InvalidRunbook: it has errors (3).
    """
    wanted = name or DEFAULT_RUNBOOK
    path = find(wanted, cwd=Path.cwd(), config_dir=config_dir())
    if path is None:
        raise CommandError(
            Exit.NOTHING,
            f"no runbook {wanted!r}: it is neither a file nor the id of one in ./runbooks, "
            f"{own_runbooks()} or those that are shipped",
        )
    parsed = load(path)
    if parsed.runbook is None:
        raise InvalidRunbookError(path, parsed.diagnostics)
    return parsed.runbook


def ledger_names(settings: Settings) -> tuple[str | None, tuple[str, ...]]:
    """The table and the columns of the ledger, as far as they are configured.

    Raises:
        UsageError: a name is no plain name, or a column's role is unknown.
    """
    table = settings.get("ledger-table")
    pairs = (settings.get("ledger-columns") or "").split(",")
    columns = tuple(pair.strip() for pair in pairs if pair.strip())
    for name, arguments in (("ledger-table", (table, ())), ("ledger-columns", (None, columns))):
        try:
            describe(None, *arguments)
        except ValueError as wrong:
            raise UsageError(f"{settings.source(name)}: {wrong}") from None
    return table, columns


def config_from(
    settings: Settings, runbook: Runbook | None, secret_options: SecretOptions
) -> SessionConfig:
    """The configuration of a live session.

    Raises:
        UsageError: an address that may not be used, or a setting that makes no sense.
    """
    issuer = (settings.get("issuer") or ISSUER).rstrip("/")
    codex_url = (settings.get("codex-url") or CODEX_URL).rstrip("/")
    api_url = (settings.get("api-url") or API_URL).rstrip("/")
    for name, url in (("issuer", issuer), ("codex-url", codex_url), ("api-url", api_url)):
        refusal = refuse_host(url, settings.allow_hosts)
        if refusal:
            raise UsageError(f"--{name}: {refusal}")
    table, columns = ledger_names(settings)
    config = SessionConfig(
        issuer=issuer,
        codex_url=codex_url,
        api_url=api_url,
        project=settings.project,
        stack_url=(settings.get("stack-url") or STACK_URL).rstrip("/"),
        origin=settings.get("origin") or "unknown",
        model=settings.get("model"),
        runbook_model=runbook.model if runbook is not None else None,
        shape=settings.get("shape") or AUTO,
        instructions_file=_instructions_file(settings),
        bundle=secret_options.bundle,
        refreshable=secret_options.file is not None,
        allow_hosts=settings.allow_hosts,
        ledger=secret_options.ledger,
        ledger_table=table,
        ledger_columns=columns,
        usage=settings.on("usage"),
        prices=settings.on("prices"),
        codex=settings.get("codex"),
        login=settings.get("login") or "browser",
        redirect_host=settings.get("redirect-host") or "127.0.0.1",
        calibration=str(settings.calibration),
        drift_autojunk=settings.on("drift-autojunk"),
    )
    ports = settings.callback_ports
    agent, originator = names_of(settings)
    return replace(
        config,
        user_agent=agent,
        originator=originator,
        login_originator=header_of(settings, "login-originator", CLIENT_ORIGINATOR),
        client_version=client_version_of(settings) or CAPTURED_VERSION,
        client_source="given" if settings.get("client-version") else "captured",
        attested=tuple(row.to_row() for row in ATTESTED),
        unlisted=settings.on("unlisted"),
        second_opinion=settings.on("second-opinion"),
        callback_ports=config.callback_ports if ports is None else ports,
    )


#: Options that the command line may change when a session is resumed, and those it must not.
_RESUMABLE_OPTIONS = ("origin", "model", "shape", "codex", "login", "login-originator")
_SAME_AS_BEFORE = ("issuer", "codex-url", "api-url", "stack-url")


def config_resumed(
    state: State, secret_options: SecretOptions, settings: Settings
) -> SessionConfig:
    """The recorded settings of a session, with the options that may change on resume.

    Raises:
        UsageError: the command line names another address than the session is against.
    """
    recorded = state.config
    option_values = {
        name: settings.get(name)
        for name in (*_RESUMABLE_OPTIONS, *_SAME_AS_BEFORE)
        if settings.source(name) == f"--{name}"
    }
    for name, value in option_values.items():
        before = getattr(recorded, name.replace("-", "_"))
        if (
            name in _SAME_AS_BEFORE
            and state.world == "live"
            and ((value or "").rstrip("/") != before)
        ):
            raise UsageError(
                f"--{name} {value}: the session is against {before}; with another "
                "one, begin a new session"
            )
    anew: dict[str, Any] = {
        name.replace("-", "_"): option_values[name]
        for name in _RESUMABLE_OPTIONS
        if name in option_values
    }
    for name in ("unlisted", "second-opinion"):
        if settings.source(name) == f"--{name}":
            anew[name.replace("-", "_")] = settings.on(name)
    if settings.source("client-version") == "--client-version":
        anew |= {"client_version": client_version_of(settings), "client_source": "given"}
    if settings.source("instructions") == "--instructions":
        anew["instructions_file"] = _instructions_file(settings)
    if recorded.calibration is None or settings.source("calibration") == "--calibration":
        anew["calibration"] = str(settings.calibration_for(state.world))
    return replace(
        recorded,
        bundle=secret_options.bundle,
        refreshable=secret_options.file is not None,
        ledger=secret_options.ledger,
        **anew,
    )


def _instructions_file(settings: Settings) -> str | None:
    path = settings.get("instructions")
    return str(expanded(path, settings.source("instructions")).absolute()) if path else None


def choose_steps(
    config: SessionConfig, runbook: Runbook, only: str | None, start: str | None
) -> SessionConfig:
    """Restrict the walk.

    Raises:
        UsageError: there is no such step, or it is a fallback.
    """
    for option, step_id in (("--only", only), ("--from", start)):
        if step_id is None:
            continue
        ids = [step.id for step in runbook.steps if not step.fallback]
        if step_id not in ids:
            raise UsageError(
                f"{option} {step_id!r}: no such step (it has {', '.join(ids)})"
                f"{did_you_mean(step_id, ids)}"
            )
    return replace(config, only=only, start_from=start)


def refuse_in_ci() -> bool:
    """Whether live calls are refused here: `CI` is set to anything but empty, 0 or false."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
