"""`report`: a session's report, to standard output, a file, or the terminal's clipboard as well."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.files import StorageError, replace_private
from smoke_tui.history.find import reading
from smoke_tui.journal.load import InvalidRecordError
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.report.export import FORMATS, SecretFoundError, export
from smoke_tui.redaction import Vault, clean
from smoke_tui.replay.run import Rechecked, load_rechecked
from smoke_tui.world.live.terminal_clipboard import copy_sequence

CLIPBOARD_LIMIT: Final = 74_994
"""Bytes; in base64 they are the 100,000 that terminals commonly take in one sequence."""


def report(settings: Settings, *, session: str, kind: str, output: str | None, copy: bool) -> int:
    """Export, scan, then give out.

    Raises:
        UsageError: there is no such format, or no terminal to copy to.
        CommandError: there is no such session (5), it is damaged (3), holds a secret (7), or
            can't be written (2).
    """
    if kind not in FORMATS:
        raise UsageError(f"--format {kind!r} is not one of {', '.join(FORMATS)}")
    with reading(settings, session) as folder:
        done = _rechecked(folder)
        try:
            content = export(kind, done.runbook, done.state, folder, Vault())
        except SecretFoundError as error:
            raise CommandError(Exit.SECRET, str(error)) from None
    if copy:
        with _terminal() as terminal:
            _refuse_too_long(content)
            _give(content, output)
            _send(content, terminal)
    else:
        _give(content, output)
    if done.divergence is not None:
        print(
            clean(
                f"smoke-tui: the record does not support its verdict: {done.divergence}; "
                f"compare with `smoke-tui replay {session}`"
            ),
            file=sys.stderr,
        )
        return Exit.DIVERGENCE
    return Exit.OK


def _rechecked(folder: Path) -> Rechecked:
    """The session, decided again.

    Raises:
        CommandError: it is damaged or can't be read (3).
    """
    try:
        return load_rechecked(folder)
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None


def _give(content: bytes, output: str | None) -> None:
    if not output or output == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        replace_private(Path(output), content)
    except OSError as error:
        raise CommandError(
            Exit.USAGE,
            f"-o {output}: {error.strerror or error}; nothing was lost, choose another file",
        ) from None
    print(f"wrote {output} ({len(content)} bytes)", file=sys.stderr)


@contextmanager
def _terminal() -> Iterator[int]:
    """A descriptor of the terminal.

    Raises:
        UsageError: there is none.
    """
    try:
        fd = os.open("/dev/tty", os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        if not sys.stderr.isatty():
            raise UsageError(
                "--copy needs a terminal, whose clipboard it is; without one use -o FILE"
            ) from None
        yield sys.stderr.fileno()
        return
    try:
        yield fd
    finally:
        os.close(fd)


def _refuse_too_long(content: bytes) -> None:
    if len(content) > CLIPBOARD_LIMIT:
        raise UsageError(
            f"--copy: {len(content):,} bytes are more than the {CLIPBOARD_LIMIT:,} "
            "that terminals commonly take; use -o FILE, or --format md, which is "
            "never that long"
        )


def _send(content: bytes, terminal: int) -> None:
    sequence = memoryview(copy_sequence(content))
    while sequence:
        sequence = sequence[os.write(terminal, sequence) :]
    print(
        f"sent {len(content):,} bytes to the terminal's clipboard; whether it took them nobody "
        "can know from here: paste to see, or use -o FILE",
        file=sys.stderr,
    )
