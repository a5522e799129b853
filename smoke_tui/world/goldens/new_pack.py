"""A new scenario: its folder with both inputs and the goldens that belong to them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from smoke_tui.errors import CommandError, UsageError
from smoke_tui.judging.goldens.evaluation import evaluate
from smoke_tui.judging.goldens.template import NAME, template_inputs
from smoke_tui.outcomes import Exit
from smoke_tui.world.goldens.folder import GOLDENS, PackFolder
from smoke_tui.world.goldens.yaml_pack import read_yaml


def new_pack(name: str, *, cwd: Path) -> PackFolder:
    """Make the folder of a new scenario, complete or not at all.

    Args:
        name: A name, which goes into `runbooks/goldens`, or a path.
        cwd: The folder that both start from.

    Raises:
        UsageError: the name can't be one, or there is such a folder already.
        CommandError: it can't be written (4).
    """
    path = cwd / name if "/" in name else cwd / "runbooks" / GOLDENS / name
    last = Path(name).name
    if "\0" in name or not NAME.fullmatch(last):
        raise UsageError(
            f"{last!r} is no name of a scenario: it begins with a small letter, and holds "
            "small letters, digits, _ and -, 60 at most"
        )
    if os.path.lexists(path):
        raise UsageError(f"{path} exists; choose another name, or move it away")
    inputs = template_inputs(last)
    made = evaluate(inputs, {}, str(path), read_yaml)
    assert made.runs is not None, made.problem
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, {**inputs, **made.runs[0].files})
    except OSError as error:
        raise CommandError(
            Exit.NOT_PROVABLE, f"{path}: it can't be written: {error.strerror or error}"
        ) from None
    return PackFolder(path)


def _write(path: Path, files: dict[str, bytes]) -> None:
    """Write the files into a folder beside, which then takes its name."""
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=".smoke-tui-"))
    try:
        temporary.chmod(0o755)
        for name, content in files.items():
            (temporary / name).write_bytes(content)
        temporary.rename(path)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
