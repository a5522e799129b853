"""What holds a placeholder of a hidden value is never run, sent, shown to a page or asked with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.journal.events.codec import encode
from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.live.processes.shell import LiveShell
from smoke_tui.world.requests.http import HttpRequest
from smoke_tui.world.requests.processes import Spawn
from smoke_tui.world.values import Joined, holds_placeholder
from tests.helpers.loopback_servers import Origins, exchange, ok, soon

MARK = "[REDACTED:password#1]"
SECRET = Secret("the-value-itself", kind="password", ref="s.1")


@pytest.mark.parametrize(
    "request_of",
    [
        lambda url: HttpRequest("GET", f"{url}?p={MARK}"),
        lambda url: HttpRequest("GET", url, headers=(("x-key", MARK),)),
        lambda url: HttpRequest("POST", url, json={"a": [{"b": f"x {MARK}"}]}),
        lambda url: HttpRequest("POST", url, json={MARK: 1}),
        lambda url: HttpRequest("POST", url, form=(("a", Joined(("x", MARK))),)),
        lambda url: HttpRequest("GET", url, headers=(("x-key", "[REDACTED:header]"),)),
    ],
    ids=["address", "header", "body", "key of a body", "form", "without a number"],
)
def test_no_request_with_one_is_sent(request_of: Any) -> None:
    async def work() -> None:
        async with Origins(lambda request: ok()) as origins:
            data, _, _ = await exchange(request_of(origins.url()))
            assert origins.seen == []
        assert data["error"] == "refused-host"
        assert "a placeholder of a hidden value" in data["error_text"]

    soon(work())


@pytest.mark.parametrize("where", ["argument", "variable", "folder"])
def test_no_command_with_one_is_run(tmp_path: Path, where: str) -> None:
    made = tmp_path / "made"
    argv = ("touch", str(made), MARK) if where == "argument" else ("touch", str(made))
    spec = Spawn(
        argv,
        f"{tmp_path}/{MARK}" if where == "folder" else str(tmp_path),
        env=(("P", MARK),) if where == "variable" else (),
    )
    posted: list[Any] = []

    async def work() -> None:
        shell = LiveShell(Vault())
        await shell.run(0, spec, {}, lambda answer: posted.append(encode(answer.body)))
        await shell.close()

    asyncio.run(work())
    (fact,) = posted
    assert fact["what"] == "missing"
    assert "a placeholder of a hidden value" in fact["problem"]
    assert not made.exists()


def test_a_secret_itself_is_no_placeholder() -> None:
    assert not holds_placeholder(SECRET)
    assert not holds_placeholder(Joined(("x", SECRET)))
    assert holds_placeholder(Joined(("x", SECRET, MARK)))
    assert not holds_placeholder({"a": ("REDACTED", 1, None)})
