"""`--check` and `--check --live` against servers on loopback, as a script would use them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from smoke_tui.rehearsal import Rehearsal
from tests.helpers.one_call import ONE_CALL
from tests.helpers.program import Program


@pytest.fixture
def world() -> Iterator[Rehearsal]:
    with Rehearsal.start("happy") as rehearsal:
        yield rehearsal


def given(world: Rehearsal, folder: Path) -> list[str]:
    """A runbook, a bundle and instructions as files; the options that name them."""
    (folder / "one.md").write_text(ONE_CALL)
    (folder / "bundle.json").write_text(json.dumps(world.bundle()))
    (folder / "base.txt").write_text("You are a test.")
    return [
        "one.md",
        "--bundle",
        "bundle.json",
        "--instructions",
        "base.txt",
        "--codex-url",
        world.codex_url,
        "--issuer",
        world.issuer,
    ]


def test_a_live_call_passes(world: Rehearsal, program: Program, tmp_path: Path) -> None:
    done = program("--check", *given(world, tmp_path), "--live", "--model", "gpt-5.5", "--json")
    assert done.code == 0
    assert done.json()["world"] == "live"
    assert done.json()["steps"][0]["outcome"] == "pass"
    report = program("report", "last").out
    assert report.startswith("**NOT THE PROVIDER: nothing was proven.**")
    assert "You are a test." not in report


def test_without_a_model_the_catalogue_s_first_is_taken(
    world: Rehearsal, program: Program, tmp_path: Path
) -> None:
    done = program("--check", *given(world, tmp_path), "--live", "--json")
    assert done.code == 0
    posts = [seen for seen in world.requests() if seen.method == "POST"]
    assert [seen.path for seen in posts] == ["/backend-api/codex/responses"]


def test_a_preflight_spends_nothing(world: Rehearsal, program: Program, tmp_path: Path) -> None:
    done = program("--check", *given(world, tmp_path), "--model", "gpt-5.5", "--json")
    assert (done.code, done.json()["verdict"]) == (0, None)
    assert {f["code"] for f in done.json()["findings"]} == {"credential", "reachable"}
    assert {seen.method for seen in world.requests()} == {"GET"}
    assert not program.state.exists() or program.sessions() == []


def test_a_preflight_names_an_unlisted_model(
    world: Rehearsal, program: Program, tmp_path: Path
) -> None:
    done = program("--check", *given(world, tmp_path), "--model", "gpt-none", "--json")
    assert done.code == 4
    assert "model-unlisted" in {f["code"] for f in done.json()["findings"]}


def test_a_bundle_from_standard_input(
    world: Rehearsal, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = given(world, tmp_path)
    options[options.index("bundle.json")] = "-"
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(world.bundle())))
    assert program("--check", *options, "--live", "--model", "gpt-5.5").code == 0


BUNDLES = {
    "no account": ({"access_token": "x.FAKE.y" * 4}, "account-id-missing"),
    "no token": ({"account_id": "FAKE-account"}, "bundle-incomplete"),
    "not json": ("FAKE, but no JSON", "bundle-incomplete"),
}


@pytest.mark.parametrize("name", BUNDLES)
def test_a_broken_bundle_is_invalid(
    world: Rehearsal, program: Program, tmp_path: Path, name: str
) -> None:
    content, code = BUNDLES[name]
    options = given(world, tmp_path)
    text = content if isinstance(content, str) else json.dumps(content)
    (tmp_path / "bundle.json").write_text(text)
    look = program("--check", *options, "--json")
    assert look.code == 3
    assert code in {f["code"] for f in look.json()["findings"]}
    live = program("--check", *options, "--live", "--json")
    if isinstance(content, str):
        # Not a wrong login: no login at all, and said before a session begins.
        assert (live.code, "not JSON" in live.err, program.sessions()) == (3, True, [])
    else:
        assert live.json()["steps"][0]["code"] == code
        assert live.json()["verdict"] != "pass"
    assert [seen for seen in world.requests() if seen.method == "POST"] == []


def test_the_cap_refuses_a_call(world: Rehearsal, program: Program, tmp_path: Path) -> None:
    with Rehearsal.start("overloaded") as busy:
        options = given(busy, tmp_path)
        done = program("--check", *options, "--live", "--model", "gpt-5.5", "--json")
        step = done.json()["steps"][0]
        assert (step["code"], step["tries"]) == ("overloaded", 1)
        posts = [seen for seen in busy.requests() if seen.path.endswith("/responses")]
        assert len([seen for seen in posts if seen.method == "POST"]) == 1


def test_ci_refuses(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    (tmp_path / "one.md").write_text(ONE_CALL)
    done = program("--check", "one.md", "--live", "--json")
    assert done.code == 4
    assert done.json()["findings"][0]["code"] == "ci-refused"


def test_needs_an_operator(program: Program, tmp_path: Path, world: Rehearsal) -> None:
    (tmp_path / "ask.md").write_text(
        ONE_CALL.split("## Call")[0].replace("one-call", "ask")
        + '## Look\n\nLook at it.\n\n```toml step\nid = "look"\nkind = "manual"\nask = "Well?"\n'
        "```\n"
    )
    done = program("--check", "ask.md", "--live", "--json")
    assert (done.code, done.json()["steps"][0]["code"]) == (4, "needs-operator")
    (tmp_path / "answers.toml").write_text('[look]\nanswer = "pass"\nnote = "All is well."\n')
    done = program("--check", "ask.md", "--live", "--answers", "answers.toml", "--json")
    assert (done.code, done.json()["verdict"]) == (0, "pass")
    (tmp_path / "answers.toml").write_text('[look]\nwaive = "Not today."\n')
    waived = program("--check", "ask.md", "--live", "--answers", "answers.toml", "--json")
    assert (waived.code, waived.json()["verdict"]) == (4, "incomplete")
    (tmp_path / "answers.toml").write_text('[nobody]\nanswer = "pass"\n')
    wrong = program("--check", "ask.md", "--live", "--answers", "answers.toml")
    assert wrong.code == 2
    assert "nobody" in wrong.err


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/x",
        "https://chatgpt.com.evil.example",
        "https://chatgpt.com@evil.example",
        "ftp://chatgpt.com",
    ],
)
def test_a_foreign_host_is_refused_before_anything(
    program: Program, tmp_path: Path, url: str
) -> None:
    (tmp_path / "one.md").write_text(ONE_CALL)
    done = program("--check", "one.md", "--live", "--codex-url", url)
    assert done.code == 2
    assert "--codex-url" in done.err
    assert not program.state.exists()


def test_max_age_wants_a_real_verdict(world: Rehearsal, program: Program, tmp_path: Path) -> None:
    options = given(world, tmp_path)
    assert program("--check", *options, "--live", "--model", "gpt-5.5").code == 0
    done = program("--check", *options, "--model", "gpt-5.5", "--max-age", "7d", "--json")
    assert done.code == 4
    assert "too-old" in {f["code"] for f in done.json()["findings"]}
    assert program("--check", *options, "--max-age", "soon").code == 2
