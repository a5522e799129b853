"""Each environment with every command: a sentence, the right exit code, never a traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

START = """
import sys
{before}
from smoke_tui.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
NOBODY = """
import pwd
def nobody(uid):
    raise KeyError(uid)
pwd.getpwuid = nobody
"""
BROKEN = """
import platformdirs
def broken(*names, **more):
    raise RuntimeError("password=hunter2-is-fake")
platformdirs.user_config_dir = broken
"""

BOOK = """---
schema: smoke/1
id: small
title: Small — für alle
---

## Say

Wörter.

```bash run
printf 'é → ü'
```

```toml step
id      = "say"
kind    = "run"
effects = "local"
timeout = "20s"
```
"""

RUN = ("--project", ".", "--check", "small.md", "--live")
COMMANDS: dict[str, tuple[str, ...]] = {
    "help": ("--help",),
    "sessions": ("sessions",),
    "report": ("report", "last"),
    "verify": ("--check", "last", "--json"),
    "replay": ("replay", "last"),
    "run": RUN,
    "doctor": ("doctor", "--json"),
    "plain": ("--plain", "--origin", "office", "small.md"),
    "app": ("small.md",),
    "look": ("--check", "small.md"),
    "no option": ("--no-such-option",),
}


EVERYWHERE = ("report", "run", "doctor", "plain")
"""What is tried in each environment: what reads, what runs, what prints JSON, what asks."""


@dataclass(frozen=True)
class Ended:
    code: int
    out: bytes
    err: str


@dataclass(frozen=True)
class Environment:
    """What is special about it: variables (None: unset), code that runs first, descriptors."""

    variables: dict[str, str | None] = field(default_factory=dict)
    before: str = ""
    out: str | None = None
    closes: tuple[int, ...] = ()
    state: str | None = "state"


