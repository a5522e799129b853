"""Settings: the command line wins, then the environment, then config.toml; each with its source."""

from __future__ import annotations

import os
import pwd
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import platformdirs

from smoke_tui.config.names import ORIGINS, SHAPES, THEMES
from smoke_tui.config.nearest import did_you_mean
from smoke_tui.errors import UsageError
from smoke_tui.structs import Struct

PREFIX: Final = "SMOKE_TUI_"


class Option(Struct, frozen=True):
    """One global option. `choices` empty: any text. `flag`: on or off."""

    name: str
    about: str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    flag: bool = False
    many: bool = False
    short: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.replace("-", "_").upper()

    @property
    def key(self) -> str:
        """The key that sets it in config.toml."""
        return self.name.replace("-", "_")


OPTIONS: Final[tuple[Option, ...]] = (
    Option("state-dir", "where sessions are kept", "DIR"),
    Option("project", "the checkout of the product under test", "DIR"),
    Option("origin", "where this machine's traffic comes from", choices=ORIGINS),
    Option("model", "the model to ask for", "M"),
    Option(
        "shape",
        "the shape of the live call; auto: the best attested for the model; installed: "
        "as the installed Codex CLI sends it today",
        choices=SHAPES,
    ),
    Option("instructions", "a file with the base instructions", "FILE"),
    Option("codex", "the Codex CLI to use, else the one on PATH", "PATH"),
    Option(
        "client-version",
        "the client version that live calls advertise, else the installed Codex CLI's",
        "V",
    ),
    Option("unlisted", "call the model even if the catalogue does not list it", flag=True),
    Option(
        "second-opinion",
        "headless: after a refusal, ask once more in the installed Codex CLI's shape",
        flag=True,
    ),
    Option(
        "user-agent", "the User-Agent of live calls; its first segment is the originator", "TEXT"
    ),
    Option("originator", "the originator of live calls", "TEXT"),
    Option("login-originator", "the originator of the login's address alone", "NAME"),
    Option("bundle", "a credential bundle; - reads standard input", "FILE"),
    Option("issuer", "the login's issuer", "URL"),
    Option("codex-url", "the subscription's backend", "URL"),
    Option("api-url", "the host of calls with an API key", "URL"),
    Option("stack-url", "where the stack under test answers", "URL"),
    Option("usage", "also read the quota before a call, for information only", flag=True),
    Option("prices", "add what the tokens would cost at API rates; not billed", flag=True),
    Option(
        "ledger",
        "the stack's ledger, read only; embedded: the rehearsal's own PostgreSQL",
        "DSN|embedded",
    ),
    Option(
        "ledger-table", "the ledger's table, if not the one that the runbook names", "SCHEMA.TABLE"
    ),
    Option(
        "ledger-columns", "the ledger's columns, such as time=recorded_at,domain=domain_id", "PAIRS"
    ),
    Option(
        "calibration",
        "the file of drift thresholds",
        "FILE",
    ),
    Option(
        "drift-autojunk",
        "compare texts by difflib's default call, which ignores frequent characters",
        flag=True,
    ),
    Option("login", "how to log in", choices=("browser", "device")),
    Option(
        "redirect-host",
        "the host of the login's redirect address",
        choices=("127.0.0.1", "localhost"),
    ),
    Option("callback-ports", "ports for the login's callback, in order; 0: any", "PORTS"),
    Option(
        "allow-host",
        "another host that a credential may be sent to; named in every report",
        "HOST",
        many=True,
    ),
    Option("theme", "the app's colours; t in the app changes and keeps them", choices=THEMES),
    Option("ascii", "plain characters only", flag=True),
    Option("no-color", "no colours", flag=True),
    Option("verbose", "also report every exchange and command", flag=True, short=True),
)


class Value(Struct, frozen=True):
    """A setting's text and where it came from."""

    text: str
    source: str


class Settings:
    """Every option's value with its source; a missing one is None."""

    def __init__(
        self, values: Mapping[str, Value], keys: Mapping[str, Value] | None = None
    ) -> None:
        self._values = dict(values)
        self.keys: Mapping[str, Value] = keys or {}
        """The app's bindings by id, with the keys they were given; unchecked."""

    def get(self, name: str) -> str | None:
        """The value of an option; None where it is not set."""
        value = self._values.get(name)
        return value.text if value is not None else None

    def source(self, name: str) -> str:
        """Where the value of an option comes from; "default" where it is not set."""
        value = self._values.get(name)
        return value.source if value is not None else "default"

    def changed(self, name: str, text: str, source: str) -> Settings:
        """These settings with another value of one option."""
        return Settings({**self._values, name: Value(text, source)}, self.keys)

    def on(self, name: str) -> bool:
        """Whether a flag is set."""
        return (self.get(name) or "").lower() in ("1", "true", "yes", "on")

    @property
    def state_dir(self) -> Path:
        """Where sessions are kept.

        Raises:
            UsageError: none was given, and there is no home folder to keep them in.
        """
        state_dir = self.get("state-dir")
        if state_dir:
            return expanded(state_dir, self.source("state-dir")).absolute()
        if not (home_folder() or os.environ.get("XDG_STATE_HOME")):
            raise UsageError(
                "there is no home folder here to keep sessions in (HOME is not set, "
                "and this user has no entry in the password file); give --state-dir "
                "DIR"
            )
        return Path(platformdirs.user_state_dir("smoke-tui"))

    @property
    def project(self) -> str:
        """The absolute path of the checkout of the product under test."""
        return str(expanded(self.get("project") or ".", self.source("project")).absolute())

    @property
    def calibration(self) -> Path:
        """The calibration file of drift thresholds.

        Raises:
            UsageError: it is in no folder that there is.
        """
        path = self.get("calibration")
        if path:
            return expanded(path, self.source("calibration")).absolute()
        return self.state_dir / "calibration.json"

    @property
    def rehearsed_calibration(self) -> Path:
        """The calibration file of rehearsals: they change no real threshold unless it is named.

        Raises:
            UsageError: it is in no folder that there is.
        """
        if self.get("calibration"):
            return self.calibration
        return self.state_dir / "calibration.rehearsed.json"

    def calibration_for(self, world: str) -> Path:
        """The calibration file of the sessions of a world.

        Raises:
            UsageError: it is in no folder that there is.
        """
        return self.rehearsed_calibration if world == "rehearsed" else self.calibration

    @property
    def allow_hosts(self) -> tuple[str, ...]:
        """Further hosts that a credential may be sent to."""
        return tuple((self.get("allow-host") or "").split())

    @property
    def callback_ports(self) -> tuple[int, ...] | None:
        """The callback ports set by option; None where none are set.

        Raises:
            UsageError: they are no port numbers.
        """
        text = self.get("callback-ports")
        if text is None:
            return None
        words = text.replace(",", " ").split()
        if not words or not all(word.isdigit() and int(word) < 65536 for word in words):
            raise UsageError(f"--callback-ports {text!r}: give port numbers, such as 1455,1457")
        return tuple(int(word) for word in words)


