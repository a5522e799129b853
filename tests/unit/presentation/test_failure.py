"""What a failed step is told of: what was expected and seen, and the lines that were printed."""

from __future__ import annotations

from typing import Any

import pytest

from smoke_tui.presentation.failure import explain, failure
from smoke_tui.presentation.live.narrate import event_line
from smoke_tui.presentation.live.snapshot import Snapshot
from smoke_tui.presentation.report.check_result import step_object
from smoke_tui.presentation.report.html import page
from smoke_tui.presentation.report.json_report import standalone
from smoke_tui.presentation.report.junit import junit
from smoke_tui.presentation.report.markdown import markdown
from smoke_tui.runbook import Runbook, parse
from tests.helpers.event_log import EventLog, shipped
from tests.helpers.report_states import answered, saying

TEXT = """\
---
schema: smoke/1
id: own
title: Own
---

# Own

## 1. Serve

```bash run
serve --all
```

```toml step
id = "serve"
kind = "service"
ready = { line = "up" }
```

## 2. Send

```bash run
send one
```

```toml step
id = "send"
kind = "run"
proof = true
needs = ["serve"]
effects = "local"

[[expect]]
exit = 0

[[expect]]
json = "state"
equals = "sent"

[[expect]]
body_contains = ["202"]
```
"""


def own() -> Runbook:
    parsed = parse(TEXT, "own.md")
    assert parsed.runbook is not None, parsed
    return parsed.runbook


BOOK = own()


def line_of(text: str) -> int:
    """The last line of the runbook that is this text."""
    lines = TEXT.split("\n")
    return len(lines) - lines[::-1].index(text)


def printed(log: EventLog, step: str, text: str, source: str = "out") -> None:
    data = {"what": "output", "source": source, "text": text, "dropped": 0}
    log.add("process", data, step, 1)


def exited(log: EventLog, step: str, code: int) -> None:
    log.add("process", {"what": "exited", "code": code}, step, 1)


def facts_of(log: EventLog, step: str = "send") -> list[tuple[str, str]]:
    explained = explain(BOOK, log.state(), BOOK.step(step))
    assert explained is not None
    return explained.facts


def unmet(*rows: tuple[str, str]) -> EventLog:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "send", 1)
    log.add("evidence", {"name": "expectations", "value": [list(row) for row in rows]}, "send", 1)
    return log.finished("send", "fail", "expectation-unmet", "Expected …")


def test_unmet_expectations_are_named_with_their_lines() -> None:
    log = unmet(('json state to equal "sent"', '"lost"'), ('body to contain "202"', '"404"'))
    json_line, body_line = line_of('json = "state"') - 1, line_of('body_contains = ["202"]') - 1
    assert facts_of(log)[:4] == [
        ("Expected", f'json state to equal "sent" (runbook line {json_line})'),
        ("Seen", '"lost"'),
        ("Expected", f'body to contain "202" (runbook line {body_line})'),
        ("Seen", '"404"'),
    ]


def dead_service() -> EventLog:
    """A step during which the service that it needs died."""
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None, "kind": "service"}, "serve", 1)
    printed(log, "serve", "".join(f"line {n}\n" for n in range(40)))
    provided = {"name": "serve", "kind": "service", "argv": "serve --all", "variables": []}
    log.add("provided", {**provided, "stop_argv": None, "cwd": "."}, "serve", 1)
    log.finished("serve", "pass")
    log.add("try.started", {"cause": "walk", "caller": None, "kind": "run"}, "send", 1)
    printed(log, "serve", "fatal: the disk is full\n", "err")
    exited(log, "serve", 3)
    log.add("resource.lost", {"name": "serve"}, "serve")
    return log.finished("send", "blocked", "service-died", "A service died.").closed("blocked")


def test_a_dead_service_shows_its_last_lines_in_every_format() -> None:
    state = dead_service().state()
    explained = explain(BOOK, state, BOOK.step("send"))
    assert explained is not None
    fence = line_of('id = "serve"') - 1
    wanted = f"serve to run until this step ends (runbook line {fence})"
    assert ("Expected", wanted) in explained.facts
    assert ("Seen", "it ended with 3") in explained.facts
    assert explained.printed is not None
    assert explained.printed.lines[-1] == "fatal: the disk is full"
    assert "line 39" in explained.printed.lines
    assert "line 3" not in explained.printed.lines
    checked: dict[str, Any] = step_object(BOOK, state, BOOK.step("send"))
    assert checked["output"]["lines"][-1] == "fatal: the disk is full"
    read = saying("x")
    for text in (
        markdown(BOOK, state, read),
        page(BOOK, state, read),
        standalone(BOOK, state, read),
        junit(BOOK, state),
    ):
        assert "fatal: the disk is full" in text


def test_a_command_that_failed_names_its_line_its_exit_and_its_last_lines() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None, "kind": "run"}, "send", 1)
    printed(log, "send", "begun\n\nerror: no such key\n")
    exited(log, "send", 2)
    log.finished("send", "fail", "command-failed", "`send one` ended with 2.")
    explained = explain(BOOK, log.state(), BOOK.step("send"))
    assert explained is not None
    assert explained.facts[:2] == [
        ("Expected", f"`send one` to end with 0 (runbook line {line_of('send one')})"),
        ("Seen", "it ended with 2"),
    ]
    assert explained.printed is not None
    assert explained.printed.lines == ("begun", "error: no such key")


