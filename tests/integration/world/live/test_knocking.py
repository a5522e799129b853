"""What is said of an address at which nothing listens: never the address itself."""

from __future__ import annotations

import asyncio
import socket

import pytest

from smoke_tui.world.live.tcp import refused

SECRET = "FAKE0aB3cD4eF5gH6"


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (f"{SECRET}.invalid", "its host is not known"),
        (SECRET * 6, "its address can't be read"),
        (f"{SECRET}..x", "its address can't be read"),
        (f"127.0.0.1\0{SECRET}", "its address can't be read"),
    ],
)
def test_no_reason_repeats_a_host(host: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str, *_args: object, **_more: object) -> None:
        name.encode("idna")
        if "\0" in name:
            raise ValueError(f"embedded null character in {name}")
        raise socket.gaierror(socket.EAI_NONAME, f"no such name: {name}")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert asyncio.run(refused(host, 1)) == said


def test_a_refusal_is_reported_by_its_number() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert asyncio.run(refused("127.0.0.1", taken.getsockname()[1])) == "Connection refused"