ENVIRONMENTS: dict[str, Environment] = {
    "ISO-8859-1": Environment({"LC_ALL": "en_US.ISO-8859-1", "PYTHONUTF8": "0"}),
    "C": Environment({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "POSIX": Environment({"LC_ALL": "POSIX"}),
    "ASCII streams": Environment({"PYTHONIOENCODING": "ascii"}),
    "strict streams": Environment({"PYTHONIOENCODING": "ascii:strict", "PYTHONUNBUFFERED": "1"}),
    "no home": Environment({"HOME": None, "XDG_CONFIG_HOME": None}, NOBODY),
    "an empty home": Environment({"HOME": "", "XDG_CONFIG_HOME": None}, NOBODY),
    "a home that is not there": Environment({"HOME": "/nowhere/at/all"}),
    "no PATH": Environment({"PATH": ""}),
    "no TERM": Environment({"TERM": None}),
    "a proxy and no certificates": Environment(
        {"ALL_PROXY": "socks5://127.0.0.1:9", "SSL_CERT_FILE": "/nowhere", "NO_PROXY": None}
    ),
    "impossible network": Environment(
        {
            "HTTPS_PROXY": "http://[::1",
            "HTTP_PROXY": "\t",
            "SSL_CERT_DIR": "/dev/null",
            "SSLKEYLOGFILE": "/nowhere/keys",
        }
    ),
    "standard input closed": Environment(closes=(0,)),
    "standard error closed": Environment(closes=(2,)),
    "all closed but output": Environment(closes=(0, 2)),
}


def start(folder: Path, argv: tuple[str, ...], environment: Environment | None = None) -> Ended:
    special = environment or Environment()
    env = {
        k: v
        for k, v in os.environ.items()
        if k != "CI" and not k.startswith(("SMOKE_TUI_", "PYTHON"))
    }
    env |= {"XDG_CONFIG_HOME": str(folder / "config"), "TMPDIR": str(folder)}
    for name, value in special.variables.items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    state = ("--state-dir", str(folder / special.state)) if special.state else ()
    kept = folder / "first"
    if kept.exists():
        argv = tuple(kept.read_text() if word == "last" else word for word in argv)

    def close() -> None:
        for number in special.closes:
            os.close(number)

    before: Callable[[], None] | None = close if special.closes else None
    with open(special.out or os.devnull, "wb") as out:
        done = subprocess.run(
            [sys.executable, "-c", START.format(before=special.before), *state, *argv],
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out if special.out else subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
            preexec_fn=before,
        )
    return Ended(done.returncode, done.stdout or b"", done.stderr.decode("utf-8", "replace"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a runbook and a session of it."""
    made = tmp_path_factory.mktemp("environments")
    (made / "small.md").write_text(BOOK, "utf-8")
    assert start(made, RUN).code == 0
    (session,) = (made / "state" / "sessions").iterdir()
    # Other commands make sessions, too.
    (made / "first").write_text(session.name)
    return made


@pytest.fixture(scope="module")
def usual(folder: Path) -> dict[str, int]:
    """Every command's exit code where nothing is special."""
    return {name: start(folder, argv).code for name, argv in COMMANDS.items()}


@pytest.mark.parametrize("where", ENVIRONMENTS)
def test_every_command_ends_as_elsewhere(folder: Path, usual: dict[str, int], where: str) -> None:
    environment = ENVIRONMENTS[where]
    for name in EVERYWHERE:
        argv = COMMANDS[name]
        done = start(folder, argv, environment)
        told = (where, name, done.code, done.err)
        assert "Traceback" not in done.err, told
        if name == "doctor":
            assert done.code in (0, 4), told
        elif name in ("run", "look") and where == "no PATH":
            assert done.code == 4, told
        else:
            assert done.code == usual[name], told
        if "json" in " ".join(argv) and done.code != 2:
            json.loads(done.out)


@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_full_device_behind_the_result_is_reported(
    folder: Path, usual: dict[str, int], buffered: str
) -> None:
    full = Environment({"PYTHONUNBUFFERED": buffered}, out="/dev/full")
    for name, argv in COMMANDS.items():
        done = start(folder, argv, full)
        told = (name, done.code, done.err)
        assert "Traceback" not in done.err, told
        if usual[name] == 2:
            assert done.code == 2, told
            continue
        assert done.code == 70, told
        assert "standard output can't take the result: No space left on device" in done.err, told


def test_the_session_is_kept_where_its_result_could_not_be_printed(folder: Path) -> None:
    before = len(list((folder / "state" / "sessions").iterdir()))
    assert start(folder, RUN, Environment(out="/dev/full")).code == 70
    assert len(list((folder / "state" / "sessions").iterdir())) == before + 1
    assert start(folder, ("--check", "last")).code == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_without_a_home_a_sentence_asks_for_the_state_folder(
    folder: Path, usual: dict[str, int], name: str
) -> None:
    nowhere = Environment(
        {"HOME": None, "XDG_CONFIG_HOME": None, "XDG_STATE_HOME": None}, NOBODY, state=None
    )
    done = start(folder, COMMANDS[name], nowhere)
    if name in ("help", "no option", "app"):
        assert done.code == usual[name]
        return
    if name == "doctor":
        assert done.code == 4
        return
    assert done.code == 2, done.err
    assert done.err.count("\n") == 1
    assert "give --state-dir DIR" in done.err


@pytest.mark.parametrize("name", COMMANDS)
def test_what_nobody_foresaw_is_a_sentence_and_a_trace(tmp_path: Path, name: str) -> None:
    """A fault of ours before any command begins: the trace is private, and without secrets."""
    done = start(tmp_path, COMMANDS[name], Environment(before=BROKEN, state=None))
    if name in ("help", "no option"):
        assert done.code in (0, 2)
        return
    assert done.code == 70
    found = re.fullmatch(
        r"smoke-tui: our own tool broke \(RuntimeError\); the trace is in (\S+)\n", done.err
    )
    assert found, done.err
    trace = Path(found[1])
    assert trace.stat().st_mode & 0o777 == 0o600
    assert "platformdirs" in trace.read_text()
    assert "hunter2" not in trace.read_text()


CONFIGS = {
    "a byte order mark": ("\ufefforigin = 'office'\n".encode(), 0, ""),
    "Windows line ends": (b"origin = 'office'\r\n", 0, ""),
    "not UTF-8": (b"origin = '\xff'\n", 2, "not UTF-8"),
    "no TOML": (b"origin office\n", 2, "config.toml"),
    "UTF-16": ("origin = 'office'\n".encode("utf-16"), 2, "not UTF-8"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_settings_file_of_any_kind(folder: Path, name: str) -> None:
    content, code, words = CONFIGS[name]
    place = folder / "config" / "smoke-tui" / "config.toml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    try:
        done = start(folder, ("sessions",))
        assert done.code == code, done.err
        assert words in done.err
    finally:
        place.unlink()


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket's place"])
def test_a_settings_file_that_is_none(folder: Path, kind: str) -> None:
    place = folder / "config" / "smoke-tui" / "config.toml"
    place.parent.mkdir(parents=True, exist_ok=True)
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("/dev/zero")
    try:
        done = start(folder, ("sessions",))
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert "no regular file" in done.err
    finally:
        place.rmdir() if kind == "folder" else place.unlink()


@pytest.mark.parametrize("place", ["a file", "below a file", "/dev/full", "/proc/nowhere"])
def test_a_state_folder_that_can_t_be_one(folder: Path, place: str) -> None:
    (folder / "file").write_text("x")
    where = {"a file": str(folder / "file"), "below a file": str(folder / "file" / "x")}.get(
        place, place
    )
    done = start(folder, ("--state-dir", where, *RUN), Environment(state=None))
    assert done.code == 4, done.err
    assert "Traceback" not in done.err
    assert "--state-dir" in done.err
