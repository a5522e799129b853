"""Run a session against the rehearsal: its addresses, its credential, its scripted operator."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from smoke_tui.config.ledger_address import kind_of
from smoke_tui.config.session_config import GIVEN_API_KEY, GIVEN_LEDGER, LOOPBACK, SessionConfig
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.outcomes import Exit
from smoke_tui.runbook import Runbook
from smoke_tui.runbook.rehearsing import rehearses_with_stack
from smoke_tui.session.secret_options import SecretOptions, wants_embedded
from smoke_tui.stack.ledger_table import LedgerTable
from smoke_tui.structs import replace
from smoke_tui.world.live.browser_clipboard import OperatorIO

if TYPE_CHECKING:
    from smoke_tui.rehearsal import Rehearsal

REHEARSED_PATIENCE: Final = 0.1
"""A rehearsal waits a tenth as long for what never comes."""


@contextmanager
def rehearsal(
    settings: Settings, scenario: str | None, *, watched: bool = False
) -> Iterator[Rehearsal]:
    """Start the embedded rehearsal of a scenario, and stop it at the end. Blocks until it listens.

    `watched`: a screen shows the answers as they come.

    Raises:
        UsageError: there is no such scenario, or no PostgreSQL for its ledger.
    """
    from smoke_tui.rehearsal import NoPostgresError, Rehearsal, UnknownScenarioError

    try:
        world = Rehearsal.start(scenario or "happy", embedded=wants_embedded(settings))
    except UnknownScenarioError as error:
        raise UsageError(f"--scenario: {error} (`smoke-tui rehearse list` shows all)") from None
    except NoPostgresError as error:
        raise UsageError(f"--ledger embedded: {error}") from None
    except OSError as error:
        raise CommandError(
            Exit.NOT_PROVABLE,
            f"the rehearsal can't be set up in {tempfile.gettempdir()}: {_first_reason(error)}",
        ) from None
    if watched:
        world.pace_answers()
    try:
        yield world
    finally:
        world.stop()


def _first_reason(error: OSError) -> str:
    """An error's reason; the first one where copying a folder collected several."""
    if error.strerror:
        return error.strerror
    first = error.args[0][0] if error.args and isinstance(error.args[0], list) else error
    return str(first[2] if isinstance(first, tuple) else first)


def rehearsed(
    config: SessionConfig, world: Rehearsal, runbook: Runbook | None = None
) -> SessionConfig:
    """A live configuration turned towards the rehearsal's servers, all of them on loopback.

    The rehearsal's ledger has the product's own names and all the columns that one may have. A
    runbook that needs no stand-in stack keeps the project's own folder, and its commands the time
    that they take.
    """
    if runbook is not None and not rehearses_with_stack(runbook):
        own = rehearsed(config, world)
        return replace(own, project=config.project, path_prepend=None, patience=1.0)
    table = LedgerTable(credential="credential", provider="provider", response_id="response_id")
    return replace(
        config,
        world="rehearsed",
        scenario=world.scenario.name,
        issuer=world.issuer,
        codex_url=world.codex_url,
        api_url=world.api_url,
        stack_url=world.stack_url,
        project=str(world.stack_dir),
        path_prepend=str(world.bin_dir),
        instructions_file=str(world.instructions_file),
        callback_ports=(0,),
        bundle="none",
        ledger=kind_of(world.ledger),
        ledger_table=table.table,
        ledger_columns=tuple(f"{role}={name}" for role, name in table.columns.items()),
        consent=True,
        patience=REHEARSED_PATIENCE,
    )


def rehearsed_secret_options(world: Rehearsal) -> SecretOptions:
    """The secret options of a rehearsed session: the rehearsal's ledger and its API key.

    The operator's own key is for the provider: it is not read in a rehearsal.
    """
    texts = {GIVEN_LEDGER: world.ledger, GIVEN_API_KEY: world.api_key}
    return SecretOptions(texts, "none", ledger=kind_of(world.ledger))


def rehearsed_io(world: Rehearsal) -> OperatorIO:
    """The rehearsal's browser and clipboard."""
    scripted = ScriptedIO(world)
    return OperatorIO(scripted, scripted)


class ScriptedIO:
    """The rehearsal's browser and clipboard, as ports of the world."""

    def __init__(self, world: Rehearsal) -> None:
        self._world = world

    async def open_page(self, url: str) -> None:
        """Sign in at a page, as the scenario has it."""
        from smoke_tui.rehearsal import RehearsalError
        from smoke_tui.world.ports import PortError

        if urlsplit(url).hostname not in LOOPBACK:
            raise PortError("a rehearsal opens no page outside this machine")
        try:
            await self._world.open_page(url)
        except RehearsalError as error:
            raise PortError(str(error)) from None

    async def put(self, text: str) -> str:
        """Type a credential into the stand-in stack."""
        await self._world.put_credential(text)
        return "typed by the rehearsal"

    async def clear(self) -> None:
        """Do nothing: the rehearsal's folder is removed as a whole."""
