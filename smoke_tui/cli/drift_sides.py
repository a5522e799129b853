"""One side of `drift`: the answer in a file, or that of a step of a recorded session."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.files import StorageError, read_plain
from smoke_tui.history.find import names_session, reading
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.judging.baselines import BaselineError, read_answer
from smoke_tui.judging.drift import RecordedAnswer, Threshold
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.report.export import stored_evidence
from smoke_tui.presentation.report.recorded_answers import step_answer
from smoke_tui.redaction import Json, Vault
from smoke_tui.structs import Struct, replace

MOST: Final = 16 * 1024 * 1024
"""Bytes of a file with an answer."""


class Side(Struct, frozen=True):
    """An answer, redacted, and where it is from.

    Attributes:
        name: As it was given.
        answer: Its text and tool calls.
        file: The file it is in; None where it is of a session.
        content: The text of the file.
        case: The name of its case; empty where only the file's name could be it.
        threshold: The threshold that its file or its session has for it.
        runbook: The path of the session's runbook.
        request_ids: The provider's ids of its request.
        world: That of its session; a file is live.
    """

    name: str
    answer: RecordedAnswer
    file: Path | None = None
    content: str = ""
    case: str = ""
    threshold: Threshold | None = None
    runbook: str = ""
    request_ids: tuple[str, ...] = ()
    world: str = "live"


def read_side(settings: Settings, name: str, vault: Vault) -> Side:
    """Read an answer.

    Raises:
        UsageError: a session is named without its step.
        CommandError: there is no such file, session or step (5), or it can't be read (3).
    """
    path = Path(name)
    session, _, step = name.rpartition(":")
    if not path.is_file() and session and names_session(settings, session):
        side = _of_session(settings, name, session, step)
    elif path.exists() and not (path.is_dir() or names_session(settings, name)):
        side = _of_file(path, name)
    elif names_session(settings, name):
        raise UsageError(f"{name} is a session: name its step, too, as SESSION:STEP")
    else:
        raise CommandError(
            Exit.NOTHING,
            f"{name} is neither a file nor SESSION:STEP; `smoke-tui sessions` lists the sessions",
        )
    return replace(side, answer=_redacted(side.answer, vault))


def _of_file(path: Path, name: str) -> Side:
    try:
        content = read_plain(path.resolve(), MOST).decode("utf-8")
        case = read_answer(content, name)
    except UnicodeDecodeError:
        raise CommandError(Exit.INVALID, f"{name}: it is not UTF-8 text") from None
    except OSError as error:
        raise CommandError(
            Exit.INVALID, f"{name}: can't be read: {error.strerror or error}"
        ) from None
    except BaselineError as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    threshold = None if case.threshold is None else Threshold(case.threshold, "case", place=name)
    return Side(name, case.answer, path, content, threshold=threshold)


def _of_session(settings: Settings, name: str, session: str, step: str) -> Side:
    with reading(settings, session) as folder:
        try:
            _, runbook, state = load_state(folder)
        except (InvalidRecordError, StorageError) as error:
            raise CommandError(Exit.INVALID, str(error)) from None
        step_state = state.steps.get(step)
        ids = ", ".join(state.order)
        if step_state is None:
            raise CommandError(
                Exit.NOTHING,
                f"session {state.session} has no step {step!r}; it ran {ids or 'none'}",
            )
        answer = step_answer(state, step_state, stored_evidence(folder))
    if answer is None:
        raise CommandError(
            Exit.NOTHING, f"{name}: the last try of {step} has no answer of a model in the record"
        )
    if answer.problem:
        raise CommandError(Exit.INVALID, f"{name}: {answer.problem}")
    return Side(
        f"{state.session}:{step}",
        answer.answer,
        case=answer.case or f"{runbook.id}/{step}",
        threshold=answer.threshold,
        runbook=str(runbook.path),
        request_ids=(answer.request_id,) if answer.request_id else (),
        world=state.world,
    )


def _redacted(answer: RecordedAnswer, vault: Vault) -> RecordedAnswer:
    # What was read from JSON is JSON.
    calls = vault.redact_json(cast("Json", [dict(call) for call in answer.tool_calls]))
    assert isinstance(calls, list)
    return RecordedAnswer(
        None if answer.text is None else vault.redact_text(answer.text),
        tuple(call for call in calls if isinstance(call, dict)),
    )


def world_of(old: Side, new: Side) -> str:
    """The world whose thresholds count: what is rehearsed changes no real one."""
    return "rehearsed" if "rehearsed" in (old.world, new.world) else "live"
