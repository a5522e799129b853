"""Find and read a battery's pack: by path below the project's folder, or by id."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from smoke_tui.config.runbook_files import packaged
from smoke_tui.journal.events.battery_facts import PackRead
from smoke_tui.world.live.text_files import read_plain_file
from smoke_tui.world.ports import PortAnswer
from smoke_tui.world.requests.battery import ReadPack

PACKS: Final = "packs"
"""The folder of packs, beside runbooks."""
SETTINGS: Final = (
    "LLM_PROVIDER",
    "LLM_MODEL",
    "LLM_TEMPERATURE",
    "LLM_MAX_TOKENS",
    "LLM_MAX_RETRIES",
    "LLM_TIMEOUT",
)
"""Variables of the environment that llm-app-test reads, too."""
_MOST: Final = 16 * 1024 * 1024


def find_pack(project: str, name: str) -> Path | None:
    """The file of a path or an id; None where there is none."""
    root = Path(project)
    places = (
        root / name,
        root / "runbooks" / PACKS / f"{name}.json",
        root / PACKS / f"{name}.json",
        packaged() / PACKS / f"{name}.json",
    )
    return next((place for place in places if place.is_file()), None)


def read_pack(project: str, request: ReadPack) -> PortAnswer:
    """The text of a pack, or why there is none, and the judge's settings."""
    path = find_pack(project, request.pack)
    if path is None:
        return PortAnswer(
            PackRead(
                f"there is no pack {request.pack}: neither a file nor an id in a folder of packs"
            )
        )
    text, problem = read_plain_file(str(path), _MOST)
    settings = {name: os.environ[name] for name in SETTINGS if os.environ.get(name)}
    return PortAnswer(PackRead(problem, path.name, text or "", settings))
