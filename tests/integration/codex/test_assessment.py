"""What a live call's answer is worth, over a loopback backend that really streams."""

from __future__ import annotations

import asyncio
import gzip
import resource
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.codex.assessment import Assessment, assess
from smoke_tui.codex.stream import StreamReader
from smoke_tui.config.runbook_files import packaged
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.httpd.messages import RawResponse, ServerRequest, ServerResponse
from smoke_tui.httpd.server import serve
from smoke_tui.proof.families import same_family
from smoke_tui.runbook import load
from smoke_tui.session.probe import probe
from smoke_tui.session.secret_options import NO_SECRET_OPTIONS
from smoke_tui.world.context import StepContext
from smoke_tui.world.live.browser_clipboard import FileClipboard, NoBrowser, OperatorIO
from smoke_tui.world.requests.http import Exchange, HttpLimits, HttpRequest
from tests.helpers.response_streams import (
    ANSWER,
    MODEL,
    NONCE,
    WHOLE,
    completed,
    created,
    delta,
    error,
    event,
    failed,
    incomplete,
    item,
)

QUOTA = (("x-codex-primary-used-percent", "1"), ("x-codex-primary-window-minutes", "300"))


def exchange_of(
    body: bytes, *headers: tuple[str, str], status: int | None = 200, error: str | None = None
) -> Exchange:
    return Exchange(status, headers or QUOTA, body, ((0, 1),), 5, error, "said", {}, None, 0)


def worth(body: bytes, *headers: tuple[str, str], **more: Any) -> Assessment:
    return assess(exchange_of(body, *headers, **more), model=MODEL, nonce=NONCE)


GOOD = created() + ANSWER


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (WHOLE, None),
        (GOOD + completed() + b"data: [DONE]\n\n", None),
        (GOOD + completed() + delta("late"), "stream-malformed"),
        (GOOD + completed() + event("codex.rate_limits", plan_type="plus"), None),
        (GOOD + b"data: {bad\n\n" + completed(), None),
        (GOOD + completed(model=f"{MODEL}-2026-10-01"), None),
        (GOOD + completed() + completed(), "stream-malformed"),
        (GOOD + completed() + failed(), "stream-malformed"),
        (GOOD + failed() + completed(), "stream-malformed"),
        (GOOD + completed() + incomplete(), "stream-malformed"),
        (GOOD + completed() + error(code="x"), "stream-malformed"),
        (GOOD + failed(), "response-failed"),
        (GOOD + failed() + failed(), "response-failed"),
        (GOOD + error(code="unknown_thing", message="m"), "response-failed"),
        (GOOD + error(), "response-failed"),
        (GOOD + event("response.failed"), "response-failed"),
        (GOOD + failed("server_is_overloaded"), "overloaded"),
        (GOOD + failed("slow_down"), "overloaded"),
        (GOOD + failed("insufficient_quota"), "quota-exhausted"),
        (GOOD + failed("usage_not_included"), "usage-not-included"),
        (GOOD + failed("rate_limit_exceeded", "Please try again in 3.233s"), "rate-limited"),
        (GOOD + failed("context_length_exceeded"), "context-length"),
        (GOOD + failed("cyber_policy"), "policy-refused"),
        (GOOD + error(code="rate_limit_exceeded"), "rate-limited"),
        (GOOD + error(error={"code": "usage_limit_reached"}), "usage-limit-reached"),
        (GOOD + incomplete(), "degraded-incomplete"),
        (GOOD + incomplete("content_filter"), "degraded-incomplete"),
        (GOOD, "stream-cut"),
        (created(), "stream-cut"),
        (GOOD + completed()[:-2], "stream-cut"),
        (b"data: {bad\n\n" * 3, "stream-malformed"),
        (b": ping\n\n", "stream-cut"),
        (GOOD + completed(None), "degraded-no-usage"),
        (GOOD + completed({"input_tokens": float("nan"), "output_tokens": 1}), "degraded-no-usage"),
        (GOOD + completed({"input_tokens": -1, "output_tokens": 1}), "degraded-no-usage"),
        (GOOD + completed({"input_tokens": "1", "output_tokens": 1}), "degraded-no-usage"),
        (GOOD + completed({"input_tokens": True, "output_tokens": 1}), "degraded-no-usage"),
        (created() + completed(), "degraded-empty"),
        (created() + item("") + completed(), "degraded-empty"),
        (created() + item(" \n ") + completed(), "degraded-empty"),
        (created() + item("no nonce here") + completed(), "degraded-empty"),
        (created() + item(NONCE[:-1]) + completed(), "degraded-empty"),
        (created("gpt-5.2") + ANSWER + completed(model="gpt-5.2"), "degraded-model"),
        (
            created("gpt-5-codex-mini") + ANSWER + completed(model="gpt-5-codex-mini"),
            "degraded-model",
        ),
        (created(None) + ANSWER + completed(model=None), "degraded-model"),
    ],
)
def test_the_rules_of_a_stream(body: bytes, code: str | None) -> None:
    found = worth(body)
    assert found.code == code, found.summary
    assert found.summary


