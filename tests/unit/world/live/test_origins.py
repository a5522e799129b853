"""Which hosts may be configured, what an origin is, and when a proxy is used."""

from __future__ import annotations

import pytest

from smoke_tui.config.session_config import SessionConfig, origin_of, refuse_host
from smoke_tui.world.live.network import proxy_for
from smoke_tui.world.requests.http import HttpRequest
from tests.helpers.loopback_servers import Origins, exchange, ok, soon


def test_loopback_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "inner.test")
    monkeypatch.setenv("no_proxy", "inner.test")
    for host in ("127.0.0.1:8080", "localhost", "[::1]:3"):
        assert proxy_for(f"http://{host}/") is None
    assert proxy_for("https://chatgpt.com/x") == "http://127.0.0.1:9"
    assert proxy_for("https://inner.test/x") is None

    async def main() -> None:
        async with Origins(lambda request: ok()) as server:
            data, _, _ = await exchange(HttpRequest("GET", server.url()))
            assert data["status"] == 200

    soon(main())


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://auth.openai.com", True),
        ("https://chatgpt.com/backend-api/codex", True),
        ("http://127.0.0.1:1", True),
        ("http://localhost:1/x", True),
        ("http://[::1]:1", True),
        ("https://allowed.test/x", True),
        ("http://auth.openai.com", False),
        ("https://evil.test", False),
        ("https://chatgpt.com.evil.test", False),
        ("https://chatgpt.com@evil.test", False),
        ("https://evil.test@chatgpt.com", False),
        ("https://chatgpt.com:444@evil.test/", False),
        ("ftp://127.0.0.1", False),
        ("https://сhatgpt.com", False),
        ("", False),
        ("https://", False),
        ("chatgpt.com", False),
        ("http://127.0.0.1.evil.test", False),
        ("http://[::1", False),
        ("https://chatgpt.com:x", False),
    ],
)
def test_only_known_hosts_and_loopback_may_be_configured(url: str, fine: bool) -> None:
    assert (refuse_host(url, ("allowed.test",)) is None) is fine


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of("https://chatgpt.com/x") == ("https", "chatgpt.com", 443)
    assert origin_of("HTTP://LocalHost:80/") == ("http", "localhost", 80)
    assert SessionConfig().allowed_origins() == {
        ("https", "auth.openai.com", 443),
        ("https", "chatgpt.com", 443),
        ("https", "api.openai.com", 443),
    }
    with pytest.raises(ValueError, match="address"):
        origin_of("http://x@127.0.0.1/")
