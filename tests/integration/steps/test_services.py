"""Services: adopted, watched, restarted; and commands that are agreed to first."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.history.leftovers import agreed_before
from smoke_tui.journal.events.event import Event
from smoke_tui.outcomes import Verdict
from smoke_tui.session.session import Session
from tests.helpers.events import data_of
from tests.helpers.processes import free_port
from tests.helpers.service_sessions import agree, book, look, run, service, somebody_elses

SERVE = f"{sys.executable} -u -m http.server --bind 127.0.0.1"
MOODY = """
import http.server, pathlib, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if pathlib.Path("ill").exists() else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def http(port: int) -> str:
    return f'{{ http = "http://127.0.0.1:{port}/", timeout = "2m" }}'


def silent_when(*kinds: str) -> Any:
    """Answers everything but these."""

    def reply(kind: str, data: Mapping[str, Any]) -> Answer | None:
        return None if kind in kinds else agree(kind, data)

    return reply


def refusing(refused: str) -> Any:
    def reply(kind: str, data: Mapping[str, Any]) -> Answer | None:
        return Answer(Verb.NO, words="not now") if kind == refused else agree(kind, data)

    return reply


def test_a_service_stays_for_the_session_and_is_gone_after_it(tmp_path: Path) -> None:
    port = free_port()
    done = run(
        book(
            (f"{SERVE} {port}", service("boot", http(port))), ("", look("see", 'needs = ["boot"]'))
        ),
        tmp_path,
    )
    assert done.verdict is Verdict.PASS
    assert done.findings() == []
    stops = [e for e in done.events if e.kind == "process" and data_of(e)["what"] == "stopped"]
    assert [data_of(e)["gone"] for e in stops] == [True]


def test_a_service_that_runs_already_is_used_only_if_the_operator_says_so(tmp_path: Path) -> None:
    with somebody_elses() as server:
        runbook = book(("false", service("boot", http(server.server_address[1]))))
        done = run(runbook, tmp_path)
        assert done.outcome("boot") == ("pass", None)
        assert done.findings() == ["adopted"]
        assert done.operator.kinds() == ["service"]
        refused = run(runbook, tmp_path, refusing("service"))
        assert refused.outcome("boot") == ("blocked", "not-ready")


def test_an_adopted_service_that_stops_answering_is_lost(tmp_path: Path) -> None:
    with somebody_elses() as server:

        def end() -> None:
            server.shutdown()
            server.server_close()

        def see(session: Session, event: Event) -> None:
            if event.kind == "try.started" and event.step == "see":
                threading.Thread(target=end).start()

        runbook = book(
            ("false", service("boot", http(server.server_address[1]))),
            ("", look("see", 'needs = ["boot"]')),
        )
        done = run(runbook, tmp_path, silent_when("manual"), on_event=see)
    assert done.outcome("see") == ("blocked", "service-died")
    assert [data_of(e)["up"] for e in done.events if e.kind == "health"] == [False]


def test_a_service_of_ours_that_stops_answering_is_ailing_and_not_lost(tmp_path: Path) -> None:
    """It runs still: its steps decide for themselves; when it answers again, that is said."""
    port, ill = free_port(), tmp_path / "ill"
    (tmp_path / "moody.py").write_text(MOODY)
    asked: list[int] = []

    def see(session: Session, event: Event) -> None:
        if event.kind == "request" and data_of(event).get("kind") == "manual":
            asked.append(event.seq)
            ill.touch()
        elif event.kind == "health" and not data_of(event)["up"]:
            ill.unlink()
        elif event.kind == "health":
            assert session.answer(asked[0], Answer(Verb.PASS)) is None

    done = run(
        book(
            (f"{sys.executable} -u moody.py {port}", service("boot", http(port))),
            ("", look("see", 'needs = ["boot"]')),
        ),
        tmp_path,
        silent_when("manual"),
        on_event=see,
    )
    assert [
        (data_of(e)["up"], data_of(e)["problem"]) for e in done.events if e.kind == "health"
    ] == [
        (False, "status 503"),
        (True, None),
    ]
    assert done.outcome("see") == ("pass", None)
    assert done.state.resources["boot"].ailing is None


def again_once(step: str) -> Any:
    """Goes back to a step when every step has been walked, once."""
    left = [step]

    def reply(kind: str, data: Mapping[str, Any]) -> Answer | None:
        if kind == "finish" and left:
            return Answer(Verb.AGAIN, step=left.pop())
        return agree(kind, data)

    return reply


def test_a_restart_on_demand_takes_the_old_instance_down_first(tmp_path: Path) -> None:
    port = free_port()
    done = run(book((f"{SERVE} {port}", service("boot", http(port)))), tmp_path, again_once("boot"))
    assert done.verdict is Verdict.PASS
    pids = [
        data_of(e)["pid"]
        for e in done.events
        if e.kind == "process" and data_of(e)["what"] == "started"
    ]
    assert len(set(pids)) == 2
    assert done.operator.kinds() == [], "nothing had to be asked: the old one was proven gone"


def test_an_adopted_service_is_restarted_by_who_started_it(tmp_path: Path) -> None:
    with somebody_elses() as server:
        runbook = book(("false", service("boot", http(server.server_address[1]))))
        done = run(runbook, tmp_path, again_once("boot"))
        assert done.outcome("boot") == ("pass", None)
        asked = [data for kind, data in done.operator.asked if kind == "service"]
        assert [sorted(data.keys() & {"adopt", "restart"}) for data in asked] == [
            ["adopt"],
            ["restart"],
        ]


