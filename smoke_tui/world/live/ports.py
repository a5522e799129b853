"""The live ports of one session; those that take long to import are made when first needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from smoke_tui.config.ledger_address import ledger_secrets
from smoke_tui.config.session_config import (
    GIVEN_API_KEY,
    GIVEN_BUNDLE,
    GIVEN_LEDGER,
    KEY_VARIABLE,
    SessionConfig,
)
from smoke_tui.journal.stream import stamp
from smoke_tui.redaction import Vault
from smoke_tui.structs import Struct, field
from smoke_tui.world import ports
from smoke_tui.world.live.browser_clipboard import OperatorIO
from smoke_tui.world.live.clock_ids import random_id
from smoke_tui.world.live.environment import LiveEnv, runs_in_ci
from smoke_tui.world.live.files import LiveFiles
from smoke_tui.world.live.project_texts import LiveTexts

if TYPE_CHECKING:
    from smoke_tui.world.live.pool import Pool
    from smoke_tui.world.live.recordings import LiveRecordings


class LivePorts(Struct, dict=True):
    """The ports of the operator's machine, by name.

    `option_texts` are texts given by option, by name; `bundle_file` is the file that the
    bundle among them came from. Their secrets are registered before the first step, whichever that
    is: a command may print the file.
    """

    vault: Vault
    config: SessionConfig
    io: OperatorIO
    operator: ports.Operator
    option_texts: Mapping[str, str] = field(default_factory=dict)
    bundle_file: Path | None = None
    ids: ports.Ids = random_id

    def __post_init__(self) -> None:
        for value, kind in ledger_secrets(self.option_texts.get(GIVEN_LEDGER, "")):
            self.vault.add_value(value, kind)
        if self.option_texts.get(GIVEN_BUNDLE):
            self.vault.add_document(self.option_texts[GIVEN_BUNDLE], "given")
        self.files = LiveFiles(self.vault, self.config.project, self.option_texts, self.bundle_file)
        self.texts = LiveTexts(self.vault, self.config.project, self.config.calibration)
        self.env = LiveEnv(self.vault, self.config.path_prepend, self._variables())

    def _variables(self) -> dict[str, str]:
        """Variables that a rehearsal brings; they hide the operator's own."""
        key = self.option_texts.get(GIVEN_API_KEY)
        return {KEY_VARIABLE: key} if key is not None else {}

    @cached_property
    def http(self) -> ports.Http:
        """HTTP exchanges over sockets."""
        from smoke_tui.world.live.http import LiveHttp

        return LiveHttp(
            self.vault,
            self.config.allowed_origins(),
            loopback_only=self.config.world == "rehearsed",
        )

    @cached_property
    def recordings(self) -> LiveRecordings:
        """Recorded exchanges below the project's folder."""
        from smoke_tui.world.live.recordings import LiveRecordings

        rehearsed = self.config.world == "rehearsed"
        return LiveRecordings(
            self.vault,
            self.config.project,
            self.config.world,
            rehearsed or not runs_in_ci(),
            lambda: self.http,
            lambda: stamp(datetime.now(UTC)),
        )

    @cached_property
    def pool(self) -> Pool:
        """Workers of a battery."""
        from smoke_tui.world.live.pool import Pool

        return Pool(self.vault, self.config)

    @cached_property
    def shell(self) -> ports.Shell:
        """Children under a guardian."""
        from smoke_tui.world.live.processes.shell import LiveShell

        return LiveShell(self.vault)

    @cached_property
    def callbacks(self) -> ports.CallbackListener:
        """Loopback callbacks of logins."""
        from smoke_tui.world.live.callback import LiveCallbacks

        return LiveCallbacks(self.vault)

    @cached_property
    def ledger(self) -> ports.Ledger:
        """The stack's ledger, at the address that was given."""
        from smoke_tui.world.live.ledger.port import LiveLedger

        return LiveLedger(self.option_texts.get(GIVEN_LEDGER))

    @cached_property
    def codex_cli(self) -> ports.CodexCli:
        """The installed Codex CLI, captured on loopback."""
        from smoke_tui.world.live.capture import LiveCodexCli

        return LiveCodexCli()

    @cached_property
    def prices(self) -> ports.Prices:
        """The installed table of prices."""
        from smoke_tui.world.live.prices import LivePrices

        return LivePrices()

    def end_child(self, seq: int) -> bool:
        """Take down the child of request `seq` without waiting; whether there is one that runs."""
        if "shell" not in vars(self) or not self.shell.holds(seq):
            return False
        self.shell.end(seq)
        return True

    async def close_children(self) -> None:
        """Take every child down and wait for it."""
        if "shell" in vars(self):
            await self.shell.close()

    async def close(self) -> None:
        """Close connections, and take back what was offered to the operator."""
        if "http" in vars(self):
            await self.http.close()
        await self.io.clipboard.clear()
