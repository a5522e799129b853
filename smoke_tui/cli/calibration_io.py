"""The calibration file and the recorded comparisons, with errors that end a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError
from smoke_tui.history.calibration import (
    CalibrationFile,
    CalibrationSecretError,
    read_calibration,
    update_calibration,
    write_calibration,
)
from smoke_tui.history.drift_pairs import recorded_pairs
from smoke_tui.judging.calibration import Calibration, StoredPair
from smoke_tui.judging.calibration_file import CalibrationError
from smoke_tui.outcomes import Exit


def read_file(settings: Settings, world: str = "live") -> CalibrationFile:
    """The calibration file of a world's sessions.

    Raises:
        CommandError: it can't be read, or is damaged (3).
    """
    try:
        return read_calibration(settings.calibration_for(world))
    except CalibrationError as error:
        raise CommandError(Exit.INVALID, str(error)) from None


def write_file(file: CalibrationFile, changed: Calibration) -> None:
    """Replace the calibration file.

    Raises:
        CommandError: it was changed meanwhile (4), would hold a secret (7), or can't be written (4).
    """
    with _as_command_errors():
        write_calibration(file, changed)


def update_file(
    settings: Settings, change: Callable[[Calibration], Calibration], world: str = "live"
) -> CalibrationFile:
    """Read, change and replace the calibration file, anew where another program was faster.

    Raises:
        CommandError: it is damaged (3), would hold a secret (7), or can't be written (4).
    """
    read_file(settings, world)
    with _as_command_errors():
        return update_calibration(settings.calibration_for(world), change)


@contextmanager
def _as_command_errors() -> Iterator[None]:
    try:
        yield
    except CalibrationSecretError as error:
        raise CommandError(Exit.SECRET, str(error)) from None
    except CalibrationError as error:
        raise CommandError(Exit.NOT_PROVABLE, str(error)) from None


def read_pairs(settings: Settings) -> tuple[tuple[StoredPair, ...], list[str]]:
    """The comparisons of all recorded sessions, and why some of them can't be had."""
    sessions = list(recorded_pairs(settings.state_dir))
    problems = [session.problem for session in sessions if session.problem]
    return tuple(pair for session in sessions for pair in session.pairs), problems
