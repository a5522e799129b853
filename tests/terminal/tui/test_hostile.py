"""Nothing foreign steers the terminal: the same control sequences are written with and without."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from smoke_tui.journal.file import read_journal
from smoke_tui.journal.folders import JOURNAL
from tests.helpers.events import change_event, data_of
from tests.helpers.pty_terminal import Terminal
from tests.helpers.tui_records import keep

EVIL = (
    "\x1b]52;c;ZXZpbA==\x07\x1b]0;owned\x07\x1b]8;;http://evil.example\x07\x1b[2J\x1b[31m"
    "\x1b[?1049l\x1bPq\x1b\\\x1bc\u009b31m\u009d0;c1\u009c\u202e\r\x08"
)
MARKUP = "[b]loud[/b] [@click=app.exit()]go[/] [/no]"
CONTROL = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\"
    rb"|\x1b[ -~]|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]"
)
RUNBOOK = """---
schema: smoke/1
id: foreign
title: A {text} title
---

# A {text} title

## 1. Print {text} things

Prose {text} of the step.

```bash run
sh print.sh "{text}"
```

```toml step
id      = "print-things"
kind    = "run"
effects = "local"
guards  = [{{ file = "print.sh", why = "needs {text} a file" }}]
timeout = "1m"
```

## 2. Ask a server

It answers with an error.

```toml step
id   = "ask-server"
kind = "check"
url  = "http://127.0.0.1:{port}/"
```

## 3. Say what you saw

Look.

```toml step
id   = "look"
kind = "manual"
ask  = "Did {text} it work?"
```
"""
# The program of the runbook runs here and not in the rehearsal's folder.
CODE = (
    "import sys\nimport smoke_tui.session.prepare as o\nfrom smoke_tui.structs import replace\n"
    "old = o.rehearsed\no.rehearsed = lambda c, w, b: replace(old(c, w, b), project=c.project)\n"
    "from smoke_tui.__main__ import main\nsys.exit(main(sys.argv[1:]))\n"
)


@contextmanager
def server(says: str) -> Iterator[int]:
    """Answers everything with an error that says this, in its body and in a header."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"error": {"message": says}}).encode()
            self.send_response(500)
            self.send_header("x-request-id", MARKUP)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    try:
        yield httpd.server_port
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def rename_session(state: Path, name: str) -> None:
    """A session whose folder and runbook are called so."""
    folder = keep(state, "20261121T210000Z-aaaa")
    first = read_journal(folder).events[0]
    data = {**data_of(first), "runbook": {**data_of(first)["runbook"], "id": name}}
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    lines[0] = change_event(first, data=data).line()
    (folder / JOURNAL).write_bytes(b"".join(lines))
    shutil.move(folder, folder.with_name(f"20261121T210000Z-{name}"))


def walk(home: Path, evil: str) -> bytes:
    """Walk with this text in every place where something foreign stands; all that was written."""
    home.mkdir()
    state, books = home / "state", home / "runbooks"
    books.mkdir()
    (home / "print.sh").write_text(f"cat <<'END'\n{evil}{MARKUP} end\nEND\n", encoding="utf-8")
    name = evil.replace("/", "").replace("\x00", "")
    rename_session(state, f"{name}[b]loud[b]")
    (state / "sessions" / f"zz{name}[bold]").mkdir()
    (books / f"bad{name}[nope].md").write_text(f"no {evil} runbook", encoding="utf-8")
    with server(f"{evil}{MARKUP} end") as port:
        (books / "foreign.md").write_text(RUNBOOK.format(text=MARKUP, port=port), encoding="utf-8")
        with Terminal(
            ["--state-dir", str(state), "--project", str(home)],
            home=home,
            code=CODE,
            rows=40,
            columns=120,
        ) as terminal:
            terminal.wait_for("does not parse")
            terminal.wait_for(f"A {MARKUP} title")
            terminal.wait_for("[b]loud[b]")
            terminal.press("m")
            at = terminal.wait_for("sessions are kept in")
            terminal.press("b")
            terminal.wait_for("Runbooks", after=at)
            # After the main one and the one that does not parse.
            at = terminal.press("jjr")
            at = terminal.wait_for("run all that follows", after=at)
            terminal.press("n")
            at = terminal.wait_for("never write a secret", after=at)
            terminal.press(f"\x1b[200~{evil.replace(chr(27), '')}{MARKUP}\x1b[201~ noted")
            # The field itself is looked at, before what was pasted is handed over.
            at = terminal.wait_for(" noted", after=at)
            terminal.press("\r")
            terminal.wait_for("note: ", after=at)
            terminal.press("\r")
            at = terminal.wait_for("Ask a server?", after=at)
            terminal.wait_for(f"{MARKUP} end")
            terminal.press("\r")
            at = terminal.wait_for("Say what you saw?", after=at)
            terminal.press("e")
            terminal.wait_for("noted")
            terminal.press("w")
            at = terminal.wait_for("not done?", after=at)
            terminal.press(f"{MARKUP}\r")
            terminal.wait_for("has been walked", after=at)
            at = terminal.press("\r")
            at = terminal.wait_for("no secret found", after=at)
            terminal.press("e")
            terminal.wait_for("Leap", after=at)
            terminal.press("llll]]v")
            terminal.wait_for("0 differences", after=at)
            terminal.press("q")
            assert terminal.end() == 4
            return terminal.output


def shapes(written: bytes) -> set[bytes]:
    """The kinds of control sequences: figures left out, a title's and a colour's content too."""
    found = set()
    for sequence in CONTROL.findall(written):
        kept = re.sub(rb"\d+(?:[;:]\d+)*", b"#", sequence)
        found.add(b"\x1b]2;" if sequence.startswith(b"\x1b]2;") else kept)
    return found


def test_the_same_sequences_with_and_without(tmp_path: Path) -> None:
    evil, plain = walk(tmp_path / "evil", EVIL), walk(tmp_path / "plain", "")
    assert shapes(EVIL.encode()) - shapes(plain)
    assert shapes(evil) - shapes(plain) == set()
    assert b"ZXZpbA" not in b"".join(CONTROL.findall(evil))
    for title in re.findall(rb"\x1b\]2;([^\x07]*)\x07", evil):
        assert re.fullmatch(rb"smoke-tui [a-z: -]+", title), title
    # Markup stands there as it was written, and is drawn as nothing else.
    assert b"[b]loud[/b]" in CONTROL.sub(b"", evil)
