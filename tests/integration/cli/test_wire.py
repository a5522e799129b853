"""`wire` shows the whole request of the real client: a subscriber's too, item by item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.codex.request_diff import compare, example_call, version_difference
from smoke_tui.codex.request_shapes import SHAPES
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.session.subscriber_client import UNSEEN, capture_subscribed
from smoke_tui.world.request_outline import items_of, outline
from tests.helpers.program import Program

real_codex = pytest.mark.real_codex


def wire(program: Program, codex: Path, *argv: str) -> Mapping[str, Any]:
    done = program("--codex", str(codex), "wire", "--json", *argv)
    found: Mapping[str, Any] = done.json()
    assert found["exit_code"] == done.code
    return found


@real_codex
def test_a_subscriber_s_request_is_shown_beside_the_other(
    program: Program, codex_cli: Callable[[str], Path]
) -> None:
    found = wire(program, codex_cli("0.171.0"))
    assert found["exit_code"] == 0, [d for d in found["differences"] if d["reason"] is None]
    subscriber = found["subscriber"]
    assert (subscriber["captured"], subscriber["why_not"], subscriber["not_shown"]) == (
        True,
        None,
        [],
    )
    names = {d["name"]: d for d in subscriber["differences"]}
    assert names["x-codex-routing-hint"]["theirs"].startswith("model=gpt-6.2-sol")
    assert names["content-encoding"]["theirs"] == "zstd"
    assert {
        "client_metadata.mcp_attribution",
        "client_metadata.guardian_credits_requested",
        "input[6].internal_chat_message_metadata_passthrough",
        "accept-encoding",
    } <= set(names)
    assert "version" not in {d["name"] for d in subscriber["differences"] if d["kind"] == "extra"}
    # Item by item: role, kinds and sizes, as the reference capture of 0.171 has them.
    items = found["input"]
    assert [(item["role"], item["type"]) for item in items][:2] == [
        ("developer", "additional_tools"),
        ("developer", "message"),
    ]
    assert (len(items), items[1]["kinds"], items[1]["chars"]) == (
        7,
        ["model.base_instructions"],
        [25933],
    )
    assert items[-1]["kinds"] == ["user.text"]


@real_codex
def test_a_client_whose_provider_can_not_be_moved_is_not_run_with_a_login(
    program: Program, codex_cli: Callable[[str], Path]
) -> None:
    found = wire(program, codex_cli("0.40.0"))
    assert found["subscriber"]["captured"] is False
    assert "0.40.0" in found["subscriber"]["why_not"]
    assert found["subscriber"]["not_shown"] == list(UNSEEN)
    told = program("--codex", str(codex_cli("0.40.0")), "wire")
    (line,) = [line for line in told.out.splitlines() if line.startswith("not shown")]
    for name in (
        "version",
        "x-codex-routing-hint",
        "zstd",
        "passthrough",
        "mcp_attribution",
        "guardian_credits_requested",
    ):
        assert name in line


@real_codex
def test_a_stale_version_of_ours_is_a_difference(
    program: Program, codex_cli: Callable[[str], Path]
) -> None:
    found = wire(program, codex_cli("0.171.0"), "--client-version", "0.150.0")
    stale = [d for d in found["differences"] if (d["name"], d["kind"]) == ("version", "changed")]
    assert [(d["ours"], d["theirs"], d["reason"]) for d in stale] == [("0.150.0", "0.171.0", None)]
    assert found["exit_code"] == 1


@pytest.mark.parametrize("version", ["unknown", "0.40.0", "0.80.0", "0.119.9-alpha.1"])
def test_an_old_client_is_never_started_with_a_login(version: str, tmp_path: Path) -> None:
    started = tmp_path / "started"
    program = tmp_path / "codex"
    program.write_text(f"#!/bin/sh\ntouch {started}\n")
    program.chmod(0o755)
    assert capture_subscribed(str(program), version, None).problem is not None
    assert not started.exists()


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("codex-cli 0.162.0-alpha.15", "0.162.0-alpha.15"),
        ("codex-cli 0.171.0", "0.171.0"),
        ("codex 1.2.3-rc.1+build", "1.2.3-rc.1"),
    ],
)
def test_a_pre_release_is_reported_as_it_is(
    program: Program, tmp_path: Path, printed: str, version: str
) -> None:
    codex = tmp_path / "codex"
    codex.write_text(f'#!/bin/sh\necho "{printed}"\n')
    codex.chmod(0o755)
    done = program("--codex", str(codex), "wire")
    assert done.code == 4
    assert f"{codex} {version} sent no request" in done.err


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        ("0.169.0", "0.171.0", "unexplained"),
        ("0.171.0", "0.171.0", "nothing"),
        ("0.172.0", "0.171.0", "explained"),
        ("0.162.0-alpha.15", "0.162.0", "unexplained"),
    ],
)
def test_only_a_version_that_is_behind_has_no_reason(ours: str, theirs: str, told: str) -> None:
    found = version_difference(ours, theirs)
    assert told == (
        "nothing" if found is None else "unexplained" if found.reason is None else "explained"
    )


def test_an_item_that_nobody_expects_has_no_size_of_a_text_and_is_reported() -> None:
    body = {
        "model": "m",
        "input": [
            {
                "type": "message",
                "role": "developer",
                "content": [{"type": "input_text", "text": "base"}],
            },
            {"type": "message", "role": "user", "content": [{"type": "input_image"}, "odd"]},
            "odd",
            {"type": "web_search_call", "role": 7},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]},
        ],
    }
    items = items_of(body)
    assert [(item["type"], item["chars"]) for item in items] == [
        ("message", [4]),
        ("message", [None]),
        ("web_search_call", []),
        ("message", [1]),
    ]
    found = compare(
        example_call(SHAPES["developer"], SessionConfig(), "m"),
        [],
        outline(body),
        "input[0]",
        items,
    )
    told = {d.name: (d.kind, d.theirs) for d in found if d.name.startswith("input")}
    assert set(told) == {"input[1]", "input[2]"}
