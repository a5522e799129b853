"""Facts of a session (who, when, where, with what) and rows of its steps."""

from __future__ import annotations

from typing import Final

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.events.event import EventOf
from smoke_tui.journal.events.facts import SessionResumed
from smoke_tui.journal.events.values import Project
from smoke_tui.journal.fold import UNDONE
from smoke_tui.journal.state import State, StepState
from smoke_tui.journal.verdict import chosen
from smoke_tui.outcomes import Outcome
from smoke_tui.presentation.format import duration, excerpt, moment
from smoke_tui.presentation.report.check_result import in_order, waited_ms, worked_ms
from smoke_tui.presentation.spans import Row, Span, Text, listed, quote, strong
from smoke_tui.presentation.spend import limits_text, spend_text
from smoke_tui.presentation.step_names import named, number_of, title_of
from smoke_tui.presentation.step_summary import summary_of
from smoke_tui.runbook.model import Runbook, Step
from smoke_tui.structs import Struct


def facts(runbook: Runbook, state: State) -> list[Row]:
    """Return what a reader asks first of a session: by whom, when, where, with what, the spend."""
    opener, config = state.opener, state.first_config
    rows: list[Row] = [
        ("Run by", [quote(opener.by, 80), " on ", quote(opener.host, 80)]),
        ("When", [_when(state)]),
        ("Origin", ["declared ", strong(excerpt(config.origin, 40))]),
        ("Code under test", _under_test(opener.project)),
        ("Spend", [spend_text(state) + limits_text(state)]),
    ]
    if config.allow_hosts:
        rows.append(("Further hosts allowed", listed(config.allow_hosts)))
    rows += [("Resumed", _resumed(state, *each)) for each in changed_settings(state)]
    if state.captured:
        rows.append(("Captured", _captured(state)))
    return rows


def summary_line(state: State) -> Text:
    """Return by whom and when a session was run, and what it cost, in a line."""
    opener = state.opener
    by: list[str | Span] = ["Run by ", quote(opener.by, 80), " on ", quote(opener.host, 80)]
    return [*by, f", {_when(state)}. Spend: {spend_text(state)}."]


def setup(runbook: Runbook, state: State) -> list[Row]:
    """Return what somebody needs who repeats the session: the runbook, the tool, the client."""
    opener, config = state.opener, state.first_config
    file = state.opened.runbook.path if state.opened is not None else ""
    rows: list[Row] = [
        ("Runbook", [quote(file, 200), ", sha256 ", quote(runbook.sha256)]),
        ("Tool", ["smoke-tui ", quote(opener.tool, 40), ", session ", quote(state.session, 80)]),
        (
            "Machine",
            [
                quote(opener.system or "unknown", 80),
                ", Python ",
                quote(opener.python or "unknown", 40),
            ],
        ),
        (
            "Sent as",
            [
                "User-Agent ",
                quote(config.user_agent, 200),
                ", originator ",
                quote(config.originator, 80),
            ],
        ),
        *_client(config),
    ]
    if opener.network:
        rows.append(("Network variables set", listed(opener.network)))
    return rows


def _resumed(state: State, event: EventOf[SessionResumed], changed: dict[str, object]) -> Text:
    """When and by whom the session was resumed, and what was different."""
    resumed = event.body
    text: list[str | Span] = [
        f"{moment(event.time)} by ",
        quote(resumed.program.by, 80),
        " on ",
        quote(resumed.program.host, 80),
    ]
    if resumed.rerun:
        text += [", for ", quote(resumed.rerun, 60), " once more"]
    if resumed.amend:
        text += [", to amend ", quote(resumed.amend.step, 60)]
    for name, value in changed.items():
        text += [f", {CHANGEABLE_SETTINGS[name]} ", quote(value or "of the runbook", 80)]
    if resumed.torn_bytes:
        text.append(f"; a last line of {resumed.torn_bytes} bytes was cut short")
    project = resumed.program.project
    if project and project != state.opener.project:
        text += ["; the code under test was ", *_under_test(project)]
    return text


def _captured(state: State) -> Text:
    """The values that steps captured for later ones."""
    text: list[str | Span] = []
    for name, value in list(state.captured.items())[:MOST_CAPTURED]:
        text += [", "] if text else []
        text.append(quote(f"{name}={value}", 160))
    more = len(state.captured) - MOST_CAPTURED
    return [*text, f" and {more} more"] if more > 0 else text


MOST_CAPTURED: Final = 20

