"""The live `Texts` port: text files of the project, the calibration file, the working tree."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from smoke_tui.files import (
    FileChangedError,
    private_folder,
    read_plain,
    replace_plain,
    replace_unchanged,
)
from smoke_tui.journal.events.machine_facts import ChangesRead, TextKept, TextRead, TextReplaced
from smoke_tui.judging.calibration_file import MOST
from smoke_tui.judging.working_tree import GIT_STATUS
from smoke_tui.redaction import Vault
from smoke_tui.structs import Struct
from smoke_tui.world.live.text_files import FILE_LIMIT, read_plain_file
from smoke_tui.world.ports import PortAnswer
from smoke_tui.world.requests.texts import TEXT, KeepText, ReadText, ReplaceCalibration, ReplaceText

NEW_MODE: Final = 0o644
"""The mode of a file of the project that was not there before."""

CHANGED: Final = "it was changed since it was read; nothing was written"

GIT_SECONDS: Final = 20.0


class LiveTexts(Struct, frozen=True):
    """Reads and replaces text files; `calibration` is the calibration file, None for none."""

    vault: Vault
    project: str
    calibration: str | None

    def read(self, request: ReadText) -> PortAnswer:
        """The text of a file of the project."""
        path = Path(self.project, request.path)
        if _leaves(path, self.project):
            return PortAnswer(TextRead(f"{request.path} leads out of the project's folder"))
        return _read(path, request.path)

    def replace(self, request: ReplaceText) -> PortAnswer:
        """Replace a file of the project as a whole; never through a link."""
        path = Path(self.project, request.path)
        if path.is_symlink() or _leaves(path.parent, self.project):
            problem = f"{request.path} is a link, or leads out of the project's folder"
            return PortAnswer(TextReplaced(problem))
        if not path.parent.is_dir():
            return PortAnswer(TextReplaced(f"the folder of {request.path} does not exist"))
        try:
            if self._digest(path) != request.former:
                return PortAnswer(TextReplaced(f"{request.path}: {CHANGED}"))
            replace_plain(path, self._clean(request.text), new_mode=NEW_MODE)
        except OSError as error:
            return PortAnswer(TextReplaced(f"{request.path}: {error.strerror or error}"))
        return PortAnswer(TextReplaced(None))

    def keep(self, request: KeepText) -> PortAnswer:
        """Keep a text as evidence."""
        return PortAnswer(TextKept(), blobs={TEXT: _bytes(request.text)})

    def read_calibration(self) -> PortAnswer:
        """The text of the calibration file."""
        if self.calibration is None:
            return PortAnswer(TextRead("no calibration file is named (--calibration)"))
        return _read(Path(self.calibration), self.calibration, MOST)

    def replace_calibration(self, request: ReplaceCalibration) -> PortAnswer:
        """Replace the calibration file as a whole, 0600."""
        if self.calibration is None:
            return PortAnswer(TextReplaced("no calibration file is named (--calibration)"))
        path = Path(self.calibration)
        try:
            if not path.parent.exists():
                private_folder(path.parent)
            former = read_plain(path) if os.path.lexists(path) else None
            if self._digest_of(former) != request.former:
                return PortAnswer(TextReplaced(f"{path}: {CHANGED}"))
            replace_unchanged(path, former, self._clean(request.text))
        except FileChangedError:
            return PortAnswer(TextReplaced(f"{path}: {CHANGED}"))
        except OSError as error:
            return PortAnswer(TextReplaced(f"{path}: {error.strerror or error}"))
        return PortAnswer(TextReplaced(None))

    async def changes(self) -> PortAnswer:
        """What git lists as changed in the project's folder."""
        output, problem = await _git_status(self.project)
        blobs = {} if output is None else {TEXT: output}
        return PortAnswer(ChangesRead(problem), blobs=blobs)

    def _clean(self, text: str) -> bytes:
        return self.vault.redact(_bytes(text))

    def _digest(self, path: Path) -> str | None:
        """The SHA-256 of a file's redacted text, as its evidence has; None where there is none."""
        return self._digest_of(read_plain(path) if os.path.lexists(path) else None)

    def _digest_of(self, content: bytes | None) -> str | None:
        return None if content is None else hashlib.sha256(self.vault.redact(content)).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _read(path: Path, name: str, most: int = FILE_LIMIT) -> PortAnswer:
    missing = not os.path.lexists(path)
    if missing:
        return PortAnswer(TextRead(f"{name} does not exist", missing=True))
    text, problem = read_plain_file(str(path), most)
    if text is None:
        return PortAnswer(TextRead(problem))
    return PortAnswer(TextRead(None), blobs={TEXT: _bytes(text)})


def _leaves(path: Path, project: str) -> bool:
    """Whether a path leads out of the project's folder, by links or by itself."""
    return not path.resolve().is_relative_to(Path(project).resolve())


async def _git_status(project: str) -> tuple[bytes | None, str | None]:
    """The output of git, or why there is none."""
    try:
        process = await asyncio.create_subprocess_exec(
            # A repository can name a program of its own for this; it is not run.
            *(GIT_STATUS[0], "-c", "core.fsmonitor=false", *GIT_STATUS[1:]),
            cwd=project,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        )
    except OSError as error:
        return None, f"git can't be run in {project}: {error.strerror or error}"
    try:
        output, words = await asyncio.wait_for(process.communicate(), GIT_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        return None, f"git gave no answer within {GIT_SECONDS:g} s"
    if process.returncode != 0:
        lines = words.decode("utf-8", "replace").strip().splitlines() or ["no words"]
        return None, f"git status: {lines[0][:200]}"
    return output, None
