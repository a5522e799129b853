"""Chooses the front: the app, the walk on lines, or a headless command."""

from __future__ import annotations

import sys

# Before anything else is imported: modules of this program need what only POSIX systems have.
if sys.platform == "win32":
    print(
        "smoke-tui: Windows is not supported; use Linux, macOS, or WSL on Windows "
        "(https://learn.microsoft.com/windows/wsl/install)",
        file=sys.stderr,
    )
    sys.exit(4)

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from smoke_tui import __version__
from smoke_tui.errors import UsageError
from smoke_tui.outcomes import Exit
from smoke_tui.process_setup import collect_rarely, end, lasting_streams, lose, output_failed

if TYPE_CHECKING:
    from smoke_tui.cli.cassette_options import CassetteOptions
    from smoke_tui.cli.main import Request
    from smoke_tui.config.settings import Settings
    from smoke_tui.session.view_goal import ViewGoal

_VERSION: Final = (["--version"], ["-V"])
"""Command lines that nothing has to be loaded for."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code. Whatever happens is an exit code and a sentence."""
    os.environ.pop("SSLKEYLOGFILE", None)
    collect_rarely()
    lasting_streams()
    try:
        return _printed(_answered(sys.argv[1:] if argv is None else argv))
    finally:
        _forget_lost_reader()


def program() -> NoReturn:
    """Run as a process of its own, and end that."""
    end(main())


def _answered(argv: Sequence[str]) -> int:
    """The exit code of what a command line asks for."""
    if list(argv) in _VERSION:
        print(f"smoke-tui {__version__}")
        return Exit.OK
    if list(argv[:1]) == ["__complete"]:
        from smoke_tui.cli.commands.completion import complete

        return complete(argv[1:])
    from smoke_tui.cli.main import fail, understand

    settings: Settings | None = None
    try:
        _have_folder()
        request = understand(argv)
        settings = request.settings
        _refuse_unknown_target(request)
        _remove_left_credentials(request)
        return _front(request)
    except SystemExit as end:
        # Of --help and --version, and of signals before there is a session.
        return end.code if isinstance(end.code, int) else Exit.OK
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except UsageError as error:
        return fail(str(error), error.exit)
    except BrokenPipeError:
        return _reader_gone()
    except Exception as error:
        from smoke_tui.errors import CommandError

        if isinstance(error, CommandError):
            return fail(str(error), error.exit)
        return _broken(error, settings)


def _have_folder() -> None:
    """Check that the current folder can be used.

    Raises:
        UsageError: the folder that we were started in is gone.
    """
    try:
        os.getcwd()
    except OSError as error:
        raise UsageError(
            f"the current folder can't be used ({error.strerror}); change to another one"
        ) from None


def _refuse_unknown_target(request: Request) -> None:
    """Refuse a typo in place of a command, a runbook or a scenario, terminal or not.

    Raises:
        CommandError: there is no command and no runbook of that name (5).
        UsageError: there is no scenario of that name.
    """
    target = request.arguments.get("target")
    if request.command is None and target is not None:
        from smoke_tui.cli.target import refuse_unknown

        refuse_unknown(str(target), request.settings, sessions=request.check)
    scenario = request.arguments.get("scenario")
    if request.command is None and scenario and request.arguments.get("rehearse"):
        from smoke_tui.cli.target import refuse_unknown_scenario

        refuse_unknown_scenario(str(scenario))


def _front(request: Request) -> int:
    from smoke_tui.cli.main import run

    if request.plain:
        return _plain(request)
    if _records_for_real(request) and _has_terminal():
        return _record_line_by_line(request)
    return _app(request) if _wants_app(request) else run(request)


def _printed(code: int) -> int:
    """The exit code, once everything that was printed has left."""
    error = output_failed()
    if error is None:
        return code
    if isinstance(error, BrokenPipeError):
        return _reader_gone()
    lose(1)
    from smoke_tui.cli.main import fail

    return fail(f"standard output can't take the result: {error.strerror or error}", Exit.INTERNAL)


