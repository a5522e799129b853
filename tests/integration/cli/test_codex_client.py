"""What the installed Codex CLI sends, captured from real ones of three versions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smoke_tui.rehearsal import Rehearsal
from tests.helpers.one_call import ONE_CALL
from tests.helpers.program import Program

pytestmark = pytest.mark.real_codex

CAPTURED = {
    ("0.40.0", "gpt-5-codex"): (
        "instructions",
        "9d120c7a72835e52fe684321f9a76972d3f8b8c1bb240edc82446c8f64748961",
    ),
    ("0.155.0", "gpt-5.5"): (
        "instructions",
        "ba541a21430b9022991112de200a7ba30246e79ab78e4eff9d6f134a855a92ad",
    ),
    ("0.169.0", "gpt-5.5"): (
        "input[0]",
        "804aa6a08813023776647c3247bdee485fb8c95e834443252dfbd9943dd4b1b7",
    ),
    ("0.169.0", "gpt-6.1-sol"): (
        "input[1]",
        "e1bdd4f8f0df4b20f4a0ffc8a861ce819df45325d8cecdfb92e80379cf8d142e",
    ),
}
"""Where the text stood and its sha256 in independent captures of these clients."""


@pytest.mark.parametrize(("version", "model"), CAPTURED)
def test_the_captured_text_is_the_client_s(
    program: Program, codex_cli: Callable[[str], Path], version: str, model: str
) -> None:
    done = program(
        "--codex", str(codex_cli(version)), "--model", model, "instructions", "capture", "--json"
    )
    result = done.json()
    assert (done.code, result["version"], result["model"]) == (0, version, model)
    assert (result["place"], result["sha256"]) == CAPTURED[version, model]
    kept = Path(result["file"])
    assert kept.stat().st_mode & 0o777 == 0o600
    assert len(kept.read_bytes()) == result["bytes"]
    same = program("--codex", str(codex_cli(version)), "--model", model, "instructions", "diff")
    assert same.code == 0


def test_the_diff_of_two_clients(program: Program, codex_cli: Callable[[str], Path]) -> None:
    for version in ("0.155.0", "0.169.0"):
        done = program(
            "--codex",
            str(codex_cli(version)),
            "--model",
            "gpt-5.5",
            "instructions",
            "diff" if version == "0.169.0" else "capture",
            "--json",
        )
    assert done.code == 1
    assert done.json()["same"] is False


def kinds(program: Program, codex: Path, *argv: str) -> dict[tuple[str, str], str]:
    done = program("--codex", str(codex), "--model", "gpt-5.5", "wire", "--json", *argv)
    assert done.code == 0
    return {(d["name"], d["kind"]): d["reason"] for d in done.json()["differences"]}


def test_wire_names_what_moved_between_the_clients(
    program: Program, codex_cli: Callable[[str], Path]
) -> None:
    old = kinds(program, codex_cli("0.155.0"))
    new = kinds(program, codex_cli("0.169.0"))
    assert ("instructions", "moved") not in old
    assert "developer message" in new["instructions", "moved"]
    assert ("instructions", "moved") not in kinds(
        program, codex_cli("0.169.0"), "--shape", "developer"
    )


def test_a_live_call_takes_the_client_s_text(
    program: Program, codex_cli: Callable[[str], Path], tmp_path: Path
) -> None:
    import json

    with Rehearsal.start("happy") as world:
        (tmp_path / "one.md").write_text(ONE_CALL)
        (tmp_path / "bundle.json").write_text(json.dumps(world.bundle()))
        done = program(
            "--check",
            "one.md",
            "--live",
            "--bundle",
            "bundle.json",
            "--codex-url",
            world.codex_url,
            "--issuer",
            world.issuer,
            "--codex",
            str(codex_cli("0.169.0")),
            "--model",
            "gpt-5.5",
            "--json",
        )
    assert done.code == 0
    evidence = [
        e["data"]["value"]
        for e in program.events()
        if e["ev"] == "evidence" and e["data"]["name"] == "instructions"
    ]
    assert evidence[0]["sha256"] == CAPTURED["0.169.0", "gpt-5.5"][1]
    session = program.sessions()[-1]
    marker = b"You are Codex"
    assert all(marker not in path.read_bytes() for path in session.rglob("*") if path.is_file())


def test_no_client_says_so(program: Program) -> None:
    for argv in (("wire",), ("instructions", "capture")):
        done = program("--codex", "no-such-client", *argv)
        assert done.code == 4
        assert "no-such-client" in done.err
    assert program("instructions", "show").code == 5


def test_the_catalogue_s_own_text_is_marked_as_a_template(program: Program, tmp_path: Path) -> None:
    import json

    with Rehearsal.start("happy") as world:
        (tmp_path / "bundle.json").write_text(json.dumps(world.bundle()))
        options = (
            "--codex-url",
            world.codex_url,
            "--issuer",
            world.issuer,
            "--bundle",
            "bundle.json",
            "instructions",
            "capture",
            "--catalogue",
            "--json",
        )
        done = program("--model", "gpt-5.5", *options)
        unknown = program("--model", "gpt-none", *options)
        nobody = program(
            "--model",
            "gpt-5.5",
            "--codex-url",
            world.codex_url,
            "instructions",
            "capture",
            "--catalogue",
        )
        text = world.current_instructions_file.read_text("utf-8")
    assert done.code == 0
    assert Path(done.json()["file"]).read_text("utf-8") == text
    assert "template" in done.err
    assert (unknown.code, nobody.code) == (4, 4)