CLIENT_SOURCES: Final = {
    "given": "given by --client-version",
    "installed": "of the installed Codex CLI",
    "captured": "the newest this tool was captured against",
}
"""Sources of the client version that calls advertise."""


def _client(config: SessionConfig) -> list[Row]:
    """The client version that calls advertise; records of earlier builds have no source of it."""
    source = config.client_source
    if not source:
        return []
    text: list[str | Span] = [
        quote(config.client_version, 80),
        f", {CLIENT_SOURCES.get(source, excerpt(source, 60))}",
    ]
    installed = config.installed_version
    if installed and installed != config.client_version:
        text += ["; the installed Codex CLI is ", quote(installed, 80)]
    if config.installed_newer:
        text.append("; that is newer than what this tool was captured against")
    if config.installed_problem:
        text += ["; the Codex CLI: ", quote(config.installed_problem, 300)]
    return [("Client version", text)]


CHANGEABLE_SETTINGS: Final = {
    "origin": "declared origin",
    "model": "model",
    "shape": "shape",
    "login": "login by",
}
"""Names of the settings that may change when a session is resumed."""


def changed_settings(state: State) -> list[tuple[EventOf[SessionResumed], dict[str, object]]]:
    """Return each resume of the session with the settings that it changed."""
    return [
        (
            event,
            {
                name: getattr(config, name)
                for name in CHANGEABLE_SETTINGS
                if getattr(config, name) != getattr(before, name)
            },
        )
        for event, before, config in zip(
            state.resumes, state.configs, state.configs[1:], strict=False
        )
    ]


def _under_test(project: Project | None) -> Text:
    if not project:
        return ["no version control found"]
    dirty = "with uncommitted changes" if project.dirty else "clean"
    return [quote(project.revision[:12]), f" ({dirty})"]


def _when(state: State) -> str:
    began = moment(state.started)
    end = moment(state.closed.time if state.closed else state.now)
    total = state.closed.ms if state.closed else state.now_ms
    waiting = (
        f", of which {duration(state.waiting_ms)} waiting for the operator"
        if state.waiting_ms
        else ""
    )
    # The day is written once.
    end = end.removeprefix(began.partition(" ")[0] + " ")
    return f"{began} to {end} ({duration(total)}{waiting})"


class StepRow(Struct, frozen=True):
    """A row of the table of steps.

    `label` is the step's number, F for a fallback; `title` is without it. `ms` is what its tries
    took without the time that it waited for the operator, `waited`.
    """

    step: Step
    label: str
    title: str
    outcome: Outcome
    code: str | None
    tries: int
    ms: int
    waited: int
    summary: Text


def step_rows(runbook: Runbook, state: State) -> list[StepRow]:
    """Return a row for each chosen step: those that ran, in that order, then the rest."""
    rows: list[StepRow] = []
    for step in in_order(runbook, state):
        step_state = state.steps.get(step.id, StepState(step.id))
        outcome = step_state.outcome or Outcome.NOT_RUN
        summary = excerpt(summary_of(state, step_state), 200) or "not reached"
        if step.fallback and outcome is Outcome.NOT_RUN:
            summary = "not needed"
        elif outcome is Outcome.WAIVED:
            summary = f"not done: {excerpt(step_state.reason or '', 200)}"
        elif step_state.running:
            summary = "begun, and no end of it is in the record"
        rows.append(
            StepRow(
                step,
                number_of(runbook, step),
                title_of(step),
                outcome,
                step_state.code,
                len(step_state.tries),
                worked_ms(state, step_state),
                waited_ms(state, step_state),
                [summary],
            )
        )
    return rows


def not_done(runbook: Runbook, state: State) -> list[Text]:
    """Return what was waived, by whom and why, and what was never reached."""
    rows: list[Text] = []
    for step in chosen(runbook, state):
        step_state = state.steps.get(step.id)
        name = named(runbook, step)
        if step_state is not None and step_state.outcome is Outcome.WAIVED:
            by = quote(step_state.by or "operator", 80)
            rows.append([f"{name}: waived by ", by, f": “{excerpt(step_state.reason or '')}”"])
        elif (step_state is None or step_state.outcome is None) and not step.fallback:
            if step_state is None or not step_state.tries:
                text = "not reached"
            elif step_state.running or step_state.pending:
                text = "begun and not ended"
            else:
                why = step_state.summary.removeprefix(UNDONE).rstrip(".")
                text = f"done, and counts no more{excerpt(why) and ' ' + excerpt(why)}"
            rows.append([f"{name}: {text}"])
    return rows
