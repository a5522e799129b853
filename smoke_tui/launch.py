"""From settings to a session: the runbook, its configuration, the world it runs in."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from smoke_tui.outcomes import Exit
from smoke_tui.runbook import Diagnostic, Runbook, find, load
from smoke_tui.settings import Settings, UsageError, config_dir
from smoke_tui.world.config import (
    API_URL,
    CODEX_URL,
    GIVEN_BUNDLE,
    ISSUER,
    STACK_URL,
    Config,
    refuse_host,
)

DEFAULT_RUNBOOK = "openai-subscription"
REHEARSED_PATIENCE = 0.1
BUNDLE_LIMIT = 256 * 1024


class CommandError(Exception):
    """A command can't go on; the text is for the person, `exit` for the script."""

    def __init__(self, code: Exit, text: str) -> None:
        super().__init__(text)
        self.exit = code


class InvalidRunbook(CommandError):
    """A runbook has errors; `diagnostics` holds all of them."""

    def __init__(self, path: Path, diagnostics: tuple[Diagnostic, ...]) -> None:
        lines = "\n".join(str(problem) for problem in diagnostics)
        super().__init__(Exit.INVALID, f"{lines}\nmend the runbook, then try again")
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
            f"{config_dir() / 'runbooks'} or those that are shipped",
        )
    parsed = load(path)
    if parsed.runbook is None:
        raise InvalidRunbook(path, parsed.diagnostics)
    return parsed.runbook


@dataclass(frozen=True, slots=True)
class Given:
    """Texts that were handed in by option, kept out of the record: the bundle."""

    texts: Mapping[str, str]
    bundle: str
    file: Path | None = None


def read_given(settings: Settings) -> Given:
    """Read --bundle.

    Raises:
        CommandError: it can't be read (3).
    """
    source = settings.get("bundle")
    if source is None:
        return Given({}, "none")
    if source == "-":
        text = sys.stdin.read(BUNDLE_LIMIT)
        return Given({GIVEN_BUNDLE: text}, "stdin")
    from smoke_tui.world.live.live import read_plain_file

    read, problem = read_plain_file(str(Path(source).expanduser()))
    if read is None:
        raise CommandError(Exit.INVALID, f"--bundle: {problem}")
    return Given({GIVEN_BUNDLE: read}, "file", Path(source).expanduser())


def config_from(settings: Settings, runbook: Runbook, given: Given) -> Config:
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
    instructions = settings.get("instructions")
    config = Config(
        issuer=issuer, codex_url=codex_url, api_url=api_url, project=settings.project,
        stack_url=(settings.get("stack-url") or STACK_URL).rstrip("/"),
        origin=settings.get("origin") or "unknown", model=settings.get("model"),
        runbook_model=runbook.model, shape=settings.get("shape") or "classic",
        instructions_file=str(Path(instructions).expanduser().absolute()) if instructions else None,
        bundle=given.bundle, refreshable=given.file is not None,
        allow_hosts=settings.allow_hosts, ledger=settings.get("ledger"),
        usage=settings.on("usage"), codex=settings.get("codex"),
        login=settings.get("login") or "browser",
        redirect_host=settings.get("redirect-host") or "127.0.0.1",
    )
    ports = settings.callback_ports
    return replace(
        config,
        user_agent=_header(settings, "user-agent", config.user_agent),
        originator=_header(settings, "originator", config.originator),
        client_version=_header(settings, "client-version", config.client_version),
        callback_ports=config.callback_ports if ports is None else ports,
    )


def _header(settings: Settings, name: str, default: str) -> str:
    """A setting that becomes a header.

    Raises:
        UsageError: a header can't hold it.
    """
    text = settings.get(name) or default
    if not text.isascii() or not text.isprintable():
        raise UsageError(f"--{name} {text!r}: plain ASCII text only")
    return text


@contextmanager
def rehearsal(scenario: str | None) -> Iterator[Any]:
    """Start the embedded rehearsal and stop it at the end.

    Raises:
        UsageError: there is no such scenario.
    """
    from smoke_tui.rehearsal import Rehearsal, UnknownScenario

    try:
        world = Rehearsal.start(scenario or "happy")
    except UnknownScenario as error:
        raise UsageError(f"--scenario: {error}; `smoke-tui rehearse list` shows all") from None
    try:
        yield world
    finally:
        world.stop()


def rehearsed(config: Config, world: Any) -> Config:
    """A live configuration turned towards the rehearsal's servers, all of them on loopback."""
    return replace(
        config, world="rehearsed", scenario=world.scenario.name, issuer=world.issuer,
        codex_url=world.codex_url, stack_url=world.stack_url, project=str(world.stack_dir),
        path_prepend=str(world.bin_dir), instructions_file=str(world.instructions_file),
        callback_ports=(0,), bundle="none", ledger=world.ledger, consent=True,
        patience=REHEARSED_PATIENCE,
    )


class ScriptedHands:
    """The rehearsal's browser and clipboard, as ports."""

    def __init__(self, world: Any) -> None:
        self._world = world

    async def open_page(self, url: str) -> None:
        from smoke_tui.rehearsal import RehearsalError
        from smoke_tui.world.ports import PortError

        try:
            await self._world.open_page(url)
        except RehearsalError as error:
            raise PortError(str(error)) from None

    async def put(self, text: str) -> str:
        await self._world.put_credential(text)
        return "typed by the rehearsal"

    async def clear(self) -> None:
        """The rehearsal's folder goes as a whole."""


def choose_steps(config: Config, runbook: Runbook, only: str | None, start: str | None) -> Config:
    """Restrict the walk.

    Raises:
        UsageError: there is no such step, or it is a fallback.
    """
    for option, step_id in (("--only", only), ("--from", start)):
        if step_id is None:
            continue
        ids = [step.id for step in runbook.steps if not step.fallback]
        if step_id not in ids:
            raise UsageError(f"{option} {step_id!r}: no such step (it has {', '.join(ids)})")
    return replace(config, only=only, start_from=start)


def refuse_in_ci() -> bool:
    """Whether live calls are refused here: `CI` is set to anything but empty, 0 or false."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


Narrator = Callable[[str], None]
