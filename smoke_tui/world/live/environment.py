"""The live `Env` port: this process's variables, and the commands on PATH."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from smoke_tui.journal.events.machine_facts import VariableRead
from smoke_tui.redaction import Vault
from smoke_tui.structs import Struct, field
from smoke_tui.world.live.secret_texts import secret_of_text
from smoke_tui.world.ports import PortAnswer, Refs
from smoke_tui.world.requests.base import VALUE
from smoke_tui.world.requests.machine import ReadVariable


def runs_in_ci() -> bool:
    """Whether `CI` is set to anything but empty, 0 or false."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


class LiveEnv(Struct, frozen=True):
    """Reads the environment; `path_prepend` comes before PATH, as it does for children.

    `variables` stand in the place of the environment's own.
    """

    vault: Vault
    path_prepend: str | None
    variables: Mapping[str, str] = field(default_factory=dict)

    def variable(self, request: ReadVariable, refs: Refs) -> PortAnswer:
        """A variable, its text as a secret where it is asked for."""
        value = self.variables.get(request.name, os.environ.get(request.name))
        if value is None or request.kind is None:
            return PortAnswer(VariableRead(value is not None, value == ""))
        secret = secret_of_text(value, request.kind, refs[VALUE], self.vault, scrub=request.scrub)
        blank = not value.strip("\ufeff \t\r\n")
        return PortAnswer(VariableRead(True, blank), {VALUE: secret})

    def finds(self, command: str) -> bool:
        """Whether a command is on the PATH that children get."""
        folders = (self.path_prepend, os.environ.get("PATH"))
        path = os.pathsep.join(filter(None, folders))
        return shutil.which(command, path=path) is not None
