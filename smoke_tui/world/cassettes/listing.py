"""The table of cases: every cassette and case file below a folder, as rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from smoke_tui.files import read_plain
from smoke_tui.judging.cases import (
    INVALID,
    NEEDS_NONE,
    NOT_RECORDED,
    Case,
    CaseError,
    CaseRow,
    marker_of,
    substrate_of,
    tier_of_markers,
)
from smoke_tui.judging.tier_markers import markers_of
from smoke_tui.structs import Struct, replace
from smoke_tui.world.cassettes.cassette import Cassette, CassetteError, parse_cassette
from smoke_tui.world.cassettes.change_record import ChangeRecordError
from smoke_tui.world.cassettes.review import ReviewError, review_of
from smoke_tui.world.cassettes.store import (
    FOLDER,
    JSON_SUFFIX,
    CassettePath,
    case_files_below,
    files_below,
    may_be_cassette,
    path_of,
    read_case,
    read_text,
)
from smoke_tui.world.git import GitError, WorkingTree, working_tree

_MOST_SOURCE: Final = 4 * 1024 * 1024


class ListedCase(Struct, frozen=True):
    """A row of the table with what it was made of; what could not be read is None."""

    row: CaseRow
    path: CassettePath
    cassette: Cassette | None
    case: Case | None


def list_cases(folder: Path) -> list[ListedCase]:
    """Every case below a folder (or of one file), by path.

    Raises:
        OSError: the folder can't be read.
        CommandError: PyYAML is not installed (4).
    """
    base = folder if folder.is_dir() else folder.parent
    try:
        tree = working_tree(base)
    except GitError:
        # Without it, what was not accepted here waits for a review.
        tree = None
    return [_listed(path, base, tree) for path in _paths(folder)]


def _paths(folder: Path) -> list[CassettePath]:
    if not folder.is_dir():
        return [path_of(folder)]
    paths = {path_of(file).accepted for file in case_files_below(folder)}
    for file in files_below(folder):
        try:
            text = read_text(file)
        except CassetteError:
            text = ""
        if may_be_cassette(file, text, named=False) and _is_cassette(file, text):
            paths.add(path_of(file).accepted)
    return [CassettePath(path) for path in sorted(paths)]


def _is_cassette(file: Path, text: str) -> bool:
    """Whether a file's name says YAML; a JSON file has to be a cassette: many hold something else."""
    if file.suffix != JSON_SUFFIX:
        return True
    try:
        parse_cassette(text, str(file))
    except CassetteError:
        return False
    return True


def _listed(path: CassettePath, base: Path, tree: WorkingTree | None) -> ListedCase:
    name = str(path.accepted.relative_to(base).with_suffix(""))
    case, cassette, problem = None, None, None
    try:
        case = read_case(path.case_file) if path.case_file.is_file() else None
        if path.newest.exists():
            cassette = parse_cassette(read_text(path.newest), str(path.newest))
        state: str = review_of(path, tree).state
    except (CaseError, CassetteError, ChangeRecordError, ReviewError) as error:
        state, problem = INVALID, str(error)
    tier, substrate, marker = _tier(path, case, cassette)
    if state == NOT_RECORDED and substrate != "replay":
        state = NEEDS_NONE
    row = CaseRow(
        name,
        tier,
        substrate,
        marker,
        "0" if substrate in ("fake", "replay") else None,
        cassette.recorded_at() if cassette is not None else None,
        None,
        False,
        state,
        len(cassette.interactions) if cassette is not None else 0,
        len(cassette.cut) if cassette is not None else 0,
        problem,
    )
    if cassette is not None and case is not None:
        row = replace(row, stale=staleness(case, cassette), stale_known=True)
    return ListedCase(row, path, cassette, case)


def _tier(path: CassettePath, case: Case | None, cassette: Cassette | None) -> tuple[str, str, str]:
    """Tier, substrate and marker: of the case file, else of the note, else of the test."""
    if case is not None:
        return case.tier, case.substrate, case.marker
    note = cassette.note if cassette is not None else None
    if note is not None and note.tier:
        return note.tier, note.substrate, note.marker
    tier = tier_of_markers(_markers(path) or frozenset())
    return tier, substrate_of(tier), marker_of(tier)


def _markers(path: CassettePath) -> frozenset[str] | None:
    """The markers of the test that a cassette of pytest-recording belongs to.

    It lies in `cassettes/MODULE/TEST.yaml`, beside the module `MODULE.py`.
    """
    folder = path.accepted.parent
    if folder.parent.name != FOLDER:
        return None
    source = folder.parent.parent / f"{folder.name}.py"
    try:
        text = read_plain(source, _MOST_SOURCE).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return markers_of(text, path.accepted.stem)


def staleness(case: Case, cassette: Cassette) -> str | None:
    """Why a recording no longer fits its case; None where it does.

    Of a recording without a note, the prompt is looked for in the recorded requests.
    """
    note = cassette.note
    if note is not None:
        if note.prompt_sha256 != case.prompt_sha256:
            return "the prompt changed since it was recorded"
        if case.model and note.model and case.model != note.model:
            return f"the model changed since it was recorded: {note.model}, now {case.model}"
        return None
    prompt = _joined(case.prompt)
    if any(prompt in _joined(text) for text in _request_texts(cassette)):
        return None
    return "no recorded request holds the prompt"


def _request_texts(cassette: Cassette) -> Iterator[str]:
    for made in cassette.interactions:
        text = (made.request.body or b"").decode("utf-8", "replace")
        yield text
        try:
            yield (
                json.dumps(json.loads(text), ensure_ascii=False)
                .replace("\\n", "\n")
                .replace('\\"', '"')
            )
        except (ValueError, RecursionError):
            continue


def _joined(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
