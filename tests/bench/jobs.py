"""The whole rehearsed job beside one turn of the real Codex CLI; replay beside the recording."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from smoke_tui.rehearsal import Rehearsal
from tests.bench.measure import Row, command, program, times
from tests.bench.records import rehearse
from tests.helpers import codex_runs

_LIBRARIES = "import msgspec, markdown_it, asyncio, authlib.oauth2.rfc6749, httpx2, httpcore2, h11"
_GUARDIAN = ("-I", "-S", "-c", "import ctypes, select, signal, subprocess")
FLOOR = (
    ("-c", _LIBRARIES),
    _GUARDIAN,
    ("-c", "import json, http.server"),
    _GUARDIAN,
    ("-c", "import json, http.client"),
)
"""What a check starts one after the other, and none of what these do then."""


def rows() -> Iterator[Row]:
    """The check by a clock, since both wait for the same servers."""
    with tempfile.TemporaryDirectory() as name:
        state = Path(name) / "state"
        check = program("--check", "openai-subscription", "--rehearse", "--state-dir", state)
        ours = command(check, repeat=5)
        shutil.rmtree(state)
        rehearse(state)
        replay = command(program("replay", "last", "--state-dir", state), repeat=5)
        report = command([*program("report", "last", "--state-dir", state), "-o", "-"], repeat=5)
    launcher = shutil.which("codex")
    if launcher is None:
        yield Row("rehearsed `--check`", "`codex exec`", "?", "≤ 1.5×", "no `codex` on PATH")
    else:
        for peer, theirs in (
            ("one native `codex exec` turn, no login, same rehearsal", _native(Path(launcher))),
            (
                "one `codex exec` turn as users run it: npm, ChatGPT login, TLS",
                _npm(Path(launcher)),
            ),
        ):
            yield Row(
                "rehearsed `--check` (login, call, boot, seed, hand-over, turn)",
                peer,
                times(ours.wall / theirs),
                "≤ 1.5×",
                f"{ours.wall:.2f} s, {theirs:.2f} s",
            )
        floor = sum(command([sys.executable, *argv], repeat=5).wall for argv in FLOOR)
        yield Row(
            "its libraries, and the four Pythons that a stack, its seed and their guardians are",
            "the second of these turns",
            times(floor / theirs),
            "(floor)",
            f"{floor:.2f} s, {theirs:.2f} s",
        )
    for work, cost in (("replay", replay), ("report", report)):
        yield Row(
            f"`{work}` of that session",
            "the session's own time",
            times(cost.wall / ours.wall),
            "",
            f"{cost.wall:.2f} s, {ours.wall:.2f} s",
        )


def _native(launcher: Path) -> float:
    """Seconds of the fastest turn of the client's own program, as near to no start-up as it gets."""
    package = launcher.resolve().parents[2]
    (program_path,) = package.glob("codex-*/vendor/*/bin/codex")
    with Rehearsal.start() as world, tempfile.TemporaryDirectory() as name:
        settings = codex_runs.custom_provider(world.codex_url, login=False)
        return _fastest(program_path, Path(name), settings)


def _npm(launcher: Path) -> float:
    """Seconds of the fastest turn over TLS with the rehearsed account's login."""
    with Rehearsal.start(tls=True) as world, tempfile.TemporaryDirectory() as name:
        assert world.tls_origin is not None
        codex_runs.log_in(Path(name), world)
        return _fastest(
            launcher,
            Path(name),
            codex_runs.built_in_provider(world.tls_origin),
            CODEX_CA_CERTIFICATE=str(world.authority_file),
            CODEX_REFRESH_TOKEN_URL_OVERRIDE=f"{world.issuer}/oauth/token",
        )


def _fastest(program_path: Path, home: Path, settings: list[str], **environment: str) -> float:
    spent: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        done = codex_runs.execute(
            program_path, home, settings, "Reply with the word pong.", **environment
        )
        spent.append(time.perf_counter() - began)
        if done.returncode != 0:
            raise SystemExit(f"codex exec: {done.stderr[-2000:]}")
    return min(spent)
