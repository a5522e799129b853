"""Scenario packs for tests: the shipped one, copies of it, and changes of its inputs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from smoke_tui.judging.goldens.evaluation import Evaluation, evaluate
from smoke_tui.judging.goldens.scenario import GENERATED_FILES, INPUT_FILES
from smoke_tui.judging.json_fields import Document, JsonShapeError
from tests.helpers.paths import ROOT

SHIPPED: Final = ROOT / "runbooks/goldens/support_billing"


def no_yaml(text: str) -> Document:
    """A reader where PyYAML is not installed."""
    raise JsonShapeError(1, "no YAML here")


def files_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in (*INPUT_FILES, *GENERATED_FILES)}


def evaluated(files: dict[str, bytes]) -> Evaluation:
    return evaluate(
        {name: files[name] for name in INPUT_FILES if name in files},
        {name: files[name] for name in GENERATED_FILES if name in files},
        "pack",
        no_yaml,
    )


def changed(name: str, old: str, new: str) -> dict[str, bytes]:
    """The shipped files with one change, whose old text stands there."""
    files = files_of(SHIPPED)
    assert old.encode() in files[name], old
    files[name] = files[name].replace(old.encode(), new.encode(), 1)
    return files


def copy_of_shipped(folder: Path) -> Path:
    copy = folder / "support_billing"
    shutil.copytree(SHIPPED, copy)
    return copy


def change_file(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), "utf-8")
