"""What a session's calls are made of, as far as it is known before: names, client, shapes."""

from __future__ import annotations

import asyncio
import platform

from smoke_tui import __version__
from smoke_tui.codex.attestations import ATTESTED
from smoke_tui.codex.client_versions import is_newer, parse_version
from smoke_tui.config.names import INSTALLED
from smoke_tui.config.session_config import CAPTURED_VERSION, ORIGINATOR, SessionConfig
from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.structs import replace
from smoke_tui.world.live.codex_cli import probe_client


def names_of(settings: Settings) -> tuple[str, str]:
    """User-Agent and originator of calls; the first segment of the one is the other.

    Where only one is given the other follows it. Names that did not match were refused with 404
    (sub2api#3984).

    Raises:
        UsageError: a header can't hold a name, or both are given and disagree.
    """
    agent, originator = settings.get("user-agent"), settings.get("originator")
    if originator is not None or agent is None:
        originator = header_of(settings, "originator", ORIGINATOR)
        default_agent = f"{originator}/{__version__} ({platform.system()}; {platform.machine()})"
        agent = header_of(settings, "user-agent", default_agent)
    else:
        agent = header_of(settings, "user-agent", "")
        originator = first_segment(agent)
    if _letters(first_segment(agent)) != _letters(first_segment(originator)):
        raise UsageError(
            f"{settings.source('user-agent')} {agent!r} and {settings.source('originator')} "
            f"{originator!r} disagree: the User-Agent has to begin with {originator!r}, or give "
            "only one of them"
        )
    return agent, originator


def first_segment(name: str) -> str:
    """What a User-Agent or an originator begins with: all before a slash."""
    return name.split("/")[0].strip()


def _letters(name: str) -> str:
    """A name without its spelling: `hermes-agent` goes with `HermesAgent` (hermes-agent#90162)."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def client_version_of(settings: Settings) -> str | None:
    """The client version set by option; None where none is set.

    Raises:
        UsageError: it is no version.
    """
    text = settings.get("client-version")
    if text is not None and parse_version(text) is None:
        raise UsageError(
            f"{settings.source('client-version')} {text!r}: give a version of the "
            f"Codex CLI, such as {CAPTURED_VERSION}"
        )
    return text.strip() if text is not None else None


def with_client(config: SessionConfig) -> SessionConfig:
    """The configuration with the client version resolved: given, installed, else the captured one.

    The CLI is asked for its version where a call may rest on it; a rehearsal asks none but one
    that is named, so that it is the same on every machine. Blocks for a moment.
    """
    named = config.codex is not None or config.shape == INSTALLED or config.second_opinion
    if config.world != "live" and not named:
        return config
    client = asyncio.run(probe_client(config.codex))
    config = replace(
        config,
        installed_version=client.version,
        installed_problem=client.problem,
        installed_newer=is_newer(client.version, CAPTURED_VERSION),
    )
    if config.client_source == "given" or client.version is None:
        return config
    return replace(config, client_version=client.version, client_source="installed")


def resolved_anew(config: SessionConfig) -> SessionConfig:
    """A recorded configuration for a resumed run: the installed client, the current shapes.

    A client version set by option stays. The record keeps what the session was opened with.
    """
    fixed = config.client_source == "given"
    return with_client(
        replace(
            config,
            attested=tuple(row.to_row() for row in ATTESTED),
            client_source="given" if fixed else "captured",
            client_version=config.client_version if fixed else CAPTURED_VERSION,
            installed_version=None,
            installed_problem=None,
            installed_newer=False,
        )
    )


def header_of(settings: Settings, name: str, default: str) -> str:
    """A setting that becomes a header.

    Raises:
        UsageError: a header can't hold it.
    """
    text = settings.get(name) or default
    if not text.isascii() or not text.isprintable():
        raise UsageError(f"--{name} {text!r}: plain ASCII text only")
    return text
