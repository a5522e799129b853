"""Every benchmark as a table of ratios to a peer of the same run.

    .venv/bin/python -m tests.bench [NAME...]

The battery and its peers have commands of their own (`tests.bench.battery`).
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from smoke_tui import __version__
from tests.bench import (
    first_frame,
    growth,
    jobs,
    live_call,
    open_app,
    outcome,
    records,
    startup,
    texts,
)
from tests.bench.measure import Row, print_table

BENCHMARKS: dict[str, Callable[[], Iterator[Row]]] = {
    "startup": startup.rows,
    "frame": first_frame.rows,
    "check": jobs.rows,
    "live": live_call.rows,
    "app": open_app.rows,
    "records": records.rows,
    "redaction": texts.redaction,
    "drift": texts.drift,
    "outcome": outcome.rows,
    "sessions": records.growth,
    "growth": growth.rows,
}


def main() -> None:
    """Run the named benchmarks, or all."""
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise SystemExit(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, smoke-tui {__version__}, "
        f"Python {platform.python_version()}\n"
    )
    print_table(row for name in names for row in BENCHMARKS[name]())


if __name__ == "__main__":
    main()
