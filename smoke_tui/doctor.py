"""Check this machine: terminal, folders, ports, network, client; and every setting's value."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from smoke_tui import __version__
from smoke_tui.codex.client_versions import is_newer
from smoke_tui.config.ledger_address import EMBEDDED
from smoke_tui.config.names import AUTO
from smoke_tui.config.session_config import (
    API_URL,
    CAPTURED_VERSION,
    CLIENT_ORIGINATOR,
    CODEX_URL,
    ISSUER,
    LOGIN_PORTS,
    NETWORK_VARIABLES,
    STACK_URL,
)
from smoke_tui.config.settings import OPTIONS, Settings, config_dir
from smoke_tui.errors import UsageError
from smoke_tui.extras import EXTRAS, install_hint
from smoke_tui.files import StorageError, private_folder
from smoke_tui.history.leftovers import left_behind
from smoke_tui.journal.durable import sync_level
from smoke_tui.structs import Struct
from smoke_tui.world.live.browser_clipboard import remove_left_credentials
from smoke_tui.world.live.codex_cli import probe_client
from smoke_tui.world.live.network import network_problems
from smoke_tui.world.live.processes.guardian import can_adopt


class Check(Struct, frozen=True):
    """The result of one check. `status` is ok, note or problem."""

    id: str
    status: str
    summary: str
    remedy: str = ""


def shown(settings: Settings, name: str) -> str | None:
    """A setting's value; a password in an address is not shown."""
    text = settings.get(name)
    if text and name == "ledger":
        return text if text == EMBEDDED else "(an address, not shown)"
    if text and "@" in text and "://" in text:
        parts = urlsplit(text)
        return f"{parts.scheme}://…@{parts.hostname}{parts.path}"
    return text


def default_of(settings: Settings, name: str) -> str:
    """What holds where a setting is not set, in a few words."""
    option = next(option for option in OPTIONS if option.name == name)
    return "off" if option.flag else _DEFAULTS[name](settings)


def _state_dir(settings: Settings) -> str:
    try:
        return str(settings.state_dir)
    except UsageError:
        return "none: there is no home folder"


_DEFAULTS: Final[Mapping[str, Callable[[Settings], str]]] = {
    "state-dir": _state_dir,
    "project": lambda _: "the current folder",
    "origin": lambda _: "unknown: you are asked",
    "model": lambda _: "the runbook's, else the catalogue's first",
    "shape": lambda _: AUTO,
    "instructions": lambda _: "captured from the Codex CLI",
    "codex": lambda _: "the one on PATH",
    "client-version": lambda _: f"the Codex CLI's, else {CAPTURED_VERSION}",
    "user-agent": lambda _: f"smoke-tui/{__version__}",
    "originator": lambda _: "smoke-tui",
    "login-originator": lambda _: CLIENT_ORIGINATOR,
    "bundle": lambda _: "none: the walk logs in",
    "issuer": lambda _: ISSUER,
    "codex-url": lambda _: CODEX_URL,
    "api-url": lambda _: API_URL,
    "stack-url": lambda _: STACK_URL,
    "ledger": lambda _: "none",
    "ledger-table": lambda _: "the runbook's",
    "ledger-columns": lambda _: "the runbook's",
    "calibration": lambda _: "calibration.json in the state folder",
    "login": lambda _: "browser",
    "redirect-host": lambda _: "127.0.0.1",
    "callback-ports": lambda _: ",".join(map(str, LOGIN_PORTS)),
    "allow-host": lambda _: "none",
    "theme": lambda _: "dark, or light where COLORFGBG says so",
}
"""By the name of each setting that is no flag."""


def _program(settings: Settings) -> Iterator[Check]:
    yield Check(
        "version",
        "ok",
        f"smoke-tui {__version__}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.release()}",
    )


def _system(settings: Settings) -> Iterator[Check]:
    """What this system can and can't do for a session; other systems than Linux do less."""
    yield Check("record-sync", "ok", f"each line of a record is synced with {sync_level()}")
    if can_adopt():
        yield Check(
            "processes",
            "ok",
            "all that a command starts is held and stopped with it, and "
            "what a killed session leaves running is found",
        )
    else:
        yield Check(
            "processes",
            "note",
            "only what stays in a command's process group is held and "
            "stopped with it; whether a killed session left something "
            "running can't be told for sure",
            "Where a command puts something into the background, look for it with `ps`.",
        )
    if sys.platform != "linux":
        yield Check(
            "untried",
            "note",
            "nobody has tried smoke-tui on a real system of this kind "
            "yet; its tests take away what Linux has and others lack",
            "Report what differs.",
        )


def _optional(settings: Settings) -> Iterator[Check]:
    """The optional parts of this installation; each that is missing with the command for it."""
    for name, extra in EXTRAS.items():
        missing = extra.missing
        if missing:
            state = f"{extra.enables}: {', '.join(missing)} is not installed"
            yield Check(
                f"optional-{name}", "note", state, f"Where you need it: {install_hint(name)}"
            )
        else:
            yield Check(f"optional-{name}", "ok", f"{extra.enables}: installed")


