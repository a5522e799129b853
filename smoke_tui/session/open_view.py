"""Open a session for a front end: in a rehearsal, live, or to resume a recorded one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.files import StorageError
from smoke_tui.history.durations import typical_durations
from smoke_tui.history.leftovers import agreed_before
from smoke_tui.journal.load import InvalidRecordError
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.live.preflight import Finding, unmet_guards
from smoke_tui.runbook import Runbook
from smoke_tui.session.configure import config_from, refuse_in_ci
from smoke_tui.session.live_view import LiveView, OperatorInFrontEnd, ViewParts
from smoke_tui.session.open import open_session
from smoke_tui.session.preflight import preflight
from smoke_tui.session.prepare import new_request, resumed_request
from smoke_tui.session.rehearsed import rehearsal
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.resolve import with_client
from smoke_tui.session.resume import ResumableSession, open_resumable
from smoke_tui.session.secret_options import read_secret_options
from smoke_tui.structs import replace
from smoke_tui.world.live.browser_clipboard import OperatorIO, SystemBrowser, headless_io
from smoke_tui.world.live.terminal_clipboard import TerminalClipboard

if TYPE_CHECKING:
    from smoke_tui.rehearsal import Rehearsal

ORIGIN_WORDS: Final = {
    "residential": "a home connection",
    "office": "an office network",
    "datacenter": "a hosted machine, a CI runner, most VPNs",
    "unknown": "I can't say",
}

Opener = Callable[[], LiveView]


def open_rehearsal(settings: Settings, runbook: Runbook, scenario: str | None) -> LiveView:
    """A new session against the embedded rehearsal. Blocks until its servers listen.

    Raises:
        UsageError: there is no such scenario, or no PostgreSQL for its ledger.
        CommandError: the record can't be kept.
    """
    with ExitStack() as resources:
        world = resources.enter_context(rehearsal(settings, scenario, watched=True))
        try:
            return _view(new_request(settings, runbook, world), resources, world)
        except StorageError as error:
            raise CommandError(Exit.NOT_PROVABLE, str(error)) from None


def why_not_live() -> str | None:
    """Why a live session is refused here; None where it is not."""
    if refuse_in_ci():
        return "live calls are refused where CI is set; rehearse instead"
    return None


def _check_live() -> None:
    """Raise where a live session is refused.

    Raises:
        CommandError: it is (4).
    """
    refusal = why_not_live()
    if refusal is not None:
        raise CommandError(Exit.NOT_PROVABLE, refusal)


def preflight_live(settings: Settings, runbook: Runbook) -> tuple[Finding, ...]:
    """What can be known before a live session of an operator begins. Blocks, spends nothing.

    Raises:
        UsageError: a setting makes no sense.
        CommandError: the credential can't be read.
    """
    secret_options = read_secret_options(settings, judged=False)
    config = with_client(config_from(settings, runbook, secret_options))
    io = headless_io(settings.state_dir)
    return tuple(preflight(runbook, config, secret_options, io, attended=True).rows)


def open_live(
    settings: Settings, runbook: Runbook, origin: str, findings: Sequence[Finding] = ()
) -> LiveView:
    """A new live session, with the origin that the operator declared. Blocks.

    `findings` are those of its preflight.

    Raises:
        UsageError: a setting makes no sense here.
        CommandError: live sessions are refused here, or the record can't be kept.
    """
    _check_live()
    if settings.get("bundle") == "-":
        raise UsageError("--bundle -: standard input is for the answers here; give a file")
    request = new_request(settings, runbook)
    runbook_known = agreed_before(settings.state_dir, runbook)
    config = replace(request.config, origin=origin, runbook_known=runbook_known)
    request = replace(request, config=config)
    try:
        view = _view(request, ExitStack())
        view.unmet_guards = unmet_guards(findings)
        return view
    except StorageError as error:
        raise CommandError(Exit.NOT_PROVABLE, str(error)) from None


def open_resumed(settings: Settings, folder: Path, rerun: str | None = None) -> LiveView:
    """A recorded session that is resumed; `rerun`: one step of it is done once more. Blocks.

    Raises:
        UsageError: the session has no such step.
        CommandError: it is finished, damaged or in use, or live sessions are refused here.
    """
    try:
        resumable = open_resumable(folder, finished=rerun is not None)
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    with ExitStack() as resources:
        resources.callback(resumable.file.close)
        try:
            resumable.check_step(rerun)
            return _resumed_view(settings, resumable, rerun, resources)
        except ValueError as error:
            raise UsageError(str(error)) from None


def _resumed_view(
    settings: Settings, resumable: ResumableSession, rerun: str | None, resources: ExitStack
) -> LiveView:
    if resumable.state.world == "rehearsed":
        scenario = resumable.state.first_config.scenario
        world = resources.enter_context(rehearsal(settings, scenario, watched=True))
        return _view(resumed_request(settings, resumable, rerun, world), resources, world)
    _check_live()
    request = resumed_request(settings, resumable, rerun)
    return _view(replace(request, config=replace(request.config, consent=False)), resources)


def _view(
    request: SessionRequest, resources: ExitStack, world: Rehearsal | None = None
) -> LiveView:
    """Open the session with the front end's parts; takes over `resources` once it is open."""
    hints, prefill = dict[int, str](), dict[str, str]()
    if world is None:
        clipboard = TerminalClipboard(request.state_dir)
        request = replace(request, operator_io=OperatorIO(SystemBrowser(), clipboard))
    else:
        prefill["instructions"] = str(world.current_instructions_file)
        request = replace(request, answerer=OperatorInFrontEnd(hints, world))
    session = open_session(request)
    past = request.resumable.journal.events if request.resumable is not None else ()
    durations = typical_durations(request.state_dir, request.runbook.id, request.config.world)
    parts = ViewParts(
        hints if world is not None else None, past, prefill, durations, resources.pop_all()
    )
    return LiveView(session, parts)


def origin_warning(runbook: Runbook, origin: str) -> str | None:
    """What an origin means for a runbook that asks for another one; None: nothing."""
    if runbook.requires_origin != "non-datacenter":
        return None
    if origin == "datacenter":
        return (
            "This runbook asks for a non-datacenter origin: from here the provider's edge "
            "will most likely challenge the calls, and nothing will be proven."
        )
    if origin == "unknown":
        return (
            "This runbook asks for a non-datacenter origin. With an unknown one, a challenge "
            "of the provider's edge can't be told from a regression."
        )
    return None
