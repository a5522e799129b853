"""How cost grows with what is given: secrets, steps, answers, events.

    .venv/bin/python -m tests.bench.growth KIND SIZE

runs one case in a process of its own and prints its cost: what is loaded first is no part of it.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from smoke_tui.__main__ import main as smoke_tui
from smoke_tui.redaction import Vault
from tests.bench.live_call import session
from tests.bench.measure import Cost, Row, own_memory
from tests.bench.paced_server import Pace, paced_server
from tests.bench.records import long_session
from tests.bench.texts import output
from tests.helpers.paths import ROOT

_STEP = """
## Step {number}

Run it.

```bash run
true
```

```toml step
id      = "step-{number}"
kind    = "run"
effects = "none"
expect  = [{{ exit = 0 }}]
```
"""
_FRONT = "---\nschema: smoke/1\nid: long\ntitle: Many steps\n---\n"
_DELTA_WORDS = 16


def _quiet(*argv: str) -> None:
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        code = smoke_tui(list(argv))
    assert code in (0, 1, 4), (argv, code)


def _used() -> float:
    """CPU seconds of this process and of the children that ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def _timed(work: Callable[[], object]) -> float:
    began = _used()
    work()
    return _used() - began


def secrets(count: int, _folder: Path) -> float:
    """Redact 4 MiB of output in pieces, with so many registered values, registering included."""
    values = [f"fake-{number:04}-0123456789abcdef{number * 7919:012}" for number in range(count)]
    text = output(4 * 1024 * 1024, [value.encode() for value in values])

    def work() -> None:
        vault = Vault()
        for number, value in enumerate(values):
            vault.add_value(value, "token", f"t{number}")
        stream = vault.stream()
        for at in range(0, len(text), 8192):
            stream.feed(text[at : at + 8192])
        stream.flush()

    return _timed(work)


def steps(count: int, folder: Path) -> float:
    """Rehearse, report and replay a runbook of so many steps."""
    runbook = folder / "long.md"
    runbook.write_text(_FRONT + "".join(_STEP.format(number=n) for n in range(1, count + 1)))
    state = ("--state-dir", str(folder / "state"))
    _quiet("lint", str(runbook))

    def work() -> None:
        _quiet("--check", str(runbook), "--rehearse", *state)
        _quiet("report", "last", *state, "-o", "-")
        _quiet("replay", "last", *state)

    return _timed(work)


def answers(characters: int, folder: Path) -> float:
    """A live call with an answer of so many characters in deltas of about a hundred."""
    pace = Pace(max(3, characters // 88), 0.0, 0.0, _DELTA_WORDS)
    with paced_server(Pace(3, 0.0, 0.0)) as port:
        session(port, folder / "first")
    with paced_server(pace) as port:
        return session(port, folder / "second").cpu


def _events(command: tuple[str, ...]) -> Callable[[int, Path], float]:
    def case(count: int, folder: Path) -> float:
        _quiet(command[0], "last", "--state-dir", str(_small(folder)), *command[1:])
        long_session(folder, count)
        return _timed(lambda: _quiet(command[0], "last", "--state-dir", str(folder), *command[1:]))

    return case


def _small(folder: Path) -> Path:
    small = folder / "small"
    small.mkdir()
    long_session(small, 100)
    return small


_Case = Callable[[int, Path], float]
CASES: dict[str, tuple[str, tuple[int, ...], _Case]] = {
    "secrets": ("redaction of 4 MiB: registered secrets", (1, 10, 100, 1_000), secrets),
    "steps": ("rehearsed check, report and replay: steps", (7, 25, 100), steps),
    "answers": (
        "live call: characters of its answer",
        (1_000, 10_000, 100_000, 1_000_000),
        answers,
    ),
    "report": (
        "report: events",
        (100, 1_000, 10_000, 100_000, 1_000_000),
        _events(("report", "-o", "-")),
    ),
    "replay": ("replay: events", (100, 1_000, 10_000, 100_000, 1_000_000), _events(("replay",))),
}


def rows() -> Iterator[Row]:
    """A row a case: least of two runs where that takes no minute."""
    for kind, (work, sizes, _) in CASES.items():
        costs = []
        for size in sizes:
            runs = [_run(kind, size)]
            if runs[0].cpu < 10:
                runs.append(_run(kind, size))
            costs.append(min(runs, key=lambda cost: cost.cpu))
        exponents = [
            math.log(after.cpu / before.cpu) / math.log(large / small)
            for (before, after), (small, large) in zip(
                pairwise(costs), pairwise(sizes), strict=True
            )
        ]
        yield Row(
            work,
            " · ".join(f"{size:,}" for size in sizes),
            f"n^{exponents[-1]:.2f}",
            "≤ n^1",
            " · ".join(f"{cost.cpu:.3f} s {cost.memory:.0f} MiB" for cost in costs),
        )


def _run(kind: str, size: int) -> Cost:
    argv = [sys.executable, "-m", "tests.bench.growth", kind, str(size)]
    began = time.perf_counter()
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{kind} {size}: {done.stderr[-2000:]}")
    cpu, memory = json.loads(done.stdout.splitlines()[-1])
    return Cost(cpu, time.perf_counter() - began, memory)


def main() -> None:
    """Run one case."""
    kind, size = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        cpu = CASES[kind][2](int(size), Path(name))
    print(json.dumps([cpu, own_memory()]))


if __name__ == "__main__":
    main()
