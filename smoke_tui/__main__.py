"""Chooses the front: the app, or a headless command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from smoke_tui.cli.main import Request, fail, run, understand
from smoke_tui.outcomes import Exit
from smoke_tui.settings import UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    os.environ.pop("SSLKEYLOGFILE", None)
    try:
        request = understand(sys.argv[1:] if argv is None else argv)
        if request.command is None and not request.options.check:
            return _app(request)
        return _headless(request)
    except UsageError as error:
        return fail(str(error), error.exit)
    except BrokenPipeError:
        # The reader of our output went away; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13


def _headless(request: Request) -> int:
    from smoke_tui.launch import CommandError

    try:
        code = run(request)
        sys.stdout.flush()
        return code
    except CommandError as error:
        return fail(str(error), error.exit)
    except KeyboardInterrupt:
        return 130


def _app(request: Request) -> int:
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return fail("the app needs a terminal; without one use `smoke-tui --check` (see --help)",
                    Exit.USAGE)
    from smoke_tui.tui.start import start

    return int(start(request.options, request.settings))


if __name__ == "__main__":
    sys.exit(main())