def test_a_failed_response_says_how_long_to_wait() -> None:
    found = worth(GOOD + failed("rate_limit_exceeded", "Please try again in 3.233s"))
    assert found.failure is not None
    assert found.failure.delay == pytest.approx(3.233)


def test_the_marks_of_an_api_key_are_another_route() -> None:
    platform = (("openai-organization", "[REDACTED:header]"),)
    assert worth(WHOLE, *platform).code == "degraded-route"
    assert worth(WHOLE, *platform, *QUOTA).code == "degraded-route"
    assert worth(WHOLE, ("date", "x")).code is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("oversized", "stream-oversized"),
        ("stalled", "stream-stalled"),
        ("timeout", "timeout"),
        ("cut", "stream-cut"),
    ],
)
def test_how_a_stream_broke_off_decides_its_code(said: str, code: str) -> None:
    assert worth(GOOD, error=said).code == code
    assert worth(b"", error=said).code == code


def test_a_break_after_the_end_does_not_matter() -> None:
    for said in ("cut", "timeout", "stalled"):
        assert worth(WHOLE, error=said).code is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 200, "stream-cut"),
        (b"  \n", 200, "stream-cut"),
        (b"", 204, None),
        (b"x", 101, None),
        (b"<html><title>Hi</title>", 200, "stream-malformed"),
        (b"{}", 200, "stream-malformed"),
        (b'{"detail":"Instructions are not valid"}', 200, "instructions-drift"),
        (WHOLE, 201, None),
        (WHOLE, 400, "shape-rejected"),
        (WHOLE, 302, "redirect-refused"),
        (b'{"detail":"Unauthorized"}', 401, "unauthorized"),
    ],
)
def test_a_status_or_body_that_is_no_stream_never_passes(
    body: bytes, status: int, code: str | None
) -> None:
    found = worth(body, status=status)
    assert found.code is not None
    assert code is None or found.code == code


@pytest.mark.parametrize(
    ("served", "same"),
    [
        (MODEL, True),
        (f"{MODEL}-2026-10-01", True),
        (f"{MODEL}-2026-1-1", False),
        (f"{MODEL}-mini", False),
        ("gpt-5", False),
        ("", False),
        (None, False),
        (f"x{MODEL}", False),
        (f"{MODEL}-2026-10-01-x", False),
        (MODEL.upper(), False),
    ],
)
def test_a_dated_snapshot_is_the_same_family(served: str | None, same: bool) -> None:
    assert same_family(MODEL, served) is same
    assert not same_family("gpt.5", "gpt-5")


# --- a backend that really streams ----------------------------------------------------------

STEP = load(packaged() / "openai-subscription.md").runbook


@dataclass
class Got:
    """An exchange with the loopback backend, and what the watcher's reader said."""

    exchange: Exchange
    reader: StreamReader

    @property
    def code(self) -> str | None:
        return assess(self.exchange, model=MODEL, nonce=NONCE).code


HEAD = b"HTTP/1.1 200 OK\r\nx-codex-primary-used-percent: 1\r\n\r\n"


def streamed(
    tmp_path: Path,
    chunks: Callable[[], AsyncIterator[bytes]] | ServerResponse,
    reset: bool = False,
    **limits: Any,
) -> Got:
    """One call as the call step makes it: the reader watches the pieces."""

    async def answer(request: ServerRequest) -> RawResponse | ServerResponse:
        return chunks if isinstance(chunks, ServerResponse) else RawResponse(chunks(), reset)

    async def what(ctx: StepContext) -> Got:
        server = await serve(answer, [("127.0.0.1", 0)])
        reader = StreamReader()

        def watch(piece: bytes) -> bool:
            reader.feed(piece)
            return reader.reading.over

        try:
            url = f"http://127.0.0.1:{server.addresses[0][1]}/"
            request = HttpRequest("POST", url, json={}, limits=HttpLimits(**limits))
            return Got(await ctx.perform(request, watch), reader)
        finally:
            await server.close()

    assert STEP is not None
    hands = OperatorIO(NoBrowser(), FileClipboard(tmp_path))
    step = STEP.steps[1]
    return probe(SessionConfig(), NO_SECRET_OPTIONS, hands, lambda context: what(context(step)))


