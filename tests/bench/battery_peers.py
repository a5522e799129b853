"""Judged calls a second beside what people use instead: llm-app-test and promptfoo, in one run.

    .venv/bin/python -m tests.bench.battery_peers [--cache FOLDER]

Both are installed from their registries into a folder of their own, at the first run, and are sent
to the canned judge on loopback alone. llm-app-test asks one call after the other: its assertion is a
blocking call in a test. promptfoo asks 16 at once (`--max-concurrency`), as smoke-tui does. Measured
are a judge that answers at once, and one that takes 200 ms, which is what a model takes at least. No
program's start counts: of promptfoo's run the time of a shorter one is taken off.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

import platformdirs

from tests.bench.battery import CASES, clients
from tests.bench.canned_judge import MODEL, canned_judge

WORKERS = 16
SECONDS = 0.2
PATIENCE = 900
LANGCHAIN = ("langchain<0.4", "langchain-openai<0.4", "langchain-anthropic<0.4")
"""llm-app-test imports modules of langchain that version 1 no longer has."""
ASSERTIONS = """
import sys
import time
from llm_app_test.behavioral_assert.behavioral_assert import BehavioralAssertion

asserter = BehavioralAssertion(model="gpt-4o")
asserter.assert_behavioral_match("x" * 2000, "The output is a long text")
begun, cpu = time.perf_counter(), time.process_time()
for _ in range(int(sys.argv[1])):
    asserter.assert_behavioral_match("x" * 2000, "The output is a long text")
