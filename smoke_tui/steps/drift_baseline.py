"""What a step's answer is compared with: the recorded answer, and the threshold of its case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smoke_tui.journal.events.values import Blob
from smoke_tui.judging.answers import Part
from smoke_tui.judging.baselines import BaselineError, CaseFile, read_answer
from smoke_tui.judging.calibration import Calibration
from smoke_tui.judging.calibration_file import CalibrationError, parse_calibration
from smoke_tui.judging.drift import RecordedAnswer, Threshold
from smoke_tui.judging.markers import MarkerError, file_of, marker_threshold
from smoke_tui.judging.thresholds import nearest_threshold
from smoke_tui.structs import Struct
from smoke_tui.world.context import StepContext
from smoke_tui.world.requests.texts import ReadCalibration, ReadText
from smoke_tui.world.resources import StepError

HOW_TO_BEGIN = (
    'Write the answer that counts as right there: its text, or {"output_text": …, '
    '"tool_calls": […]}'
)


class Baseline(Struct, frozen=True):
    """A recorded answer to compare with; `content` is its file's redacted text."""

    case: str
    path: str
    content: str
    blob: Blob
    answer: RecordedAnswer
    threshold: Threshold


class ReadCalibrationFile(Struct, frozen=True):
    """The calibration, and the SHA-256 of the text it was read from; None where there is none."""

    calibration: Calibration
    former: str | None


async def read_calibration(ctx: StepContext) -> ReadCalibrationFile:
    """The calibration file; an empty calibration where none is named or there.

    Raises:
        StepError: it can't be read, or is damaged (`not-configured`).
    """
    name = ctx.config.calibration
    if name is None:
        return ReadCalibrationFile(Calibration(), None)
    read = await ctx.perform(ReadCalibration())
    if read.missing:
        return ReadCalibrationFile(Calibration(), None)
    if read.content is None or read.blob is None:
        raise StepError("not-configured", f"The calibration file can't be read: {read.problem}.")
    try:
        return ReadCalibrationFile(parse_calibration(read.content, name), read.blob.sha256)
    except CalibrationError as error:
        raise StepError("not-configured", f"The calibration file is not usable: {error}.") from None


async def read_baselines(
    ctx: StepContext, table: Mapping[str, Any], parts: tuple[Part, ...], line: int
) -> Baseline:
    """Read the recorded answer that a condition's table names, and find the threshold of its case.

    Raises:
        StepError: one of the files can't be read, or lacks what is compared (`not-configured`).
    """
    path = str(table["baseline"])
    read = await ctx.perform(ReadText(path))
    if read.content is None or read.blob is None:
        raise StepError("not-configured", f"No recorded answer: {read.problem}. {HOW_TO_BEGIN}.")
    try:
        case_file = read_answer(read.content, path)
    except BaselineError as error:
        raise StepError("not-configured", f"The recorded answer can't be read: {error}.") from None
    _refuse_lacking(case_file, path, parts)
    case = str(table.get("case") or f"{ctx.attempt.runbook}/{ctx.step.id}")
    threshold = await _threshold(ctx, table, case_file, case, line)
    return Baseline(case, path, read.content, read.blob, case_file.answer, threshold)


def _refuse_lacking(case_file: CaseFile, path: str, parts: tuple[Part, ...]) -> None:
    """Refuse a recorded answer without what is compared: nothing would equal it by chance."""
    if "text" in parts and not (case_file.answer.text or "").strip():
        raise StepError(
            "not-configured", f"The recorded answer in {path} has no text. {HOW_TO_BEGIN}."
        )
    if "calls" in parts and not case_file.states_calls:
        raise StepError(
            "not-configured",
            f"{path} does not say which tools were called, or that none was; name a case file "
            'such as {"output_text": …, "tool_calls": []}.',
        )


async def _threshold(
    ctx: StepContext, table: Mapping[str, Any], case_file: CaseFile, case: str, line: int
) -> Threshold:
    """Whose threshold the case has: the calibration log's, the runbook's, the file's, the test's."""
    calibration = (await read_calibration(ctx)).calibration
    default = calibration.default_threshold
    override = calibration.threshold_of(case)
    named = (table.get("threshold"), case_file.threshold)
    marker, place = None, ""
    if override is None and all(each is None for each in named) and table.get("test"):
        marker, place = await _marker(ctx, str(table["test"]))
    return nearest_threshold(
        calibration=override,
        runbook=named[0],
        case_file=named[1],
        marker=marker,
        default=default.value,
        places={
            "runbook": f"the runbook, line {line}",
            "case": str(table["baseline"]),
            "marker": place,
            "default": default.place,
        },
    )


async def _marker(ctx: StepContext, test: str) -> tuple[float | None, str]:
    """The threshold that a test's marker names, and where it stands.

    Raises:
        StepError: the test can't be read, or its marker is not usable (`not-configured`).
    """
    file = file_of(test)
    read = await ctx.perform(ReadText(file))
    if read.content is None:
        raise StepError("not-configured", f"The test {test} can't be read: {read.problem}.")
    try:
        marker = marker_threshold(read.content, test)
    except MarkerError as error:
        raise StepError("not-configured", f"No threshold from a test's marker: {error}.") from None
    return (None, "") if marker is None else (marker.value, f"{file}:{marker.line}")