def home_folder() -> str | None:
    """The user's home folder; None where neither HOME nor the password file names one."""
    folder = os.environ.get("HOME", "")
    if not folder:
        try:
            folder = pwd.getpwuid(os.getuid()).pw_dir
        except KeyError:
            return None
    return folder if os.path.isabs(folder) else None


def expanded(text: str, source: str) -> Path:
    """A path that was given as text, with `~` as the home folder.

    Raises:
        UsageError: there is no such home folder, or no path can hold the text.
    """
    if "\0" in text:
        raise UsageError(f"{source}: a path can't hold a NUL character")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise UsageError(
            f"{source}: {text!r}: there is no such home folder; give a full path"
        ) from None


def config_dir() -> Path | None:
    """The user's config folder; None where there is no home folder to have it in."""
    if not (home_folder() or os.environ.get("XDG_CONFIG_HOME")):
        return None
    return Path(platformdirs.user_config_dir("smoke-tui"))


def own_runbooks() -> str:
    """The user's own folder of runbooks, for messages."""
    folder = config_dir()
    return str(folder / "runbooks") if folder is not None else "(no config folder: no home folder)"


def read_settings(option_values: Mapping[str, str | None]) -> Settings:
    """Merge the command line, the environment and config.toml.

    Raises:
        UsageError: the file does not parse, has an unknown key, or a value is not allowed.
    """
    folder = config_dir()
    path = folder / "config.toml" if folder is not None else Path("config.toml")
    raw = _from_file(path) if folder is not None else {}
    keys = _keys_table(path, raw.pop("keys", {}))
    values = _options(path, raw)
    for option in OPTIONS:
        text = os.environ.get(option.variable)
        if text:
            values[option.name] = Value(text, f"environment {option.variable}")
    for name, text in option_values.items():
        if text is not None:
            values[name] = Value(text, f"--{name}")
    for option in OPTIONS:
        value = values.get(option.name)
        if value is not None and option.choices and value.text not in option.choices:
            raise UsageError(
                f"{value.source}: {value.text!r} is not one of {', '.join(option.choices)}"
                f"{did_you_mean(value.text, option.choices)}"
            )
    return Settings(values, keys)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        if path.exists() and not path.is_file():
            # A pipe would be waited for.
            raise UsageError(f"{path}: can't be read: it is no regular file")
        # An editor on Windows puts a byte order mark in front.
        content = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except UnicodeDecodeError:
        raise UsageError(f"{path}: can't be read: it is not UTF-8 text") from None
    except OSError as error:
        raise UsageError(
            f"{path}: can't be read: {error.strerror or error}; correct its rights, or move it away"
        ) from None
    try:
        return tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: {error}") from None


def _keys_table(path: Path, table: object) -> dict[str, Value]:
    """The table of keys, `"home.rehearse" = "R"` or a list; tables of tables, too."""
    if not isinstance(table, dict):
        raise UsageError(f"{path}: [keys] is a table of bindings and their keys")
    bindings: dict[str, Value] = {}
    for name, keys in table.items():
        if isinstance(keys, dict):
            # Without quotes a dot makes a table.
            bindings |= _keys_table(
                path, {f"{name}.{inner}": value for inner, value in keys.items()}
            )
            continue
        listed = [keys] if isinstance(keys, str) else keys
        if (
            not isinstance(listed, list)
            or not listed
            or not all(isinstance(key, str) and key.strip() for key in listed)
        ):
            raise UsageError(f"{path}: [keys] {name}: give a key, or a list of keys")
        bindings[name] = Value(",".join(listed), str(path))
    return bindings


def _options(path: Path, raw: Mapping[str, Any]) -> dict[str, Value]:
    keys = {option.key: option for option in OPTIONS}
    values: dict[str, Value] = {}
    for key, value in raw.items():
        if key not in keys:
            hint = did_you_mean(key, keys, quote="'")
            raise UsageError(f"{path}: unknown key {key!r}{hint}")
        if isinstance(value, list):
            value = " ".join(str(item) for item in value)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        values[keys[key].name] = Value(text, str(path))
    return values