def _terminal(settings: Settings) -> Iterator[Check]:
    size = shutil.get_terminal_size()
    tty = sys.stdin.isatty() and sys.stdout.isatty()
    dumb = os.environ.get("TERM") == "dumb"
    small = size.columns < 60 or size.lines < 16
    status = "ok" if tty and not dumb and not small else "note"
    remedy = (
        "The app needs a terminal; --check and the other commands do not."
        if not tty
        else "The app can't be shown here; `smoke-tui --plain` is the same walk, line by line."
        if dumb
        else "Give it at least 60 columns and 16 rows, or use `smoke-tui --plain`."
        if small
        else ""
    )
    yield Check(
        "terminal",
        status,
        f"{'a terminal' if tty else 'no terminal'}, TERM="
        f"{os.environ.get('TERM', '(unset)')}, {size.columns}×{size.lines}"
        f"{', in tmux' if os.environ.get('TMUX') else ''}",
        remedy,
    )


def _state(settings: Settings) -> Iterator[Check]:
    try:
        private_folder(settings.state_dir)
        yield Check("state", "ok", f"sessions are kept in {settings.state_dir}")
    except (StorageError, UsageError) as error:
        yield Check("state", "problem", str(error), "Choose another folder with --state-dir.")
    folder = config_dir()
    if folder is None:
        yield Check(
            "config",
            "note",
            "there is no home folder: no settings file is read",
            "Set HOME, or give settings as options or SMOKE_TUI_… variables.",
        )
    elif (folder / "config.toml").exists():
        yield Check("config", "ok", f"settings are read from {folder / 'config.toml'}")
    else:
        yield Check("config", "ok", f"no settings file: {folder / 'config.toml'} does not exist")


def _ports(settings: Settings) -> Iterator[Check]:
    for port in settings.callback_ports or LOGIN_PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                yield Check(f"port-{port}", "ok", f"the login's callback port {port} is free")
            except OSError as error:
                yield Check(
                    f"port-{port}",
                    "note",
                    f"the login's callback port {port}: {error.strerror}",
                    "Close the other login, or paste the redirect address.",
                )


def _left_behind(settings: Settings) -> Iterator[Check]:
    try:
        processes = left_behind(settings.state_dir)
    except UsageError:
        return
    for left in processes:
        yield Check(
            "left-behind",
            "note",
            f"{left.sentence()}.",
            f"Look with `ps -p {left.pid}`, and stop it yourself if it is."
            if left.unsure
            else "`smoke-tui doctor --stop-leftovers` stops it.",
        )


def _credentials(settings: Settings) -> Iterator[Check]:
    """The credential of a hand-over that a kill has left in a file."""
    try:
        state_dir = settings.state_dir
    except UsageError:
        return
    for path, problem in remove_left_credentials(state_dir):
        if problem is None:
            yield Check(
                "credential-file",
                "note",
                f"{path} held the credential of a hand-over that was broken off; it was removed",
                "Log out of that login if somebody else could read the file.",
            )
        else:
            yield Check(
                "credential-file",
                "problem",
                f"{path} holds the credential of a hand-over "
                f"that was broken off, and can't be removed: {problem}",
                "Remove it.",
            )


def _network(settings: Settings) -> Iterator[Check]:
    urls = (
        settings.get("issuer") or ISSUER,
        settings.get("codex-url") or CODEX_URL,
        settings.get("api-url") or API_URL,
    )
    for problem in network_problems(urls):
        yield Check(
            problem.code,
            "problem",
            f"{problem}.",
            "Until then no request can be sent; nothing was spent.",
        )
    for name in NETWORK_VARIABLES:
        value = os.environ.get(name) or os.environ.get(name.lower())
        if value:
            shown = value if "@" not in value else "(set, with a password)"
            yield Check(name.lower(), "note", f"{name} is set: {shown}")
    if os.environ.get("CI"):
        yield Check(
            "ci",
            "note",
            "CI is set: live calls are refused here",
            "Rehearse here; run it live from a person's own machine.",
        )


def _codex(settings: Settings) -> Iterator[Check]:
    client = asyncio.run(probe_client(settings.get("codex")))
    named = settings.get("codex") is not None
    if client.version is None:
        yield Check(
            "codex-cli",
            "problem" if named else "note",
            f"{client.problem}",
            "Without it a call needs --instructions FILE, and there is no second opinion.",
        )
    else:
        yield Check("codex-cli", "ok", f"the Codex CLI is {client.path}, version {client.version}")
    version = settings.get("client-version")
    sent, source = (
        (version, settings.source("client-version"))
        if version
        else (client.version, "of the installed Codex CLI")
        if client.version
        else (CAPTURED_VERSION, "the newest this tool was captured against")
    )
    newer = is_newer(client.version, CAPTURED_VERSION)
    yield Check(
        "client-version",
        "note" if newer else "ok",
        f"calls advertise client version {sent} ({source})"
        + (
            f"; {client.version} is newer than {CAPTURED_VERSION}, the newest this tool was "
            "captured against"
            if newer
            else ""
        ),
        "`smoke-tui wire` shows whether its request has changed." if newer else "",
    )


CHECKS: tuple[Callable[[Settings], Iterator[Check]], ...] = (
    _program,
    _system,
    _optional,
    _terminal,
    _state,
    _left_behind,
    _credentials,
    _ports,
    _network,
    _codex,
)


def run_checks(settings: Settings) -> list[Check]:
    """Run every check. Blocks; removes only a credential that a killed program left in a file."""
    return [check for checks in CHECKS for check in checks(settings)]
