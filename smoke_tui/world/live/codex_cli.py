"""The installed Codex CLI: where it is, and which version it reports.

It runs without a login, in an empty home, with every proxy variable pointing at a closed port and
its standard input closed; its output and its time are bounded.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

from smoke_tui.redaction import clean
from smoke_tui.regex import regex
from smoke_tui.structs import Struct
from smoke_tui.temporary import TemporaryFolder

PROBE_SECONDS: Final = 10.0
MOST_OUTPUT: Final = 16 * 1024
CLIENT_HOME: Final = "smoke-tui-codex-"
"""How the names of its empty homes begin."""
BLACK_HOLE: Final = "http://127.0.0.1:9"
INSTALL: Final = "`npm install -g @openai/codex` installs it, --codex PATH names another"

_VERSION: Final = regex(
    r"(?<![\w.])\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z][0-9A-Za-z.-]{0,60})?(?![\w.])"
)


class Client(Struct, frozen=True):
    """The path and version of an installed Codex CLI.

    `version` is None where it printed none; `problem` then holds the reason.
    """

    path: str | None
    version: str | None
    problem: str | None


def find_client(program: str | None) -> tuple[str | None, str | None]:
    """The program's absolute path, or why it can't be run."""
    name = os.path.expanduser(program) if program else "codex"
    if program and not name.strip():
        return None, "--codex names nothing"
    on_path = shutil.which(name)
    if on_path is not None:
        return os.path.abspath(on_path), None
    if program is None:
        return None, f"the Codex CLI (codex) is not installed ({INSTALL})"
    if os.sep not in name:
        return None, f"{program} is not on PATH ({INSTALL})"
    path = Path(name)
    with suppress(OSError, ValueError):
        if path.is_dir():
            return None, f"{program} is a folder; name the program in it"
        if path.exists():
            return None, f"{program} may not be executed (its mode has no x for you)"
    return None, f"{program} does not exist"


async def probe_client(program: str | None) -> Client:
    """Ask the installed CLI for its version; never raises, never takes long."""
    path, problem = find_client(program)
    if path is None:
        return Client(None, None, problem)
    try:
        folder = TemporaryFolder(CLIENT_HOME)
    except OSError as error:
        return Client(path, None, f"no empty home could be made for it: {error.strerror}")
    try:
        return await _ask(path, str(folder.path))
    finally:
        folder.remove()


async def _ask(path: str, home: str) -> Client:
    try:
        process = await asyncio.create_subprocess_exec(
            path,
            "--version",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=client_environment(home),
            cwd=home,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Client(path, None, f"{path} does not run: {reason}")
    output, slow = bytearray(), False
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            while len(output) < MOST_OUTPUT:
                piece = await process.stdout.read(MOST_OUTPUT)
                if not piece:
                    break
                output += piece[: MOST_OUTPUT - len(output)]
            if len(output) < MOST_OUTPUT:
                await process.wait()
    except TimeoutError:
        slow = True
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    text = clean(output.decode("utf-8", "replace"))
    version = version_in(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last_output = f"; it said: {lines[-1][:160]}" if lines else "; it said nothing"
    if slow:
        return Client(
            path, None, f"{path} --version took more than {PROBE_SECONDS:g} s{last_output}"
        )
    if version is not None and (process.returncode == 0 or len(output) >= MOST_OUTPUT):
        return Client(path, version, None)
    if process.returncode and process.returncode > 0:
        return Client(path, None, f"{path} --version ended with {process.returncode}{last_output}")
    return Client(path, None, f"{path} --version named no version{last_output}")


def version_in(text: str) -> str | None:
    """The version a CLI names itself by, pre-release included; the first one on its lines."""
    match = _VERSION.search(text)
    return match.group() if match else None


def client_environment(home: str) -> dict[str, str]:
    """The environment of the CLI: nothing of ours but PATH, and no way out."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "CODEX_HOME": home,
        "NO_PROXY": "127.0.0.1",
        "HTTPS_PROXY": BLACK_HOLE,
        "HTTP_PROXY": BLACK_HOLE,
        "ALL_PROXY": BLACK_HOLE,
        "TERM": "dumb",
        "NO_COLOR": "1",
    }
