"""Session requests from settings: for a new session or a resumed one, live or in a rehearsal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smoke_tui.config.settings import Settings
from smoke_tui.runbook import Runbook
from smoke_tui.session.configure import config_from, config_resumed
from smoke_tui.session.rehearsed import rehearsed, rehearsed_io, rehearsed_secret_options
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.resolve import resolved_anew, with_client
from smoke_tui.session.resume import ResumableSession
from smoke_tui.session.secret_options import read_secret_options
from smoke_tui.structs import replace
from smoke_tui.world.live.browser_clipboard import OperatorIO, headless_io

if TYPE_CHECKING:
    from smoke_tui.rehearsal import Rehearsal


def new_request(
    settings: Settings, runbook: Runbook, rehearsal: Rehearsal | None = None
) -> SessionRequest:
    """The request for a new session, headless, without anybody who answers. Blocks.

    `rehearsal` is the running rehearsal that it is against; None: it is live.

    Raises:
        UsageError: a setting makes no sense, or an address may not be used.
        CommandError: the credential can't be read, or is a file of another tool (3).
    """
    secret_options = (
        read_secret_options(settings) if rehearsal is None else rehearsed_secret_options(rehearsal)
    )
    config = config_from(settings, runbook, secret_options)
    if rehearsal is not None:
        config = replace(
            rehearsed(config, rehearsal, runbook), calibration=str(settings.rehearsed_calibration)
        )
    return SessionRequest(
        runbook=runbook,
        config=with_client(config),
        state_dir=settings.state_dir,
        operator_io=_operator_io(settings, rehearsal),
        secret_options=secret_options,
    )


def resumed_request(
    settings: Settings,
    resumable: ResumableSession,
    rerun: str | None,
    rehearsal: Rehearsal | None = None,
) -> SessionRequest:
    """The request to resume a session; `rerun` names one step to be done once more. Blocks.

    Raises:
        UsageError: a setting makes no sense, or is none that may change.
        CommandError: the credential can't be read, or is a file of another tool (3).
    """
    secret_options = (
        read_secret_options(settings) if rehearsal is None else rehearsed_secret_options(rehearsal)
    )
    config = config_resumed(resumable.state, secret_options, settings)
    if rehearsal is not None:
        config = rehearsed(config, rehearsal, resumable.runbook)
    return SessionRequest(
        runbook=resumable.runbook,
        config=resolved_anew(config),
        state_dir=settings.state_dir,
        operator_io=_operator_io(settings, rehearsal),
        secret_options=secret_options,
        resumable=resumable,
        rerun=rerun,
    )


def with_consent(request: SessionRequest) -> SessionRequest:
    """The request with the consent to spend and to run commands."""
    return replace(request, config=replace(request.config, consent=True))


def _operator_io(settings: Settings, rehearsal: Rehearsal | None) -> OperatorIO:
    if rehearsal is not None:
        return rehearsed_io(rehearsal)
    return headless_io(settings.state_dir)
