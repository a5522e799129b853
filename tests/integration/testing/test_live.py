"""The live provider against rehearsals: refusals, failures, what is sent, and what is not."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.errors import UsageError
from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.rehearsal import Rehearsal
from smoke_tui.testing import LiveLLMProvider, LLMAnswer, LLMCallFailedError
from tests.helpers.loopback_servers import ThreadedServer, ok, until
from tests.helpers.provider_cassettes import calling, streamed
from tests.helpers.valid_answers import HEADERS, MODEL


def complete(live: LiveLLMProvider, prompt: str = "Say morning", **more: Any) -> LLMAnswer:
    return asyncio.run(live.complete(prompt, purpose="scoring", content_class="PLATFORM", **more))


def bundle_file(folder: Path, bundle: object) -> str:
    path = folder / "bundle.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(bundle))
    return str(path)


@contextmanager
def rehearsal(folder: Path, scenario: str = "happy") -> Iterator[dict[str, str]]:
    """The options for a rehearsal of a scenario."""
    with Rehearsal.start(scenario) as world:
        yield {
            "bundle": bundle_file(folder, world.bundle()),
            "codex_url": world.codex_url,
            "issuer": world.issuer,
            "instructions": str(world.instructions_file),
            "state_dir": str(folder / "state"),
        }


@pytest.mark.parametrize(
    "scenario",
    [
        "token-expired",
        "usage-limit-reached",
        "stream-cut",
        "degraded-model",
        "policy-refused",
        "edge-challenge",
    ],
)
def test_a_failure_is_an_error_with_its_code_and_no_secret(scenario: str, tmp_path: Path) -> None:
    with rehearsal(tmp_path, scenario) as options:
        live = LiveLLMProvider(max_calls=1, **options)
        with pytest.raises(LLMCallFailedError) as failed:
            complete(live)
        secrets = json.loads(Path(options["bundle"]).read_text())
    assert failed.value.code == scenario
    for name in ("access_token", "refresh_token", "id_token", "account_id"):
        assert secrets[name] not in str(failed.value)


def test_a_model_that_is_not_listed_is_not_called_and_nobody_is_waited_for(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as options:
        live = LiveLLMProvider(max_calls=1, model="no-such-model", **options)
        with pytest.raises(LLMCallFailedError) as failed:
            complete(live)
    assert failed.value.code == "model-unlisted"


def test_one_call_too_many_is_not_made(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as options:
        live = LiveLLMProvider(max_calls=1, **options)
        complete(live)
    # The servers are gone: whoever asked them would come to another error.
    with pytest.raises(LLMCallFailedError, match="max_calls = 1") as failed:
        complete(live)
    assert failed.value.code == "over-budget"
    assert len(live.calls) == 2


def test_without_a_credential_nothing_is_sent(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as options:
        del options["bundle"]
        live = LiveLLMProvider(max_calls=1, **options)
        with pytest.raises(LLMCallFailedError, match="No credential") as failed:
            complete(live)
    assert failed.value.code == "not-configured"


def test_the_environment_configures_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with rehearsal(tmp_path) as options:
        for name, value in options.items():
            monkeypatch.setenv(f"SMOKE_TUI_{name.upper()}", value)
        assert "morning" in complete(LiveLLMProvider(max_calls=1)).text


def test_real_hosts_are_live_and_refused_under_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LiveLLMProvider(max_calls=1, state_dir=str(tmp_path)).live
    monkeypatch.setenv("CI", "true")
    with pytest.raises(LLMCallFailedError) as refused:
        LiveLLMProvider(max_calls=1, state_dir=str(tmp_path))
    assert refused.value.code == "ci-refused"
    with rehearsal(tmp_path) as options:
        rehearsed = LiveLLMProvider(max_calls=1, **options)
        assert not rehearsed.live
        assert complete(rehearsed).usage.live is False


@pytest.mark.parametrize(
    ("count", "options", "problem"),
    [
        (0, {}, "max_calls 0: give 1 or more"),
        (1, {"codex_ulr": "x"}, "codex_ulr is no option; did you mean codex_url?"),
        (1, {"codex_url": "http://example.com"}, "only loopback may be plain http"),
    ],
)
def test_what_makes_no_sense_is_refused(count: int, options: dict[str, str], problem: str) -> None:
    with pytest.raises(UsageError, match=problem.replace("?", r"\?")):
        LiveLLMProvider(max_calls=count, **options)


# --- what is sent ---------------------------------------------------------------------------


class Backend:
    """A backend that answers every call with one stream, and keeps what it was sent."""

    def __init__(self, answer: bytes, until: threading.Event | None = None) -> None:
        self.bodies: list[dict[str, Any]] = []
        self._answer = answer
        self._until = until

    async def handle(self, request: ServerRequest) -> ServerResponse:
        if request.path.endswith("/models"):
            return ok(json.dumps({"models": [{"slug": MODEL}]}).encode())
        if request.method != "POST":
            return ok(b"{}", status=405)
        self.bodies.append(json.loads(request.body))
        if self._until is not None:
            await asyncio.to_thread(self._until.wait, 20)
        return ok(self._answer, ("content-type", "text/event-stream"), *HEADERS)


def options_for(folder: Path, server: ThreadedServer) -> dict[str, str]:
    with Rehearsal.start("happy") as world:
        bundle = world.bundle()
    instructions = folder / "instructions.txt"
    instructions.write_text("You are a test.")
    return {
        "bundle": bundle_file(folder, bundle),
        "codex_url": f"{server.base}/backend-api/codex",
        "issuer": server.base,
        "instructions": str(instructions),
        "model": MODEL,
        "state_dir": str(folder / "state"),
    }


def test_the_prompt_is_sent_as_it_is_and_the_systems_text_before_it(tmp_path: Path) -> None:
    backend = Backend(streamed("Good ", "morning."))
    with ThreadedServer(backend.handle) as server:
        live = LiveLLMProvider(max_calls=2, **options_for(tmp_path, server))
        assert complete(live, "Greet me.").text == "Good morning."
        complete(live, "Greet me.", instructions="Be brief.")
    plain, with_system = backend.bodies
    texts = [
        [(item["role"], item["content"][0]["text"]) for item in body["input"]]
        for body in (plain, with_system)
    ]
    assert texts == [
        [("user", "Greet me.")],
        [("developer", "Be brief."), ("user", "Greet me.")],
    ]
    assert plain["instructions"] == with_system["instructions"] == "You are a test."
    assert plain["prompt_cache_key"] != with_system["prompt_cache_key"]


def test_a_tool_call_is_an_answer(tmp_path: Path) -> None:
    backend = Backend(calling("refund", '{"amount": 12}'))
    with ThreadedServer(backend.handle) as server:
        answer = complete(LiveLLMProvider(max_calls=1, **options_for(tmp_path, server)))
    assert [(call.name, call.arguments) for call in answer.tool_calls] == [
        ("refund", {"amount": 12})
    ]


def test_who_is_cancelled_hears_nothing_more_and_the_next_call_works(tmp_path: Path) -> None:
    answer_now = threading.Event()
    backend = Backend(streamed("Good ", "morning."), answer_now)
    pieces: list[str] = []

    async def main(live: LiveLLMProvider) -> str:
        first = live.complete("one", purpose="a", content_class="B", on_text=pieces.append)
        task = asyncio.ensure_future(first)
        await until(lambda: bool(backend.bodies))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        answer_now.set()
        return (await live.complete("two", purpose="a", content_class="B")).text

    with ThreadedServer(backend.handle) as server:
        live = LiveLLMProvider(max_calls=2, **options_for(tmp_path, server))
        assert asyncio.run(main(live)) == "Good morning."
    assert pieces == []
    assert [call.prompt for call in live.calls] == ["one", "two"]
