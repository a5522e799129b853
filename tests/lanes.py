"""The lanes of the suite: a fixed seed, a random one a person asks for, and the fast lane.

The fast lane is every test of the folders below but those marked `slow`. Every folder of tests is
in one of the two lists (a test checks that), so a new one cannot stay out of the lane unnoticed.
"""

from __future__ import annotations

import math
import os
import random
import sys
from pathlib import Path
from typing import Final, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

FAST_FOLDERS: Final = frozenset({"unit"})
"""Tests of pure code: no child process, no server, no app."""

OTHER_FOLDERS: Final = frozenset({"integration", "sessions", "terminal"})
"""Tests with real parts: children, loopback servers, terminals, browsers, databases."""

LEAST_FAST: Final = 1200
"""Tests in the fast lane, each with few parameters; far fewer: it has come apart."""

_SETTINGS: Final = "_hypothesis_internal_use_settings"
"""Under this name Hypothesis keeps the settings of a test; there is no public way to change them."""

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

OTHER_PYTHONS: Final = ("3.12", "3.13")
"""On these the fast lane is run as well, with few parameters, where they are installed."""


def not_installed(version: str) -> str:
    """Why the fast lane was not run on a Python; the end of a run shows it."""
    return f"Python {version} is not installed here, so the fast lane was not run on it"


MAY_SKIP: Final = {
    "only root can give a folder away": os.geteuid() != 0,
    "only Linux tells when a process started": sys.platform != "linux",
    "prctl is Linux's": sys.platform != "linux",
    "/proc tells that it is stopped": sys.platform != "linux",
    "/proc tells of threads": sys.platform != "linux",
    "only Linux names the mount's option": sys.platform != "linux",
    "the kernel does not count reads": not Path("/proc/self/io").exists(),
    **{not_installed(version): True for version in OTHER_PYTHONS},
}
"""Why a test may be skipped, and whether it is so here. Any other skip is a failure."""

FIXED_SEED: Final = 0
"""What random choices of tests start from, unless a person asks for another seed."""

SEED_OF_RUN: Final = "smoke-tui-seed"
"""Under this name a worker of xdist gets the seed that the controller has drawn."""


def add_options(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seed",
        metavar="random|NUMBER",
        help="run the property tests from a random seed, or from the NUMBER of a run",
    )
    parser.addoption(
        "--most-examples",
        type=int,
        metavar="NUMBER",
        help="give each property test at most so many inputs",
    )
    parser.addoption(
        "--most-parameters",
        type=int,
        metavar="NUMBER",
        help="run each test with at most so many of its parameters",
    )


def configure(config: pytest.Config) -> None:
    """Choose the seed of this run, for this process, its workers and its children.

    Raises:
        pytest.UsageError: a random seed was asked for where CI is set, or it is not a number.
    """
    wanted = config.getoption("--seed")
    # Neither a clock nor what an earlier run has found decides about a test.
    settings.register_profile(
        "fixed",
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.register_profile("random", settings.get_profile("fixed"), derandomize=False)
    settings.load_profile("fixed" if wanted is None else "random")
    _draw_no_constants_of_loaded_modules()
    if wanted is not None:
        if os.environ.get("CI"):
            raise pytest.UsageError("a random seed is for a person; where CI is set it is fixed")
        given = getattr(config, "workerinput", {}).get(SEED_OF_RUN)
        config.option.seed = given or _number(wanted)
        config.option.hypothesis_seed = config.option.seed
    # For workers and children; the order of a set of texts depends on it.
    os.environ["PYTHONHASHSEED"] = str(seed(config) % 2**32)


def _draw_no_constants_of_loaded_modules() -> None:
    """Hypothesis draws also from the constants of our modules that happen to be loaded.

    Those are others in each worker and each time, so the same seed would draw other values.
    """
    assert hasattr(providers, "_get_local_constants"), "Hypothesis finds constants another way now"
    nothing = type(providers.GLOBAL_CONSTANTS)()
    vars(providers)["_get_local_constants"] = lambda: nothing


def _number(wanted: str) -> str:
    if wanted == "random":
        return str(random.SystemRandom().randrange(2**32))
    if not wanted.isdecimal():
        raise pytest.UsageError(f"--seed takes `random` or a whole number: {wanted!r}")
    return wanted


def seed(config: pytest.Config) -> int:
    """The seed of this run."""
    return int(config.getoption("--seed") or FIXED_SEED)


def header(config: pytest.Config) -> str | None:
    """What to print at the top: how to repeat a run from a random seed."""
    if config.getoption("--seed") is None:
        return None
    return f"seed {seed(config)}; --seed {seed(config)} runs it again"


def no_skip(report: Report) -> Report:
    """Make a skipped test a failed one, unless its reason is one of MAY_SKIP and holds here.

    A part that is missing, or a failure that is expected, hides what a test would have shown.
    """
    if report.outcome == "skipped":
        reason = getattr(report, "wasxfail", None)
        if reason is None:
            text = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            reason = str(text).removeprefix("Skipped: ")
            if MAY_SKIP.get(reason, False):
                return report
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} did not run, and nothing may be skipped: {reason}"
        if hasattr(report, "wasxfail"):
            del report.wasxfail
    return report


def limit_examples(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give property tests fewer inputs, where that was asked for."""
    most = config.getoption("--most-examples")
    if most is None:
        return
    for item in items:
        function = getattr(item, "function", None)
        given = getattr(function, _SETTINGS, None)
        if given is not None and given.max_examples > most:
            setattr(function, _SETTINGS, settings(given, max_examples=most))


def limit_parameters(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run each test with fewer of its parameters, from all parts of their list, where asked for."""
    most = config.getoption("--most-parameters")
    if most is None:
        return
    tests: dict[str, list[pytest.Item]] = {}
    for item in items:
        tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    items[:] = [
        item for test in tests.values() for item in test[:: max(1, math.ceil(len(test) / most))]
    ]


def mark(items: list[pytest.Item]) -> None:
    """Put tests into the fast lane by their folder."""
    tests = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(tests):
            folder = item.path.relative_to(tests).parts[0]
            if folder in FAST_FOLDERS and item.get_closest_marker("slow") is None:
                item.add_marker(pytest.mark.fast)
