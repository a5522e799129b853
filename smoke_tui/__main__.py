"""Chooses the front: the app, the walk on lines, or a headless command."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from smoke_tui.cli.main import Request, fail, run, understand
from smoke_tui.outcomes import Exit
from smoke_tui.process import have_streams
from smoke_tui.settings import UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    os.environ.pop("SSLKEYLOGFILE", None)
    have_streams()
    try:
        request = understand(sys.argv[1:] if argv is None else argv)
        if getattr(request.options, "plain", False):
            return _guarded(_plain, request)
        if _wants_app(request):
            return _app(request)
        return _guarded(run, request)
    except UsageError as error:
        return fail(str(error), error.exit)
    except BrokenPipeError:
        # The reader of our output went away; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13
    finally:
        _forget_lost_reader()


def _forget_lost_reader() -> None:
    """Where nobody reads standard error any more, the interpreter's last flush would fail (120)."""
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _wants_app(request: Request) -> bool:
    """Whether the app is asked for: by no command, or by one that goes on with a session."""
    if request.command is None:
        return not request.options.check
    if request.command not in ("resume", "rerun"):
        return False
    headless = request.command == "rerun" and request.options.live
    return not headless and _has_terminal()


def _has_terminal() -> bool:
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _guarded(action: Callable[[Request], int], request: Request) -> int:
    from smoke_tui.launch import CommandError

    try:
        code = action(request)
        sys.stdout.flush()
        return code
    except CommandError as error:
        return fail(str(error), error.exit)
    except KeyboardInterrupt:
        return 130


#: Options that only `--check` heeds; in the app or line by line they would be passed over.
_OF_CHECK: Final = {
    "live": "--live", "resume": "--resume", "answers": "--answers", "only": "--only",
    "start_from": "--from", "max_age": "--max-age", "junit": "--junit", "report": "--report",
    "allow_limitation": "--allow-limitation", "strict": "--strict", "json": "--json",
}


def _unheeded(request: Request) -> str | None:
    """Why the options don't go together, for what is no `--check`; None where they do."""
    if request.command is not None:
        return None
    if request.options.check:
        return "--plain and --check exclude each other"
    given = [option for name, option in _OF_CHECK.items() if getattr(request.options, name)]
    return f"{', '.join(given)}: only with --check" if given else None


def _plain(request: Request) -> int:
    wrong = _unheeded(request)
    if wrong is not None:
        return fail(wrong)
    from smoke_tui.plain.start import start

    return int(start(request.options, request.settings))


def _app(request: Request) -> int:
    wrong = _unheeded(request)
    if wrong is not None:
        return fail(wrong)
    if not _has_terminal():
        return fail("the app needs a terminal; without one use `smoke-tui --plain`, or "
                    "`smoke-tui --check` (see --help)",
                    Exit.USAGE)
    from smoke_tui.tui.start import start

    return int(start(request.options, request.settings))


if __name__ == "__main__":
    sys.exit(main())
