"""What a call is made of follows the catalogue, the client and the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.rehearsal import Rehearsal
from tests.helpers.one_call import ONE_CALL, served
from tests.helpers.program import Done, Program


@pytest.fixture
def world() -> Iterator[Rehearsal]:
    with Rehearsal.start("happy") as rehearsal:
        yield rehearsal


@pytest.fixture
def live(world: Rehearsal, program: Program, tmp_path: Path) -> Any:
    (tmp_path / "one.md").write_text(ONE_CALL)
    (tmp_path / "bundle.json").write_text(json.dumps(world.bundle()))
    (tmp_path / "base.txt").write_text("You are a test.")

    def run(*more: str, url: str = "") -> Done:
        return program(
            "--check",
            "one.md",
            "--live",
            "--bundle",
            "bundle.json",
            "--instructions",
            "base.txt",
            "--codex-url",
            url or world.codex_url,
            "--issuer",
            world.issuer,
            "--codex",
            str(tmp_path / "no-client"),
            "--json",
            *more,
        )

    return run


def step(done: Done) -> dict[str, Any]:
    found: dict[str, Any] = done.json()["steps"][0]
    return found


def sent(program: Program) -> dict[str, str]:
    """The headers of the call that was made last."""
    asked = [
        e for e in program.events() if e["ev"] == "request" and e["data"].get("method") == "POST"
    ]
    return dict(asked[-1]["data"]["headers"])


def test_without_a_client_the_newest_captured_version_is_sent(live: Any, program: Program) -> None:
    assert live().code == 0
    assert sent(program)["version"] == "0.171.0"
    report = program("report", "last").out
    assert "Client version | `0.171.0`, the newest this tool was captured against" in report
    assert "no-client does not exist" in report


def test_a_gated_model_is_not_called_and_the_named_way_out_works(
    live: Any, world: Rehearsal
) -> None:
    done = live("--client-version", "0.150.0", "--model", "gpt-6.2-sol")
    assert (done.code, step(done)["code"], step(done)["spend"]) == (4, "model-unlisted", {})
    assert step(done)["summary"] == (
        "gpt-6.2-sol is served from 0.171.0 on; this session sends 0.150.0. Install a newer Codex "
        "CLI or give --client-version 0.171.0."
    )
    assert not [seen for seen in world.requests() if seen.method == "POST"]
    assert live("--client-version", "0.171.0", "--model", "gpt-6.2-sol").code == 0


def test_a_retired_model_is_called_only_where_that_is_insisted_on(
    live: Any, world: Rehearsal, program: Program
) -> None:
    done = live("--model", "gpt-5-codex")
    assert (done.code, step(done)["code"]) == (4, "model-unlisted")
    assert "in no catalogue of this account" in step(done)["summary"]
    done = live("--model", "gpt-5-codex", "--unlisted")
    assert (done.code, step(done)["code"]) == (1, "model-unsupported")
    assert program("replay", "last").code == 0


def test_an_older_client_gets_the_first_model_that_is_served_to_it(
    live: Any, program: Program
) -> None:
    assert live("--client-version", "0.150.0").code == 0
    report = program("report", "last").out
    assert "gpt-6.2-sol" not in report
    assert "0.150.0, given by --client-version" in report.replace("`", "")


@pytest.mark.parametrize(
    ("options", "agent", "originator"),
    [
        ((), "smoke-tui/", "smoke-tui"),
        (("--originator", "mine"), "mine/", "mine"),
        (("--user-agent", "mine/2 (x)"), "mine/2 (x)", "mine"),
        (
            ("--originator", "hermes-agent", "--user-agent", "HermesAgent/1"),
            "HermesAgent/1",
            "hermes-agent",
        ),
    ],
)
def test_both_names_agree(
    live: Any, program: Program, options: tuple[str, ...], agent: str, originator: str
) -> None:
    assert live(*options).code == 0
    headers = sent(program)
    assert headers["user-agent"].startswith(agent)
    assert headers["originator"] == originator


def test_names_that_disagree_are_refused(live: Any) -> None:
    done = live("--originator", "mine", "--user-agent", "yours/1")
    assert done.code == 2
    assert "--user-agent" in done.err
    assert "--originator" in done.err


@pytest.mark.parametrize("version", ["newest", "v0.171.0", "0.171.0 ", "0", "0.171.0\n"])
def test_a_client_version_is_a_version(live: Any, version: str) -> None:
    assert live("--client-version", version).code in ((0,) if version == "0.171.0 " else (0, 2))
    assert live("--client-version", "newest").code == 2


def test_the_shape_is_the_best_attested_and_the_report_says_why(
    live: Any, program: Program
) -> None:
    done = live()
    assert "catalogue-shape" in {f["code"] for f in done.json()["findings"]}
    report = program("report", "last").out
    assert "opencode#36750" in report
    assert "classic, reported as served for all models since 2026-07-13" in report


def backend(models: ServerResponse) -> Any:
    def answer(request: ServerRequest) -> ServerResponse:
        if request.path.endswith("/models"):
            return models
        return ServerResponse(
            405 if request.method == "GET" else 400,
            (("content-type", "application/json"),),
            b'{"detail": "odd"}',
        )

    return answer


@pytest.mark.parametrize(
    ("models", "code"),
    [
        (
            ServerResponse(404, (("content-type", "application/json"),), b'{"detail": "gone"}'),
            "not-configured",
        ),
        (
            ServerResponse(200, (("content-type", "application/json"),), b'{"models": "none"}'),
            "not-configured",
        ),
        (
            ServerResponse(503, (("content-type", "application/json"),), b'{"detail": "down"}'),
            "server-error",
        ),
    ],
)
def test_without_a_catalogue_a_named_model_is_called_and_none_is_asked_for(
    live: Any, models: ServerResponse, code: str
) -> None:
    address: list[str] = []
    done = served(backend(models), address.append, lambda: live(url=address[0]))
    assert (step(done)["outcome"], step(done)["code"]) == ("blocked", code)
    assert code != "not-configured" or "give --model" in step(done)["summary"]
    named = served(
        backend(models), address.append, lambda: live("--model", "gpt-5.5", url=address[-1])
    )
    assert step(named)["spend"]["calls"] == 1
    assert "catalogue-unreadable" in {f["code"] for f in named.json()["findings"]}
