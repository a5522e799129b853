"""`rehearse serve` and `rehearse list`."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from json import dumps
from types import FrameType

from smoke_tui.cli.output import print_json
from smoke_tui.config.ledger_address import EMBEDDED
from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.outcomes import Exit

SCHEMA = "smoke-rehearsal/1"


def rehearse(
    settings: Settings, *, what: str, scenario: str | None, port: int, tls: bool, json: bool
) -> int:
    """Serve until TERM, INT or the end of standard input, or list the scenarios."""
    from smoke_tui.rehearsal import (
        NoPostgresError,
        Rehearsal,
        RehearsalError,
        UnknownScenarioError,
        list_scenarios,
    )

    if what == "list":
        rows = [{"scenario": name, "about": about} for name, about in list_scenarios()]
        if json:
            print_json({"schema": "smoke-scenarios/1", "scenarios": rows})
        else:
            wide = max(len(row["scenario"]) for row in rows)
            for row in rows:
                print(f"{row['scenario']:<{wide}}  {row['about']}")
        return Exit.OK
    stop = threading.Event()
    signals: list[int] = []

    def stop_serving(number: int, frame: FrameType | None) -> None:
        signals.append(number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop_serving)
    try:
        world = Rehearsal.start(
            scenario or "happy",
            port=port,
            embedded=_embedded(settings),
            tls=tls,
        )
    except UnknownScenarioError as error:
        raise UsageError(f"{error} (`smoke-tui rehearse list` shows all)") from None
    except NoPostgresError as error:
        raise UsageError(f"--ledger embedded: {error}") from None
    except RehearsalError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"--port {port}: {error.strerror}; choose another port") from None
    world.pace_answers()
    with world:
        secure = (
            None
            if world.tls_origin is None
            else {
                "origin": world.tls_origin,
                "codex_url": f"{world.tls_origin}/backend-api/codex",
                "ca": str(world.authority_file),
            }
        )
        print(
            dumps(
                {
                    "schema": SCHEMA,
                    "scenario": world.scenario.name,
                    "issuer": world.issuer,
                    "codex_url": world.codex_url,
                    "stack_dir": str(world.stack_dir),
                    "ledger": world.ledger,
                    "bundle": world.bundle(),
                    "stack_url": world.stack_url,
                    "instructions": str(world.instructions_file),
                    "tls": secure,
                }
            ),
            flush=True,
        )
        _wait(stop)
    return 128 + signals[0] if signals and signals[0] != signal.SIGTERM else Exit.OK


def _embedded(settings: Settings) -> bool:
    """Whether the ledger is to be a PostgreSQL; an address on the command line makes no sense."""
    wanted = settings.get("ledger")
    if wanted not in (None, EMBEDDED) and settings.source("ledger").startswith("--"):
        raise UsageError(
            "--ledger: the rehearsal has a ledger of its own; leave it out, or say "
            "embedded for a PostgreSQL"
        )
    return wanted == EMBEDDED


def _wait(stop: threading.Event) -> None:
    """Until a signal, or until standard input ends."""
    while not stop.is_set():
        ready, _, _ = select.select([sys.stdin.fileno()], [], [], 0.2)
        if ready and not os.read(sys.stdin.fileno(), 4096):
            return
