"""The comparisons of all recorded sessions on this machine, to be scored again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from smoke_tui.files import StorageError
from smoke_tui.history.index import session_folders
from smoke_tui.journal.events.decisions import DriftEvidence
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.journal.load import InvalidRecordError, load_events
from smoke_tui.judging.calibration import StoredPair
from smoke_tui.judging.drift import DriftPair
from smoke_tui.presentation.report.drift_pairs import drift_pairs
from smoke_tui.presentation.report.export import stored_evidence
from smoke_tui.structs import Struct

_MARK: Final = f'"{DriftEvidence.tags["name"]}"'.encode()


class RecordedPairs(Struct, frozen=True):
    """The comparisons of one session; `problem` says why some of them can't be scored again."""

    session: str
    pairs: tuple[StoredPair, ...]
    problem: str = ""


def recorded_pairs(state_dir: Path) -> Iterator[RecordedPairs]:
    """The sessions with comparisons, the newest first, each read when it is asked for."""
    for folder in session_folders(state_dir / "sessions"):
        try:
            if _MARK not in (folder / JOURNAL).read_bytes():
                continue
            yield _of_session(folder)
        except (InvalidRecordError, StorageError) as error:
            yield RecordedPairs(folder.name, (), str(error))
        except OSError as error:
            yield RecordedPairs(folder.name, (), f"{folder}: {error.strerror or error}")


def _of_session(folder: Path) -> RecordedPairs:
    _, state = load_events(folder)
    evidence = stored_evidence(folder)
    world = "" if state.world == "live" else f" ({state.world})"
    pairs: list[StoredPair] = []
    missing = 0
    for step, step_state in state.steps.items():
        for pair in drift_pairs(state, step_state, evidence):
            if _is_whole(pair):
                place = f"{folder.name}:{step}{world}"
                pairs.append(StoredPair(pair, place, state.started[:10]))
            else:
                missing += 1
    problem = f"{folder.name}: the answers of {missing} comparisons are missing" if missing else ""
    return RecordedPairs(folder.name, tuple(pairs), problem)


def _is_whole(pair: DriftPair) -> bool:
    """Whether both answers were at hand: one without text and calls would count as empty."""
    return all(answer.text is not None or answer.tool_calls for answer in (pair.recorded, pair.new))