def in_pieces(
    content: bytes, size: int, *, then: str = "end"
) -> Callable[[], AsyncIterator[bytes]]:
    async def chunks() -> AsyncIterator[bytes]:
        yield HEAD
        for at in range(0, len(content), size):
            yield content[at : at + size]
            await asyncio.sleep(0)
        if then == "hang":
            await asyncio.sleep(3600)

    return chunks


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_whole_stream_passes_however_it_is_cut(tmp_path: Path, size: int) -> None:
    got = streamed(tmp_path, in_pieces(WHOLE, size))
    assert got.code is None
    assert got.exchange.body == WHOLE
    assert got.reader.reading.text == f"Here it is: {NONCE}"


def test_a_stream_that_stays_open_after_its_end_is_not_waited_for(tmp_path: Path) -> None:
    assert streamed(tmp_path, in_pieces(WHOLE, 500, then="hang"), linger=0.1, idle=60).code is None


@pytest.mark.parametrize("late", [failed(), completed(), error(code="x"), delta("late")])
def test_what_contradicts_the_end_is_read_also_where_it_comes_late(
    tmp_path: Path, late: bytes
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield HEAD + WHOLE
        await asyncio.sleep(0.7)
        yield late

    assert streamed(tmp_path, chunks).code == "stream-malformed"


def test_a_stream_that_stays_open_says_so(tmp_path: Path) -> None:
    got = streamed(tmp_path, in_pieces(WHOLE, 500, then="hang"), linger=0.1)
    assert (got.exchange.error, got.exchange.error_text) == (
        None,
        "the connection stayed open for 0.1 s",
    )


@pytest.mark.parametrize("cut", [len(created()), len(GOOD), len(WHOLE) - 3])
def test_a_cut_stream_is_cut_wherever_it_is(tmp_path: Path, cut: int) -> None:
    assert streamed(tmp_path, in_pieces(WHOLE[:cut], 50)).code == "stream-cut"
    assert streamed(tmp_path, in_pieces(WHOLE[:cut], 50), reset=True).code == "stream-cut"


def test_a_stalled_stream(tmp_path: Path) -> None:
    got = streamed(tmp_path, in_pieces(GOOD, 50, then="hang"), idle=1.5)
    assert got.code == "stream-stalled"
    assert got.exchange.body == GOOD


def test_a_stream_that_never_ends_in_time(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield HEAD + created()
        while True:
            yield delta("x")
            await asyncio.sleep(0.01)

    assert streamed(tmp_path, chunks, total=0.4).code == "timeout"


@pytest.mark.parametrize("status", [200, 400, 403, 404, 500])
def test_a_compressed_answer_though_identity_was_asked(tmp_path: Path, status: int) -> None:
    body = gzip.compress(WHOLE)
    got = streamed(tmp_path, ServerResponse(status, (("content-encoding", "gzip"),), body))
    assert got.code == "stream-malformed"


def memory_of(work: Callable[[], Got]) -> tuple[Got, int]:
    """What is done, and by how many KiB the process's peak grew."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    got = work()
    return got, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


@pytest.mark.slow
def test_one_line_of_sixty_mebibytes_is_oversized_in_bounded_memory(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield HEAD + b"data: "
        for _ in range(960):
            yield b"x" * 65_536

    got, grown = memory_of(lambda: streamed(tmp_path, chunks))
    assert got.code == "stream-oversized"
    assert got.exchange.error == "oversized"
    assert grown < 64 * 1024


@pytest.mark.slow
def test_a_hundred_thousand_tiny_events_are_read(tmp_path: Path) -> None:
    tiny = b'data: {"type":"x"}\n\n' * 100_000
    got, grown = memory_of(lambda: streamed(tmp_path, in_pieces(GOOD + tiny + completed(), 60_000)))
    assert got.code is None
    assert got.reader.reading.events == 100_003
    assert grown < 64 * 1024


def test_a_secret_that_the_provider_repeats_is_not_kept(tmp_path: Path) -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJGQUtFIn0.FAKEsignatureFAKEsignature"
    got = streamed(tmp_path, in_pieces(created() + item(token) + completed(), 9))
    assert token.encode() not in got.exchange.body
    assert got.code == "degraded-empty"
