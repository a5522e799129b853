"""Every command over several sessions: nothing that it says or leaves holds a secret."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from smoke_tui.journal.file import read_journal
from smoke_tui.journal.folders import JOURNAL
from smoke_tui.presentation.report.export import FORMATS
from tests.helpers.canaries import LeakSearch, _known_secrets, forms, mint
from tests.helpers.events import change_event, data_of

__all__ = ["_known_secrets"]

SCENARIOS = ("degraded-route", "token-expired", "instructions-drift-at-turn")


def broken_off(folder: Path, step: str) -> None:
    """As if the program had died after a step's end."""
    seq = next(
        e.seq for e in read_journal(folder).events if e.kind == "step.finished" and e.step == step
    )
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    (folder / JOURNAL).write_bytes(b"".join(lines[: seq + 1]))


@pytest.fixture(scope="module", name="left")
def _left(known_secrets: set[str], tmp_path_factory: pytest.TempPathFactory) -> LeakSearch:
    """What all commands said and left behind."""
    root = tmp_path_factory.mktemp("canary")
    state = root / "state"
    search = LeakSearch(known_secrets)

    def do(*argv: str) -> str:
        return search.command("--state-dir", str(state), *argv)[1]

    for scenario in SCENARIOS:
        do(
            "--check",
            "--rehearse",
            "--scenario",
            scenario,
            "--json",
            "-v",
            "--report",
            str(root / f"{scenario}.md"),
            "--junit",
            str(root / f"{scenario}.xml"),
        )
    do("login", "--rehearse", "--out", str(root / "bundle.json"))
    names = sorted(path.name for path in (state / "sessions").iterdir())
    drift = next(
        name
        for name in names
        if "instructions-drift-at-turn" in (state / "sessions" / name / JOURNAL).read_text()[:20000]
    )
    broken_off(state / "sessions" / drift, "paste-credential")
    do("--check", drift, "--resume", "--json", "-v")
    do("rerun", drift, "--step", "live-call", "--json")
    for name in names:
        for kind in FORMATS:
            do("report", name, "--format", kind)
        do("--check", name, "--json")
        do("archive", name, "-o", str(root / f"{name}.smoke"))
        search.archive(root / f"{name}.smoke")
        do("--check", str(root / f"{name}.smoke"))
    do("diff", names[0], names[1], "--json")
    do("diff", names[0], names[1])
    for argv in (
        ("spend", "--json"),
        ("spend",),
        ("sessions", "--json"),
        ("replay", "--all"),
        ("doctor", "--json"),
    ):
        do(*argv)
    copy = state / "sessions" / f"{names[0]}-other"
    shutil.copytree(state / "sessions" / names[0], copy)
    events = [
        change_event(e, data={**data_of(e), "summary": "another"})
        if e.kind == "try.finished"
        else e
        for e in read_journal(copy).events
    ]
    (copy / JOURNAL).write_bytes(b"".join(e.line() for e in events))
    code, told = search.command("--state-dir", str(state), "replay", copy.name, "--json")
    assert (code, "another" in told) == (6, True)
    search.command("--state-dir", str(state), "replay", copy.name)
    search.walk(root, root / "bundle.json")
    search.values |= {
        value
        for value in json.loads((root / "bundle.json").read_text()).values()
        if isinstance(value, str) and len(value) > 30
    }
    return search


def test_nothing_holds_a_secret(left: LeakSearch) -> None:
    assert len(left.values) > 60
    assert len(left.places) > 100
    assert left.finds() == {}


def test_the_search_finds_every_form() -> None:
    value = mint()
    for form in forms(value):
        search = LeakSearch({value})
        search.keep("somewhere", b"before " + form + b" after")
        assert search.finds(), form
