"""Finding a recorded session by what the operator calls it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.files import StorageError
from smoke_tui.history.index import session_folders
from smoke_tui.journal.folders import never_began
from smoke_tui.outcomes import Exit

NEVER_BEGAN = (
    "was ended before its first line was written: nothing ran, nothing was spent, and "
    "there is nothing to read; the next start clears it away"
)


def sessions_root(settings: Settings) -> Path:
    """The folder of all sessions."""
    return settings.state_dir / "sessions"


def find_session(settings: Settings, name: str) -> Path | None:
    """The folder of a session by id, unique prefix, or `last`; None where it names none.

    Raises:
        UsageError: the prefix names several.
    """
    root = sessions_root(settings)
    if name == "last":
        return next(session_folders(root, unbegun=True), None)
    if not re.match(r"\d", name):
        return None
    matches = list(session_folders(root, unbegun=True, prefix=name))
    if len(matches) > 1 and all(folder.name != name for folder in matches):
        raise UsageError(
            f"session {name!r} is one of {len(matches)}: {', '.join(f.name for f in matches[:5])}"
        )
    return next((f for f in matches if f.name == name), matches[0] if matches else None)


def need_session(settings: Settings, name: str) -> Path:
    """The folder of a session of this machine, to go on with.

    Raises:
        CommandError: there is no such session or nothing in it (5), or it is an archive (3).
    """
    folder = find_session(settings, name)
    if folder is None and _is_archive(Path(name)):
        raise CommandError(
            Exit.INVALID,
            f"{name} is an archive: it can be read, verified and replayed, not resumed",
        )
    if folder is None:
        raise CommandError(
            Exit.NOTHING,
            f"no session {name!r} in {sessions_root(settings)}; `smoke-tui sessions` lists them",
        )
    if never_began(folder):
        raise CommandError(Exit.NOTHING, f"session {folder.name} {NEVER_BEGAN}")
    return folder


@contextmanager
def reading(settings: Settings, name: str) -> Iterator[Path]:
    """The folder of a session to read, be it of this machine or in an archive.

    What an archive holds is verified first, lies in a private folder, and is gone afterwards.

    Raises:
        CommandError: there is no such session (5), or the archive is damaged (3).
    """
    path = Path(name)
    if find_session(settings, name) is not None or not _is_archive(path):
        yield need_session(settings, name)
        return
    from smoke_tui.journal.archive import unpack

    with tempfile.TemporaryDirectory(prefix="smoke-tui-") as into:
        try:
            folder = unpack(path, Path(into))
        except StorageError as error:
            raise CommandError(Exit.INVALID, str(error)) from None
        yield folder


def _is_archive(path: Path) -> bool:
    """Whether a file is an archive; what reads one is loaded for a name that is no session's."""
    from smoke_tui.journal.archive import is_archive

    return is_archive(path)


def names_session(settings: Settings, name: str) -> bool:
    """Whether a name is that of a recorded session or of an archive of one.

    Raises:
        UsageError: a prefix names several sessions.
    """
    return find_session(settings, name) is not None or _is_archive(Path(name))
