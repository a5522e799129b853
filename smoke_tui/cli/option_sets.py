"""Which settings have an effect on what: the sets that the tables of commands name."""

from __future__ import annotations

from typing import Final

from smoke_tui.config.settings import OPTIONS

EVERYWHERE: Final = ("state-dir", "ascii", "no-color", "verbose")
"""Settings that every command takes."""

_OF_APP: Final = ("theme",)
"""Settings of the screen, which only the app has."""

LEDGER: Final = ("ledger", "ledger-table", "ledger-columns")

DRIFT: Final = ("calibration", "drift-autojunk")

ADDRESSES: Final = ("issuer", "codex-url", "api-url", "allow-host")
"""Where a credential may be sent: each of them is checked wherever one is used."""

CLIENT: Final = (*ADDRESSES, "model", "codex", "client-version", "user-agent", "originator")
"""Settings of a request as the installed Codex CLI would make it."""

LOGIN: Final = (
    *ADDRESSES,
    "login",
    "login-originator",
    "redirect-host",
    "callback-ports",
    "user-agent",
    "originator",
)

CALL: Final = (
    *CLIENT,
    "origin",
    "shape",
    "instructions",
    "unlisted",
    "bundle",
    "usage",
    "prices",
)
"""Settings of a call to a provider."""

SESSION: Final = tuple(
    option.name for option in OPTIONS if option.name not in (*_OF_APP, *EVERYWHERE)
)
"""Settings of a session, in whatever front end."""

RESUMED: Final = (
    "origin",
    "model",
    "shape",
    "instructions",
    "codex",
    "client-version",
    "unlisted",
    "second-opinion",
    "login",
    "login-originator",
    "bundle",
    "issuer",
    "codex-url",
    "api-url",
    "stack-url",
    "ledger",
    "calibration",
)
"""Settings that may be given anew where a session is resumed; the others are those it began with.

The addresses are only compared: a session goes on against what it began with.
"""

RESUMED_APP: Final = (*RESUMED, *_OF_APP)

BATTERY: Final = (*dict.fromkeys((*CALL, *LOGIN)), "project", "ledger")

RECORDING: Final = (*dict.fromkeys((*CALL, *LOGIN)), "project")

REVIEW: Final = ("project", *DRIFT)
"""Settings of the review of recordings."""

ALL: Final = tuple(option.name for option in OPTIONS if option.name not in EVERYWHERE)
"""For the app, and for a command that shows every setting."""
