"""A refused call once more in the installed client's shape: whose side is it?"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.rehearsal import Rehearsal
from tests.helpers.one_call import ONE_CALL
from tests.helpers.program import Done, Program

pytestmark = pytest.mark.real_codex

INSTALLED = ("0.120.0", "0.150.0", "0.169.0", "0.171.0")


@pytest.fixture
def live(program: Program, tmp_path: Path, codex_cli: Callable[[str], Path]) -> Any:
    (tmp_path / "one.md").write_text(ONE_CALL.replace("max_calls = 1", "max_calls = 2"))

    def run(scenario: str, version: str, *more: str) -> Done:
        with Rehearsal.start(scenario) as world:
            (tmp_path / "bundle.json").write_text(json.dumps(world.bundle()))
            return program(
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
                str(codex_cli(version)),
                "--json",
                *more,
            )

    return run


def opinions(program: Program) -> list[dict[str, Any]]:
    return [
        e["data"]["value"]
        for e in program.events()
        if e["ev"] == "evidence" and e["data"]["name"] == "second-opinion"
    ]


@pytest.mark.parametrize("version", INSTALLED)
def test_the_call_in_the_shape_of_the_installed_client_passes(
    live: Any, program: Program, version: str
) -> None:
    done = live("happy", version, "--shape", "installed")
    assert (done.code, done.json()["steps"][0]["outcome"]) == (0, "pass")
    taken = next(e["data"] for e in program.events() if e["ev"] == "codex-cli")
    report = program("report", "last").out
    assert f"Client version | `{version}`, of the installed Codex CLI" in report
    assert taken["template_sha256"][:12] in report
    assert program("replay", "last").code == 0
    session = program.sessions()[-1]
    # The base instructions are evidence by hash and length, never a text.
    texts = [path.read_bytes() for path in session.rglob("*") if path.is_file()]
    assert not any(b"You are Codex" in text or b"in the Codex CLI" in text for text in texts)


def test_where_theirs_is_accepted_the_shape_is_ours_to_mend(live: Any, program: Program) -> None:
    done = live("happy", "0.171.0", "--model", "gpt-5.5", "--shape", "lite", "--second-opinion")
    (found,) = opinions(program)
    step = done.json()["steps"][0]
    assert (done.code, step["outcome"], step["code"]) == (1, "fail", "lite-shape")
    assert (found["result"], found["ours"], found["theirs"]) == (
        "accepted",
        "lite-shape",
        "accepted",
    )
    assert "x-openai-internal-codex-responses-lite" in {d["name"] for d in found["differences"]}
    assert step["second_opinion"] == found
    assert step["spend"]["calls"] == 2
    assert step["spend"]["output_tokens"] > 0
    assert "Call with --shape installed" in step["remedy"]
    for kind in ("md", "html", "json"):
        assert "accepted where ours was refused" in program("report", "last", "--format", kind).out
    assert program("replay", "last").code == 0


def test_where_both_are_refused_it_is_not_the_shape(live: Any, program: Program) -> None:
    done = live("model-unsupported", "0.171.0", "--second-opinion")
    (found,) = opinions(program)
    assert done.code == 1
    assert found["result"] == "refused-alike"
    assert "not the shape of the request" in found["message"]
    assert program("replay", "last").code == 0


def test_what_is_reported_of_the_step_agrees_with_the_second_opinion(
    live: Any, program: Program
) -> None:
    done = live("shape-rejected", "0.171.0", "--second-opinion")
    (found,) = opinions(program)
    assert found["result"] == "refused-alike"
    report = program("report", "last").out
    assert "- Side: the provider's\n- Next: Try the Codex CLI itself" in report
    assert "- Side: ours" not in report
    assert done.json()["steps"][0]["remedy"].startswith("Try the Codex CLI itself")
    # Both calls hold the prompt, and both ask for no encoding.
    names = {each["name"] for each in found["differences"]}
    assert not names & {"input (prompt)", "accept-encoding"}


def test_without_the_option_nobody_spends_a_second_call(live: Any, program: Program) -> None:
    done = live("shape-rejected", "0.171.0")
    assert opinions(program) == []
    assert done.json()["steps"][0]["spend"]["calls"] == 1


def test_the_cap_leaves_no_call_for_it(live: Any, program: Program, tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text(ONE_CALL)
    done = live("shape-rejected", "0.171.0", "--second-opinion")
    assert opinions(program) == []
    assert "no-second-opinion" in {f["code"] for f in done.json()["findings"]}


def test_the_fallback_goes_before_a_second_opinion(
    program: Program, codex_cli: Callable[[str], Path]
) -> None:
    done = program(
        "--check",
        "--rehearse",
        "--scenario",
        "instructions-drift",
        "--second-opinion",
        "--codex",
        str(codex_cli("0.171.0")),
        "--json",
    )
    assert done.code == 0
    assert opinions(program) == []


class Refusing(ThreadingHTTPServer):
    """A backend that refuses the first call, and never answers another."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Refuses)
        self.calls = 0
        self.refusal = "Unsupported parameter: store"
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Refuses(BaseHTTPRequestHandler):
    """Answers of such a backend."""

    server: Refusing

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""

    def _answer(self, status: int, document: Any) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if "client_version=0.0.0" in self.path and self.server.calls:
            self.server.over.wait(6)
        if "/models" in self.path:
            self._answer(200, {"models": [{"slug": "gpt-5.5", "visibility": "list"}]})
        else:
            self._answer(405, {"detail": "Method Not Allowed"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.calls += 1
        if self.server.calls == 1:
            self._answer(400, {"detail": self.server.refusal})
        else:
            self.server.over.wait(60)


@pytest.fixture
def refusing() -> Iterator[Refusing]:
    server = Refusing()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def refused(
    program: Program, tmp_path: Path, codex_cli: Callable[[str], Path], refusing: Refusing
) -> Callable[..., Done]:
    text = ONE_CALL.replace("max_calls = 1", "max_calls = 2")
    (tmp_path / "one.md").write_text(text.replace('"30s"', '"5s"'))
    with Rehearsal.start("happy") as world:
        (tmp_path / "bundle.json").write_text(json.dumps(world.bundle()))

    def run(*more: str) -> Done:
        return program(
            "--check",
            "one.md",
            "--live",
            "--bundle",
            "bundle.json",
            "--codex-url",
            f"{refusing.url}/backend-api/codex",
            "--issuer",
            refusing.url,
            "--codex",
            str(codex_cli("0.171.0")),
            "--model",
            "gpt-5.5",
            "--json",
            *more,
        )

    return run


def test_a_second_call_without_an_answer_leaves_the_refusal_as_it_is(
    program: Program, refused: Callable[..., Done], refusing: Refusing
) -> None:
    done = refused("--second-opinion")
    step = done.json()["steps"][0]
    assert (refusing.calls, done.code) == (2, 1)
    assert (step["outcome"], step["code"]) == ("fail", "shape-rejected")
    assert opinions(program)[0]["result"] == "unclear"
    assert program("replay", "last").code == 0


def test_a_slow_catalogue_after_a_refusal_leaves_it_as_it_is(
    program: Program, refused: Callable[..., Done], refusing: Refusing
) -> None:
    refusing.refusal = (
        "The 'gpt-5.5' model is not supported when using Codex with a ChatGPT account."
    )
    done = refused()
    step = done.json()["steps"][0]
    assert (refusing.calls, step["outcome"]) == (1, "fail")
    assert step["code"] in ("model-unsupported", "client-too-old")
    assert program("replay", "last").code == 0
