"""Option texts that stay out of the record: the credential bundle, the ledger's address."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from smoke_tui.config.ledger_address import EMBEDDED, kind_of
from smoke_tui.config.session_config import GIVEN_BUNDLE, GIVEN_LEDGER
from smoke_tui.config.settings import Settings, expanded
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.outcomes import Exit
from smoke_tui.structs import Struct, field
from smoke_tui.world.credential_document import problem_of

BUNDLE_LIMIT = 256 * 1024


class SecretOptions(Struct, frozen=True):
    """Option texts that stay out of the record: the credential bundle, the ledger's address.

    `texts` are by `GIVEN_BUNDLE` and `GIVEN_LEDGER`, in a rehearsal by `GIVEN_API_KEY` as well. The
    record holds only their sources: `bundle` (none, file, stdin) and `ledger` (none, postgresql,
    stand-in). `file` is the bundle's path.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    bundle: str = "none"
    file: Path | None = None
    ledger: str = "none"


NO_SECRET_OPTIONS: Final = SecretOptions()


def read_secret_options(settings: Settings, *, judged: bool = True) -> SecretOptions:
    """Read --bundle and --ledger; `judged`: refuse a bundle that is another tool's file.

    Raises:
        CommandError: the bundle can't be read, or is a file of another tool (3).
        UsageError: --ledger is no address, or belongs to a rehearsal.
    """
    address = ledger_address(settings)
    texts = {GIVEN_LEDGER: address} if address else {}
    ledger = kind_of(address) if address else "none"
    source = settings.get("bundle")
    if source is None:
        return SecretOptions(texts, "none", ledger=ledger)
    if source == "-":
        text = _standard_input()
        _refuse_foreign(text, judged)
        return SecretOptions({**texts, GIVEN_BUNDLE: text}, "stdin", ledger=ledger)
    from smoke_tui.world.live.text_files import read_plain_file

    path = expanded(source, settings.source("bundle"))
    read, problem = read_plain_file(str(path))
    if read is None:
        raise CommandError(Exit.INVALID, f"--bundle: {problem}")
    _refuse_foreign(read, judged)
    return SecretOptions({**texts, GIVEN_BUNDLE: read}, "file", path, ledger)


def _standard_input() -> str:
    """All of standard input, as UTF-8 whatever the locale says.

    Raises:
        CommandError: it can't be read, or is no text (3).
    """
    try:
        raw = getattr(sys.stdin, "buffer", None)
        if raw is None:
            return sys.stdin.read(BUNDLE_LIMIT)
        return str(raw.read(BUNDLE_LIMIT).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise CommandError(Exit.INVALID, "--bundle -: standard input is not UTF-8 text") from None
    except OSError as error:
        raise CommandError(
            Exit.INVALID, f"--bundle -: standard input can't be read: {error.strerror or error}"
        ) from None


def _refuse_foreign(text: str, judged: bool) -> None:
    """Refuse a credential file of another tool.

    Raises:
        CommandError: the text is a credential document of another tool (3).
    """
    problem = problem_of(text) if judged else None
    if problem is not None:
        raise CommandError(Exit.INVALID, f"--bundle: {problem}; nothing was sent")


def ledger_address(settings: Settings) -> str | None:
    """The address of the stack's ledger; None where none was given.

    Raises:
        UsageError: it can't be one; the text does not quote it.
    """
    address = settings.get("ledger")
    if address is None:
        return None
    if wants_embedded(settings):
        raise UsageError(
            f"{settings.source('ledger')}: embedded is the rehearsal's own ledger; "
            "add --rehearse, or give the address of the stack's"
        )
    try:
        kind_of(address)
    except ValueError as wrong:
        raise UsageError(f"{settings.source('ledger')}: {wrong}") from None
    return address


def wants_embedded(settings: Settings) -> bool:
    """Whether --ledger asks for the rehearsal's own PostgreSQL."""
    return settings.get("ledger") == EMBEDDED