def _reader_gone() -> int:
    """Drop standard output, whose reader has closed it; return the exit code of SIGPIPE."""
    lose(1)
    return 128 + signal.SIGPIPE


def _broken(error: Exception, settings: Settings | None) -> int:
    """What nobody foresaw: a sentence, and the trace in a file; or output that takes nothing."""
    if isinstance(error, OSError) and output_failed() is not None:
        return Exit.INTERNAL
    try:
        from smoke_tui.cli.main import fail
        from smoke_tui.session.crash import crash_sentence

        try:
            folder = settings.state_dir if settings is not None else None
        except UsageError:
            folder = None
        return fail(crash_sentence(folder, error), Exit.INTERNAL)
    except Exception as second:
        # An installation that is broken or half replaced can't even say so in the usual way.
        print(
            f"smoke-tui: our own tool broke ({type(error).__name__}); its trace could not be "
            f"written ({type(second).__name__})",
            file=sys.stderr,
        )
        return Exit.INTERNAL


def _remove_left_credentials(request: Request) -> None:
    """Remove the credential files that killed sessions left, and print their names.

    `doctor` lists them among its checks instead.
    """
    try:
        folder = request.settings.state_dir
        left = request.command != "doctor" and any(folder.glob("credential*.txt"))
    except (UsageError, OSError):
        # No folder of our own, or one that can't be read: whoever needs it says so.
        return
    if not left:
        return
    from smoke_tui.cli.main import fail
    from smoke_tui.world.live.browser_clipboard import remove_left_credentials

    for path, problem in remove_left_credentials(folder):
        done = "it was removed" if problem is None else f"it can't be removed: {problem}"
        fail(f"{path} held the credential of a hand-over that was broken off; {done}")


def _forget_lost_reader() -> None:
    """Where nobody reads standard error any more, the interpreter's last flush would fail (120)."""
    try:
        sys.stderr.flush()
    except OSError:
        lose(2)


def _wants_app(request: Request) -> bool:
    """Whether the app is asked for: by no command, or by one that resumes a session."""
    if request.command is None:
        return not request.check
    if request.command not in ("resume", "rerun"):
        return False
    headless = request.command == "rerun" and request.arguments["live"]
    return not headless and _has_terminal()


def _records_for_real(request: Request) -> bool:
    """Whether calls are to be recorded that a person has to agree to."""
    if request.command != "cassettes" or request.arguments["what"] != "record":
        return False
    return _recording_of(request)[1].needs_person


def _recording_of(request: Request) -> tuple[list[Path], CassetteOptions]:
    """The paths and options of `cassettes`."""
    from smoke_tui.cli.cassette_options import CassetteOptions

    options = CassetteOptions(**request.arguments)
    return options.files, options


def _record_line_by_line(request: Request) -> int:
    from smoke_tui.cli.commands.cassettes_record import record_runbook
    from smoke_tui.plain.start import start
    from smoke_tui.session.view_goal import ViewGoal

    runbook = record_runbook(request.settings, *_recording_of(request))
    return int(start(ViewGoal(runbook=runbook), request.settings))


def _has_terminal() -> bool:
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _goal(request: Request) -> ViewGoal:
    """What a front end is to show."""
    from smoke_tui.session.view_goal import ViewGoal

    names = ViewGoal.__struct_fields__
    return ViewGoal(**{key: value for key, value in request.arguments.items() if key in names})


def _plain(request: Request) -> int:
    from smoke_tui.plain.start import start

    return int(start(_goal(request), request.settings))


def _app(request: Request) -> int:
    from smoke_tui.cli.main import fail

    if not _has_terminal():
        return fail(
            "the app needs a terminal; without one use `smoke-tui --plain`, or "
            "`smoke-tui --check` (see --help)"
        )
    if os.environ.get("TERM") == "dumb":
        return fail(
            "this terminal (TERM=dumb) can't show the app; `smoke-tui --plain` is the same walk, "
            "line by line"
        )
    from smoke_tui.tui.start import start

    return int(start(_goal(request), request.settings))


if __name__ == "__main__":
    program()