def test_commands_of_a_runbook_that_is_new_here_are_agreed_to_first(tmp_path: Path) -> None:
    step = 'id = "touch"\nkind = "run"\neffects = "local"'
    first = book(("touch here", step), ("touch there", step.replace('"touch"', '"again"')))
    refused = run(first, tmp_path, refusing("commands"), consent=False)
    assert refused.outcome("touch") == ("blocked", "operator-declined")
    assert not (tmp_path / "here").exists()
    assert not agreed_before(tmp_path / "state", first)

    done = run(first, tmp_path, consent=False)
    assert done.operator.kinds() == ["commands"], "once for all steps"
    shown = next(data for kind, data in done.operator.asked if kind == "commands")
    assert [c["argv"] for c in shown["commands"]] == ["touch here", "touch there"]
    assert (tmp_path / "there").exists()
    assert agreed_before(tmp_path / "state", first)
    assert run(first, tmp_path, consent=False, runbook_known=True).operator.kinds() == []
    changed = book(("touch elsewhere", step))
    assert not agreed_before(tmp_path / "state", changed)


def test_a_guard_that_is_a_command_has_to_end_well(tmp_path: Path) -> None:
    def guarded(command: str) -> Any:
        return book(
            (
                "touch done",
                'id = "do"\nkind = "run"\neffects = "local"\nguards = '
                f'[{{ command = "{command}", why = "It has to be so" }}]',
            )
        )

    assert run(guarded("test -d ."), tmp_path).outcome("do") == ("pass", None)
    for command in ("test -d nowhere", "no-such-command-at-all"):
        assert run(guarded(command), tmp_path).outcome("do") == ("blocked", "guard-unmet")
    declined = run(guarded("touch by-guard"), tmp_path, refusing("commands"), consent=False)
    assert declined.outcome("do") == ("blocked", "operator-declined")
    assert not (tmp_path / "by-guard").exists(), "nothing runs before it was agreed to"


DAEMON = """
import os, subprocess, sys
subprocess.Popen([sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", sys.argv[1]],
                 start_new_session=True)
print("started in the background", flush=True)
"""


def detaching(tmp_path: Path, port: int, stop: str = "true", code: str = "0") -> Any:
    (tmp_path / "up.py").write_text(DAEMON + f"sys.exit({code})")
    return book(
        (
            f"{sys.executable} up.py {port}",
            service("boot", http(port), "detaches = true", f'stop = "{stop}"'),
        ),
        ("", look("see", 'needs = ["boot"]')),
    )


def test_a_service_that_detaches_is_held_and_stopped_by_its_command(tmp_path: Path) -> None:
    port = free_port()
    done = run(detaching(tmp_path, port, "touch stopped"), tmp_path, again_once("boot"))
    assert done.verdict is Verdict.PASS
    assert done.findings() == []
    assert [
        data_of(e)["code"]
        for e in done.events
        if e.kind == "process" and data_of(e)["what"] == "detached"
    ] == [0, 0]
    assert (tmp_path / "stopped").exists()
    assert done.operator.kinds() == ["manual"], "the old instance was proven gone"


def test_a_start_script_that_fails_is_no_service(tmp_path: Path) -> None:
    (tmp_path / "up.py").write_text("import sys; print('no database'); sys.exit(3)")
    runbook = book(
        (
            f"{sys.executable} up.py",
            service("boot", http(free_port()), "detaches = true", 'stop = "true"'),
        )
    )
    done = run(runbook, tmp_path)
    assert done.outcome("boot") == ("blocked", "not-ready")
    assert "ended with 3" in done.state.steps["boot"].summary
    assert "no database" in done.state.steps["boot"].summary


def test_a_detached_service_that_dies_is_lost(tmp_path: Path) -> None:
    port = free_port()

    def see(session: Session, event: Event) -> None:
        if event.kind == "request" and data_of(event).get("kind") == "manual":
            held = next(
                e
                for e in session_events
                if e.kind == "process" and data_of(e)["what"] == "detached"
            )
            for pid, _ in data_of(held)["processes"]:
                os.kill(pid, signal.SIGKILL)
        session_events.append(event)

    session_events: list[Event] = []
    done = run(detaching(tmp_path, port), tmp_path, silent_when("manual"), on_event=see)
    assert done.outcome("see") == ("blocked", "service-died")


def test_a_line_that_comes_in_pieces_is_seen(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "import sys, time\n"
        "for piece in ('it is re', 'ady n', 'ow\\n'):\n"
        "    sys.stdout.write(piece); sys.stdout.flush(); time.sleep(0.3)\n"
        "time.sleep(60)\n"
    )
    runbook = book(
        (
            f"{sys.executable} slow.py",
            service("boot", '{ line = "it is ready now", timeout = "5m" }'),
        )
    )
    done = run(runbook, tmp_path)
    assert done.outcome("boot") == ("pass", None)
    said = [
        data_of(e)["text"]
        for e in done.events
        if e.kind == "process" and data_of(e)["what"] == "output"
    ]
    assert "it is ready now" not in said, "it did come in pieces"
