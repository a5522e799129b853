"""The recorded form of each request to the world: keys, their order, and no secret."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from smoke_tui.journal.events.values import RecordedCase
from smoke_tui.redaction import Secret
from smoke_tui.world.live import world
from smoke_tui.world.requests.base import Request
from smoke_tui.world.requests.codex_cli import CaptureClient
from smoke_tui.world.requests.http import ConnectTcp, HttpRequest, Listen, WatchHealth
from smoke_tui.world.requests.ledger import ReadLedger
from smoke_tui.world.requests.machine import (
    Draw,
    DrawSecret,
    FindCommand,
    LookUpPrice,
    PathExists,
    ReadDocument,
    ReadSecretFile,
    ReadVariable,
    ReplaceBundle,
    Timer,
)
from smoke_tui.world.requests.operator import ClearOffer, OfferText, OpenPage, Question
from smoke_tui.world.requests.processes import Spawn, StopChild
from smoke_tui.world.requests.recordings import (
    ListCases,
    RecordingResult,
    ReplayRecording,
    recorded_call,
)
from smoke_tui.world.requests.texts import (
    KeepText,
    ReadCalibration,
    ReadChanges,
    ReadText,
    ReplaceCalibration,
    ReplaceText,
)
from smoke_tui.world.values import Joined, Sensitive

SECRET = Secret("FAKE-value-0123456789", kind="token", ref="s.1")
MARK = SECRET.placeholder
LEAF = Sensitive("a", ("a",), "token", nested={"b": (("b",), "account-id")})
CASE = RecordedCase(
    name="a", path="p/a.yaml", prompt="hi", prompt_sha256="0" * 64, tier="integration",
    marker="integration", substrate="replay",
)  # fmt: skip
NEW_DIGEST = "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437"

RECORDED: list[tuple[Request, str, dict[str, object]]] = [
    (
        HttpRequest("GET", "http://x/", (("a", Joined(("Bearer ", SECRET))),), json={"k": SECRET}),
        "http",
        {
            "method": "GET",
            "url": "http://x/",
            "headers": [["a", f"Bearer {MARK}"]],
            "body": {"json": {"k": MARK}},
        },
    ),
    (
        HttpRequest("POST", "http://x/", form=(("a", SECRET),)),
        "http",
        {"method": "POST", "url": "http://x/", "headers": [], "body": {"form": [["a", MARK]]}},
    ),
    (
        Listen((1455, 0), "/cb", SECRET, "https://i"),
        "listen",
        {"ports": [1455, 0], "path": "/cb", "state": MARK, "issuer": "https://i"},
    ),
    (ConnectTcp("h", 1), "tcp", {"host": "h", "port": 1}),
    (WatchHealth("h:1", 200, None), "health", {"of": "h:1", "status": 200}),
    (
        Spawn(("a", SECRET), "/", (("N", "v"),), hidden=True, sensitive=(LEAF,)),
        "process",
        {"argv": ["a", MARK], "cwd": "/", "env": [["N", "v"]], "hidden": True, "stays": False},
    ),
    (
        Spawn(("a",), "/", stays=True, detaches=True),
        "process",
        {
            "argv": ["a"],
            "cwd": "/",
            "env": [],
            "hidden": False,
            "stays": True,
            "detaches": True,
        },
    ),
    (StopChild(7), "process", {"op": "stop", "of": 7}),
    (Timer(0.5), "timer", {"seconds": 0.5}),
    (Draw("nonce", "nonce"), "draw", {"name": "nonce", "kind": None, "shape": "nonce"}),
    (DrawSecret("s", "k", "state"), "draw", {"name": "s", "kind": "k", "shape": "state"}),
    (OpenPage(Joined(("http://x/?s=", SECRET))), "browser", {"url": f"http://x/?s={MARK}"}),
    (OfferText({"a": SECRET}), "clipboard", {"text": {"a": MARK}}),
    (ClearOffer(), "clipboard", {"clear": True}),
    (
        Question("secret", "t", {"a": [SECRET]}, secret="token"),
        "operator",
        {"kind": "secret", "text": "t", "data": {"a": [MARK]}, "secret": "token"},
    ),
    (PathExists("p"), "file", {"op": "exists", "path": "p"}),
    (
        ReadSecretFile("p", "k", scrub=False),
        "file",
        {"op": "read", "path": "p", "kind": "k", "scrub": False},
    ),
    (ReadText("b/x.txt"), "file", {"op": "text", "path": "b/x.txt"}),
    (
        ReplaceText("b/x.txt", "0" * 64, "new"),
        "file",
        {"op": "replace", "path": "b/x.txt", "former": "0" * 64, "sha256": NEW_DIGEST},
    ),
    (KeepText("t.md", "new"), "file", {"op": "keep", "path": "t.md"}),
    (ReadCalibration(), "calibration", {"op": "text"}),
    (
        ReplaceCalibration(None, "new"),
        "calibration",
        {"op": "replace", "former": None, "sha256": NEW_DIGEST},
    ),
    (ReadChanges(), "changes", {}),
    (
        recorded_call(HttpRequest("GET", "http://x/"), CASE, "once", "m"),
        "http",
        {"method": "GET", "url": "http://x/", "headers": [], "body": None, "recording": "a"},
    ),
    (ListCases("p", ("a",)), "recording", {"op": "cases", "path": "p", "names": ["a"]}),
    (
        ReplayRecording("p/a.yaml", 0),
        "recording",
        {"op": "replay", "path": "p/a.yaml", "number": 0},
    ),
    (RecordingResult("p/a.yaml"), "recording", {"op": "result", "path": "p/a.yaml"}),
    (ReadDocument("given:bundle", (LEAF,)), "document", {"source": "given:bundle"}),
    (ReplaceBundle({"a": SECRET, "b": None}), "keep-bundle", {"fields": {"a": MARK, "b": None}}),
    (ReadVariable("N", "k", scrub=False), "env", {"name": "N", "kind": "k"}),
    (FindCommand("sh"), "env", {"command": "sh"}),
    (LookUpPrice("m", {"input_tokens": 1}), "price", {"model": "m", "input_tokens": 1}),
    (CaptureClient(None, "m", SECRET), "codex-cli", {"codex": None, "model": "m", "against": MARK}),
    (
        ReadLedger("now", "t", {"time": "at"}),
        "ledger",
        {"op": "now", "table": "t", "columns": {"time": "at"}, "match": None, "since": None},
    ),
    (
        ReadLedger("rows", "t", {}, SECRET, "T", "r"),
        "ledger",
        {"op": "rows", "table": "t", "columns": {}, "match": MARK, "since": "T", "response": "r"},
    ),
]


@pytest.mark.parametrize(("request_", "port", "shown"), RECORDED)
def test_a_request_is_recorded_without_its_secrets(
    request_: Request, port: str, shown: dict[str, object]
) -> None:
    assert request_.port_name == port
    # As text, so that the order of the keys counts as well.
    assert json.dumps(request_.shown()) == json.dumps(shown)


def names_below(base: type[Request] = Request) -> Iterator[str]:
    """The name of every class of requests that can be made."""
    for each in base.__subclasses__():
        if each.__module__.startswith("smoke_tui."):
            yield from [each.__name__] if hasattr(each, "port_name") else []
            yield from names_below(each)


def test_every_class_of_requests_is_above_and_known_to_the_live_world() -> None:
    names = set(names_below())
    assert {type(request).__name__ for request, _, _ in RECORDED} == names
    assert names <= set(vars(world))


def test_the_secrets_of_an_answer_have_kinds_by_their_names() -> None:
    assert ReadDocument("x", (LEAF,)).secret_kinds() == {"a": "token", "a.b": "account-id"}
    hidden = Spawn(("a",), "/", hidden=True, sensitive=(LEAF,))
    assert hidden.secret_kinds() == {"a": "token", "a.b": "account-id", "whole": "output"}
    assert Question("text", "t").secret_kinds() == {}