def test_facts_of_a_provider_are_not_shown_where_none_was_asked() -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None, "kind": "run"}, "send", 1)
    log.finished("send", "fail", "command-failed", "`send one` ended with 1.")
    shown = failure(Snapshot(BOOK, log.state(), 0), BOOK.step("send"))
    assert shown is not None
    assert "Support" not in dict(shown.facts)
    book = shipped()
    refused = EventLog()
    refused.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    answered(refused, "live-call", 400)
    refused.finished("live-call", "fail", "shape-rejected", "HTTP 400")
    shown = failure(Snapshot(book, refused.state(), 0), book.step("live-call"))
    assert shown is not None
    support = dict(shown.facts)["Support"]
    assert "request id x-request-id req-1 · status 400" in support
    assert "–" not in support


@pytest.mark.parametrize(
    ("method", "status", "style", "words"),
    [("GET", 405, "http", "reachable"), ("GET", 503, "http", ""), ("POST", 400, "bad", "")],
)
def test_an_answer_is_bad_only_where_a_call_was_refused(
    method: str, status: int, style: str, words: str
) -> None:
    log = EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    answered(log, "live-call", status, method=method)
    line = event_line(log.state(), log.events[-1])
    assert line is not None
    assert line.style == style
    assert words in line.text


def test_a_broken_connection_is_not_called_one_that_never_came_about() -> None:
    book, log = shipped(), EventLog()
    summary = "the connection was broken off while the answer was waited for"
    log.tried("live-call", "blocked", "network", summary)
    explained = explain(book, log.state(), book.step("live-call"))
    assert explained is not None
    assert explained.what == "The connection to the host failed, so that there is no answer."
    assert ("Seen", summary) in explained.facts


# --- passes ---------------------------------------------------------------------------------


def passed_proof() -> EventLog:
    log = EventLog()
    log.tried("serve", "pass")
    log.add("try.started", {"cause": "walk", "caller": None, "kind": "run"}, "send", 1)
    printed(log, "send", "sending\n202 Accepted id=evt_17\n")
    log.add("evidence", {"name": "command", "value": {"argv": "send one", "exit": 0}}, "send", 1)
    return log.finished("send", "pass", None, "The command ended with 0.").closed("pass")


def test_a_proof_that_is_a_command_shows_what_it_printed() -> None:
    state, read = passed_proof().state(), saying("x")
    head = markdown(BOOK, state, read).split("### Steps")[0]
    assert "Send: The command ended with 0. It printed `202 Accepted id=evt_17`." in head
    assert "| Command | `send one` ended with 0 |" in head
    assert "sending\n202 Accepted id=evt_17" in head
    assert "202 Accepted id=evt_17" in page(BOOK, state, read)
    assert "202 Accepted id=evt_17" in standalone(BOOK, state, read)


def test_a_call_shows_its_nonce_and_the_answer_that_holds_it() -> None:
    book, log = shipped(), EventLog()
    log.add("try.started", {"cause": "walk", "caller": None, "kind": "call"}, "live-call", 1)
    log.add("spend.reserved", {"calls": 1}, "live-call", 1)
    content = [{"type": "input_text", "text": "Hold this word: smoke-0123456789"}]
    sent = {"json": {"input": [{"content": content}]}}
    url = "https://chatgpt.com/backend-api/codex/responses"
    request = {"port": "http", "method": "POST", "url": url, "headers": [], "body": sent}
    asked = log.add("request", request, "live-call", 1)
    blobs = {"body": {"sha256": "b" * 64, "bytes": 3}}
    answer = {"status": 200, "headers": [], "ms": 900, "error": None, "error_text": ""}
    log.add("http", {**answer, "chunks": [], "blobs": blobs}, "live-call", 1, asked)
    observed = {
        "model": "m-1",
        "model_asked": "m-1",
        "route": "openai/subscription",
        "request_id": "x-request-id r-1",
        "headers": [["x-codex-plan-type", "plus"]],
    }
    end = {"code": None, "summary": "m-1 answered.", "error": False, "observed": observed}
    log.add("try.finished", end, "live-call", 1)
    state = log.decided("live-call", "pass", None, "m-1 answered.").closed("incomplete").state()
    text = "x" * 900 + " smoke-0123456789 " + "y" * 900
    report = markdown(book, state, saying(f'{{"output_text": "{text}"}}'))
    proof = report.split("### Proof")[1].split("###")[0]
    for row in (
        "| Model | `m-1` |",
        "| Asked | `chatgpt.com/backend-api/codex/responses` |",
        "| Route | `openai/subscription` |",
        "| Plan | `plus` |",
        "| Request id | `x-request-id r-1` |",
        "| Nonce | `smoke-0123456789` |",
        "smoke-0123456789 yyy",
        "”, which holds the nonce |",
    ):
        assert row in proof
    other = markdown(book, state, saying('{"output_text": "no such word"}'))
    assert "which holds the nonce" not in other


def test_the_operators_thinking_is_not_the_steps_time() -> None:
    book, log = shipped(), EventLog()
    log.add("try.started", {"cause": "walk", "caller": None}, "live-call", 1)
    asked = log.add("request", {"port": "operator", "kind": "spend", "data": {}}, "live-call", 1)
    for _ in range(20):
        log.add("noted", {"text": "thinking"})
    log.add("answered", {"answer": {"do": "yes", "by": "operator"}}, "live-call", 1, asked)
    state = log.finished("live-call", "pass").closed("incomplete").state()
    checked: dict[str, Any] = step_object(book, state, book.step("live-call"))
    assert (checked["seconds"], checked["waiting_seconds"]) == (2.0, 21.0)
    assert "| 2.0 s | 21.0 s |" in markdown(book, state)