print(time.perf_counter() - begun, time.process_time() - cpu)
"""


@dataclass(frozen=True)
class Row:
    """Calls a second and milliseconds of CPU time a call; `problem` says why there are none."""

    rate: float = 0.0
    cpu: float = 0.0
    problem: str = ""


def run(argv: Sequence[str | Path], **environment: str) -> tuple[float, float, str]:
    """Seconds of time and of CPU time that a command takes, and what it prints.

    Raises:
        RuntimeError: it fails; the text is the end of what it printed.
    """
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [str(each) for each in argv],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    taken, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        told = [line for line in lines if "Error" in line] or lines[-1:] or ["nothing"]
        raise RuntimeError(f"{Path(argv[0]).name} ended {done.returncode}: {told[0].strip()[:200]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return taken, cpu, done.stdout


class LlmAppTest:
    """llm-app-test, in a virtual environment."""

    name = "llm-app-test"

    def __init__(self, cache: Path) -> None:
        self._folder = cache / "llm-app-test"
        self._python = self._folder / "bin" / "python"

    def install(self) -> str:
        """Install it, and return its version."""
        if not (self._folder / "installed").exists():
            run([sys.executable, "-m", "venv", self._folder])
            run([self._python, "-m", "pip", "install", "-q", self.name, *LANGCHAIN])
            (self._folder / "installed").touch()
        script = f"from importlib.metadata import version; print(version({self.name!r}))"
        return run([self._python, "-c", script])[2].strip()

    def measure(self, port: int, calls: int) -> Row:
        """What so many assertions take, after a first one."""
        _, _, printed = run(
            [self._python, "-c", ASSERTIONS, str(calls)],
            OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1",
            OPENAI_API_KEY="FAKE-of-a-benchmark",
        )
        taken, cpu = map(float, printed.split())
        return Row(calls / taken, cpu / calls * 1000)


class Promptfoo:
    """promptfoo, in a folder of npm's."""

    name = "promptfoo"

    def __init__(self, cache: Path) -> None:
        self._folder = cache / "promptfoo"
        self._program = self._folder / "node_modules" / ".bin" / "promptfoo"
        self._environment = {
            "PROMPTFOO_CONFIG_DIR": str(self._folder / "settings"),
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
        }

    def install(self) -> str:
        """Install it, and return its version."""
        if not self._program.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            options = ("--ignore-scripts", "--no-audit", "--no-fund")
            run(["npm", "install", "--prefix", self._folder, *options, self.name])
        return run([self._program, "--version"], **self._environment)[2].strip().splitlines()[-1]

    def measure(self, port: int, calls: int) -> Row:
        """What so many evaluations take, each of one call, more than a tenth of them."""
        short, long = self._ask(port, calls // 10), self._ask(port, calls + calls // 10)
        if long[0] <= short[0]:
            return Row(problem="the machine was too busy to tell")
        return Row(calls / (long[0] - short[0]), (long[1] - short[1]) / calls * 1000)

    def _ask(self, port: int, calls: int) -> tuple[float, float]:
        """Seconds, and seconds of CPU time, of so many evaluations, the start included."""
        provider = {"apiBaseUrl": f"http://127.0.0.1:{port}/v1", "apiKey": "FAKE-of-a-benchmark"}
        config = {
            "prompts": ["{{text}}"],
            "providers": [{"id": f"openai:chat:{MODEL}", "config": provider}],
            "tests": [
                {"vars": {"text": "x" * 2_000}, "assert": [{"type": "equals", "value": "PASS"}]}
            ],
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "promptfooconfig.json")
            path.write_text(json.dumps(config))
            options = ("--no-cache", "--no-write", "--no-table", "--no-progress-bar", "--no-share")
            at_once = ("--repeat", str(calls), "--max-concurrency", str(WORKERS))
            begin = (self._program, "eval", "-c", path)
            taken, cpu, _ = run([*begin, *at_once, *options], **self._environment)
        return taken, cpu


def peer_row(measure: Callable[[int, int], Row], port: int, calls: int) -> Row:
    """What a peer reaches, or why it reaches nothing."""
    try:
        return measure(port, calls)
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
        return Row(problem=str(error))


def own_rows(port: int, calls: int, rounds: int) -> dict[str, Row]:
    """What smoke-tui reaches, and what is below it."""
    made = clients(port, calls, WORKERS, rounds)
    return {
        name: Row(median(run.rate for run in runs), median(run.cpu for run in runs))
        for name, runs in made.items()
    }


def print_table(title: str, rows: dict[str, Row], versions: dict[str, str]) -> None:
    """Print the rows, with how many times as fast smoke-tui is."""
    own = rows["smoke-tui"].rate
    print(f"\n{title}")
    print(f"{'client':<14}{'version':<12}{'calls/s':>9}{'smoke-tui is':>14}{'ms CPU/call':>13}")
    for name, row in rows.items():
        if row.problem:
            print(f"{name:<14}{versions[name]:<12}not measured: {row.problem}")
            continue
        print(
            f"{name:<14}{versions[name]:<12}{row.rate:>9.1f}{own / row.rate:>13.2f}×{row.cpu:>13.3f}"
        )


def main() -> None:
    """Install the peers, measure, and print both tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.battery_peers")
    parser.add_argument("--cache", type=Path, help="where the peers are installed")
    cache = parser.parse_args().cache or Path(platformdirs.user_cache_dir("smoke-tui-bench"))
    versions = {
        "raw asyncio": sys.version.split()[0],
        "bare httpx2": version("httpx2"),
        "smoke-tui": version("smoke-tui"),
    }
    peers: list[LlmAppTest | Promptfoo] = [LlmAppTest(cache), Promptfoo(cache)]
    problems: dict[str, str] = {}
    for peer in peers:
        try:
            versions[peer.name] = peer.install()
        except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
            versions[peer.name], problems[peer.name] = "-", f"it can't be installed: {error}"
    print(f"{WORKERS} calls at once; llm-app-test one after the other")
    share = WORKERS * CASES
    for seconds, own, rounds, sizes in (
        (0.0, 10 * share, 3, {"llm-app-test": 400, "promptfoo": 800}),
        (SECONDS, 2 * share, 1, {"llm-app-test": 40, "promptfoo": 480}),
    ):
        with canned_judge(seconds) as port:
            rows = own_rows(port, own, rounds)
            for peer in peers:
                problem = problems.get(peer.name)
                rows[peer.name] = (
                    Row(problem=problem)
                    if problem
                    else peer_row(peer.measure, port, sizes[peer.name])
                )
        when = f"after {seconds * 1000:.0f} ms" if seconds else "at once"
        print_table(f"a judge that answers {when}", rows, versions)


if __name__ == "__main__":
    main()
