"""The review of recordings: find those that wait, open their differences, decide on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError
from smoke_tui.files import read_plain
from smoke_tui.history.calibration import read_calibration
from smoke_tui.judging.acceptance import CasePaths, separate_changes
from smoke_tui.judging.calibration import Calibration
from smoke_tui.judging.calibration_file import CalibrationError
from smoke_tui.judging.drift import Threshold
from smoke_tui.judging.markers import MarkerError, file_of, marker_threshold
from smoke_tui.judging.recording_changes import CaseThreshold, RecordingChange
from smoke_tui.judging.thresholds import nearest_threshold
from smoke_tui.outcomes import Exit
from smoke_tui.session.environment import user_name
from smoke_tui.structs import Struct
from smoke_tui.world.cassettes.cassette import CassetteError
from smoke_tui.world.cassettes.change_record import ChangeRecordError
from smoke_tui.world.cassettes.listing import ListedCase, list_cases
from smoke_tui.world.cassettes.review import (
    Review,
    ReviewError,
    difference_of,
    mark_opened,
    review_of,
)
from smoke_tui.world.git import GitError, WorkingTree, working_tree

_MOST_SOURCE = 4 * 1024 * 1024


class ReviewedCase(Struct, frozen=True):
    """A case with its review; `measure` is its name in the calibration log and its threshold."""

    listed: ListedCase
    review: Review
    measure: CaseThreshold

    @property
    def name(self) -> str:
        """The case's name in the table."""
        return self.listed.row.case


class ReviewPlace(Struct, frozen=True):
    """Where a review reads and writes.

    Attributes:
        project: The folder of the product under test.
        calibration: The calibration file.
        state_dir: Where drafts of tickets are kept.
        autojunk: Texts are measured with the heuristic of that name.
    """

    project: Path
    calibration: Path
    state_dir: Path
    autojunk: bool = False


def place_of(settings: Settings) -> ReviewPlace:
    """The place that the settings name."""
    return ReviewPlace(
        Path(settings.project),
        settings.calibration,
        settings.state_dir,
        settings.on("drift-autojunk"),
    )


class CassetteReviews:
    """The cases below some paths, and what can be done with their newest recordings."""

    def __init__(self, place: ReviewPlace, paths: Sequence[Path]) -> None:
        self.place = place
        self.paths = tuple(paths)
        self.tree: WorkingTree | None = None
        self.problems: tuple[str, ...] = ()
        self.listed: tuple[ListedCase, ...] = ()

    def cases(self) -> tuple[ReviewedCase, ...]:
        """Read every case; of one that is damaged the problem is in `problems`.

        Raises:
            CommandError: a folder or git can't be read, or the calibration file is damaged.
        """
        calibration = self.calibration()
        try:
            folder = self.paths[0] if self.paths[0].is_dir() else self.paths[0].parent
            self.tree = working_tree(folder)
            listed = [case for path in self.paths for case in list_cases(path)]
        except GitError as error:
            raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
        except OSError as error:
            raise CommandError(
                Exit.NOTHING, f"{error.filename}: {error.strerror or error}"
            ) from None
        self.listed = tuple(listed)
        self.problems = tuple(case.row.problem for case in listed if case.row.problem)
        return tuple(self._reviewed(case, calibration) for case in listed if not case.row.problem)

    def calibration(self) -> Calibration:
        """The calibration of this machine.

        Raises:
            CommandError: its file can't be read, or is damaged.
        """
        try:
            return read_calibration(self.place.calibration).calibration
        except CalibrationError as error:
            raise CommandError(Exit.INVALID, str(error)) from None

    def _reviewed(self, listed: ListedCase, calibration: Calibration) -> ReviewedCase:
        try:
            review = review_of(listed.path, self.tree)
        except (ChangeRecordError, ReviewError) as error:
            raise CommandError(Exit.INVALID, str(error)) from None
        return ReviewedCase(listed, review, self._measure(listed, calibration))

    def _measure(self, listed: ListedCase, calibration: Calibration) -> CaseThreshold:
        case = listed.case
        test = case.test if case is not None and case.test else None
        name = test or self.path_text(listed.path.accepted.with_suffix(""))
        marker, place = self._marker(test) if test is not None else (None, "")
        threshold: Threshold = nearest_threshold(
            calibration=calibration.threshold_of(name),
            case_file=case.drift_threshold if case is not None else None,
            marker=marker,
            default=calibration.default,
            places={"case": self.path_text(listed.path.case_file), "marker": place},
        )
        return CaseThreshold(
            name,
            self.path_text(listed.path.accepted),
            threshold,
            self.place.autojunk,
        )

    def _marker(self, test: str) -> tuple[float | None, str]:
        """The threshold of a test's marker; None where the test can't be read here."""
        for root in self._roots:
            try:
                text = read_plain(root / file_of(test), _MOST_SOURCE).decode("utf-8")
                marker = marker_threshold(text, test)
            except (OSError, UnicodeDecodeError, MarkerError):
                continue
            if marker is not None:
                return marker.value, f"{file_of(test)}:{marker.line}"
        return None, ""

    @cached_property
    def _roots(self) -> tuple[Path, ...]:
        roots = [self.place.project, Path.cwd()]
        return tuple(roots + ([self.tree.root] if self.tree is not None else []))

    def path_text(self, path: Path) -> str:
        """A path as people and the calibration log name it: from the checkout's folder."""
        full = path.parent.resolve() / path.name
        for root in self._roots:
            if full.is_relative_to(root.resolve()):
                return full.relative_to(root.resolve()).as_posix()
        return full.as_posix()

    # --- what differs -----------------------------------------------------------------------

    def change_of(self, case: ReviewedCase) -> RecordingChange:
        """What differs between a case's newest recording and the accepted one.

        Raises:
            CommandError: one of them is no cassette.
        """
        try:
            return difference_of(case.review, case.measure)
        except CassetteError as error:
            raise CommandError(Exit.INVALID, str(error)) from None

    def mark_opened(self, case: ReviewedCase) -> ReviewedCase:
        """Note that a case's difference was shown to a person.

        Raises:
            CommandError: the change record is damaged, or can't be written.
        """
        try:
            review = mark_opened(case.review, user_name(), now_text())
        except ChangeRecordError as error:
            raise CommandError(Exit.INVALID, str(error)) from None
        return ReviewedCase(case.listed, review, case.measure)

    def warnings(self, cases: Sequence[ReviewedCase]) -> tuple[str, ...]:
        """Prompts and recordings of these cases that are not changed together, by git.

        Raises:
            CommandError: git could not answer.
        """
        tree = self.tree
        if tree is None:
            return ()
        try:
            changed = tree.changed()
        except GitError as error:
            raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
        paths, undecided = [], []
        for case in cases:
            described = case.listed.case
            if described is None or described.substrate != "replay":
                continue
            files = case.listed.path
            prompt = (
                files.case_file.parent / described.prompt_file
                if described.prompt_file
                else files.case_file
            )
            paths.append(
                CasePaths(
                    case.name,
                    tree.path(files.accepted),
                    tree.path(files.pending),
                    tree.path(prompt),
                )
            )
            if case.review.state == "pending review":
                undecided.append(case.name)
        return separate_changes(paths, changed, undecided)


def now_text() -> str:
    """The time now, ISO 8601 UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
