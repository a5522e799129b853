"""Children: started plainly, bounded, redacted, and gone when they have to be."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from loopback_servers import soon, until

from smoke_tui.secrecy import Secret, Vault
from smoke_tui.world.conversation import Job
from smoke_tui.world.live.shell import LiveShell, last_json_object
from smoke_tui.world.ports import Sensitive, SpawnSpec

TOKEN = "FAKE" + "tokenThatMustNotBeSeen0123456789"
SEQ = 5


class Child:
    """One child over the live port, and what was posted of it."""

    def __init__(self, *argv: Any, vault: Vault | None = None, cwd: str = "/", **spec: Any) -> None:
        self.spec = SpawnSpec(tuple(argv), cwd, **spec)
        self.shell = LiveShell(vault or Vault())
        self.facts: list[dict[str, Any]] = []
        self.secrets: dict[str, Secret] = {}

    def post(self, data: Mapping[str, Any], secrets: Mapping[str, Secret] | None = None) -> None:
        self.facts.append(dict(data))
        self.secrets |= secrets or {}

    def begin(self) -> asyncio.Task[None]:
        refs = {leaf.name: "s.1" for leaf in self.spec.sensitive} | {"whole": "s.1"}
        job = Job(SEQ, "process", "s", 1, self.spec, refs)
        return asyncio.create_task(self.shell.serve(job, self.post))

    async def stop(self) -> None:
        await self.shell.serve(Job(SEQ + 1, "process", "s", 1, ("stop", SEQ)), self.post)

    def words(self) -> list[str]:
        return [fact["what"] for fact in self.facts]

    def text(self, source: str = "out") -> str:
        return "".join(f["text"] for f in self.facts
                       if f["what"] == "output" and f["source"] == source)

    @property
    def code(self) -> Any:
        assert self.facts[-1]["what"] == "exited", self.facts
        return self.facts[-1]["code"]


def ran(*argv: Any, **more: Any) -> Child:
    child = Child(*argv, **more)

    async def main() -> None:
        await child.begin()

    soon(main())
    return child


def python(script: str, *args: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", script, *args)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def test_what_a_child_prints_and_how_it_ends() -> None:
    child = ran("/bin/sh", "-c", "echo out; echo err >&2; exit 3")
    assert child.words()[0] == "started"
    assert (child.text(), child.text("err"), child.code) == ("out\n", "err\n", 3)
    assert child.facts[0]["argv"] == ["/bin/sh", "-c", "echo out; echo err >&2; exit 3"]


@pytest.mark.parametrize(("script", "code"), [
    ("exit 0", 0), ("exit 255", 255), ("kill -9 $$", 137), ("kill -TERM $$", 143),
])
def test_exit_codes_are_those_of_the_command(script: str, code: int) -> None:
    assert ran("/bin/sh", "-c", script).code == code


def test_arguments_are_not_read_by_any_shell(tmp_path: Path) -> None:
    odd = ["a b", "$HOME", "; touch x", "*", "--", "-n", "é", "'\""]
    child = ran(*python("import sys, json; print(json.dumps(sys.argv[1:]))", *odd),
                cwd=str(tmp_path))
    assert json.loads(child.text()) == odd
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("argv", "word"), [
    (("no-such-command-here",), "not found on PATH"), (("./missing.sh",), "does not exist"),
    (("/etc/passwd",), "not executable"), (("./plain",), "not executable"),
])
def test_a_command_that_is_not_there_is_missing(
    argv: tuple[str, ...], word: str, tmp_path: Path
) -> None:
    (tmp_path / "plain").write_text("x")
    child = ran(*argv, cwd=str(tmp_path))
    assert child.words() == ["missing"]
    assert word in child.facts[0]["problem"]


def test_a_script_that_nothing_can_run_ends_like_one(tmp_path: Path) -> None:
    script = tmp_path / "broken"
    script.write_bytes(b"\x00\x01 no format")
    script.chmod(0o755)
    child = ran("./broken", cwd=str(tmp_path))
    assert child.words()[-1] in ("missing", "exited")
    assert child.facts[-1].get("code", 126) == 126


def test_a_folder_that_is_not_there_is_missing() -> None:
    child = ran("/bin/true", cwd="/no/such/folder")
    assert child.words() == ["missing"]


def test_a_child_gets_an_allow_list_and_what_was_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "SSLKEYLOGFILE", "TEXTUAL_DEBUG", "LD_PRELOAD_X", "CI",
                 "PYTHONSTARTUP", "SMOKE_TUI_BUNDLE", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "FAKE-leak")
    monkeypatch.setenv("LC_TIME", "C.UTF-8")
    child = ran("/usr/bin/env", env=(("DECLARED", "yes"), ("NO_COLOR", "0")),
                path_prepend="/prepended")
    seen = dict(line.partition("=")[::2] for line in child.text().splitlines())
    assert "FAKE-leak" not in child.text()
    assert (seen["DECLARED"], seen["NO_COLOR"], seen["TERM"]) == ("yes", "0", "dumb")
    assert seen["PATH"].startswith("/prepended:")
    assert seen["LC_TIME"] == "C.UTF-8"
    extra = {"DECLARED", "NO_COLOR", "TERM", "PYTHONUNBUFFERED", "PATH", "HOME", "LANG", "PWD",
             "SHLVL", "_", "LANGUAGE", "TZ", "TMPDIR", "USER", "LOGNAME", "SHELL", "DISPLAY",
             "WAYLAND_DISPLAY", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    assert {n for n in seen if not n.startswith(("LC_", "XDG_"))} <= extra


def test_a_child_has_no_input_and_no_descriptor_of_ours() -> None:
    script = ("import os, sys; print(repr(sys.stdin.read())); "
              "print(sorted(int(f) for f in os.listdir('/proc/self/fd'))[:-1])")
    child = ran(*python(script))
    assert child.text() == "''\n[0, 1, 2]\n"


@pytest.mark.parametrize("where", ["argv", "env"])
def test_a_secret_never_stands_in_arguments_or_environment(where: str) -> None:
    secret = Secret(TOKEN, kind="access-token", ref="s.1")
    child = (ran("/bin/echo", secret) if where == "argv"
             else ran("/bin/true", env=(("X", secret),)))
    assert child.words() == ["missing"]
    assert TOKEN not in repr(child.facts)


def test_private_text_that_is_no_secret_may_stand_in_the_environment() -> None:
    text = Secret("the base instructions", kind="instructions", ref="s.1", scrub=False)
    child = ran("/usr/bin/env", env=(("X", text),))
    assert "X=the base instructions" in child.text()


def test_a_token_cut_across_writes_is_redacted() -> None:
    vault = Vault()
    vault.add(Secret(TOKEN, kind="access-token", ref="s.1"))
    script = ("import sys, time\n"
              "for part in sys.argv[1:]:\n"
              "    sys.stdout.write(part); sys.stdout.flush(); time.sleep(0.15)\n")
    child = ran(*python(script, "before ", TOKEN[:13], TOKEN[13:25], TOKEN[25:] + " after\n"),
                vault=vault)
    assert child.text() == "before [REDACTED:access-token#s.1] after\n"
    for at in range(0, len(TOKEN) - 12, 4):
        assert TOKEN[at : at + 12] not in repr(child.facts[1:])


def test_output_is_cleaned_for_a_terminal() -> None:
    child = ran("/usr/bin/printf", r"a\033]0;title\007b\033[31mred\033[0m\377\xc3\xa9\n")
    text = child.text()
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "red" in text
    assert "\ufffd" in text
    assert "é" in text


def test_a_character_cut_across_writes_stays_whole() -> None:
    script = ("import os, time\n"
              "for b in 'é€'.encode(): os.write(1, bytes([b])); time.sleep(0.12)\n")
    assert ran(*python(script)).text() == "é€"


def test_a_flood_is_bounded_and_its_end_is_kept() -> None:
    script = ("import sys\n"
              "line = b'x' * 99 + b'\\n'\n"
              "for n in range(500): sys.stdout.buffer.write(line * 1000)\n"
              "print('the last words')\n")
    child = ran(*python(script))
    blocks = [fact for fact in child.facts if fact["what"] == "output"]
    kept = sum(len(fact["text"]) for fact in blocks)
    assert kept < 8 * 1024 * 1024
    assert max(len(fact["text"]) for fact in blocks) < 4 * 1024 * 1024
    assert len(blocks) < 500
    assert child.text().endswith("the last words\n")
    assert blocks[-1]["dropped"] > 40_000_000 - kept
    assert child.code == 0


HIDDEN = (Sensitive("access_token", ("access_token",), "access-token"),)


def hidden(script: str, *args: str, vault: Vault | None = None) -> Child:
    return ran(*python(script, *args), vault=vault or Vault(), hidden=True, sensitive=HIDDEN)


def test_a_hidden_child_shows_nothing_but_its_last_object() -> None:
    vault = Vault()
    document = json.dumps({"access_token": TOKEN, "plan": "plus"})
    child = hidden("import sys; print('noise', sys.argv[1][:40]); "
                   "print(sys.argv[1], file=sys.stderr); print(sys.argv[1])", document, vault=vault)
    assert child.words() == ["started", "parsed", "exited"]
    assert child.facts[1]["document"]["plan"] == "plus"
    assert child.secrets["access_token"].reveal() == TOKEN
    assert json.loads(child.secrets["whole"].reveal())["access_token"] == TOKEN
    # The arguments are the runbook's own, so only they may show it.
    assert TOKEN not in repr(child.facts[1:])
    assert TOKEN.encode() not in vault.redact(TOKEN.encode())


@pytest.mark.parametrize("script", ["print('no object')", "", "print('{broken')", "print('[1]')"])
def test_a_hidden_child_without_an_object_is_told_as_such(script: str) -> None:
    child = hidden(script)
    assert child.facts[1] == {"what": "parsed", "found": False, "document": None}
    assert child.secrets == {}


@pytest.mark.parametrize(("text", "found"), [
    ('{"a": 1}', '{"a": 1}'), ('x {"a": 1}\n{"b": {"c": "}"}}\n', '{"b": {"c": "}"}}'),
    ('{\n "a": {\n  "b": 1\n }\n}\n', '{\n "a": {\n  "b": 1\n }\n}'), ("none", None), ("}", None),
    ("{", None), ('{"a": 1} trailing', '{"a": 1}'), ('[{"a": 1}]', '{"a": 1}'),
    ('{"a": "{"}', '{"a": "{"}'), ("{" * 300 + "}" * 300, None),
])
def test_the_last_object_of_a_text(text: str, found: str | None) -> None:
    assert last_json_object(text) == found


def test_an_object_among_braces_is_found_in_bounded_time() -> None:
    for script in ("print('{' * 20000 + '}' * 20000)",
                   "print('{\"a\":' * 20000 + '1' + '}' * 20000)"):
        assert hidden(script).facts[1]["found"] is False


TREE = """
import os, signal, subprocess, sys, time
if "deaf" in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-S", "-c",
    "import os, signal, sys, time\\n"
    "if 'deaf' in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)\\n"
    "if 'away' in sys.argv: os.setsid()\\n"
    "print(os.getpid(), flush=True); time.sleep(600)", *sys.argv[1:]])
print(os.getpid(), flush=True)
if "leaves" in sys.argv: time.sleep(0.3); sys.exit(0)
time.sleep(600)
"""


@pytest.mark.parametrize("how", [(), ("away",), ("deaf",)])
def test_stopping_takes_the_whole_family_down(how: tuple[str, ...]) -> None:
    child = Child(*python(TREE, *how), stays=True)

    async def main() -> None:
        task = child.begin()
        await until(lambda: len(child.text().split()) == 2)
        pids = [int(word) for word in child.text().split()]
        assert all(alive(pid) for pid in pids)
        await child.stop()
        assert {"what": "stopped", "gone": True} in child.facts
        assert not any(alive(pid) for pid in pids)
        await task

    soon(main())


def test_a_family_that_outlives_its_parent_is_taken_down_too() -> None:
    child = ran(*python(TREE, "leaves", "away"))
    pids = [int(word) for word in child.text().split()]
    assert len(pids) == 2
    assert not any(alive(pid) for pid in pids)
    assert child.code == 0


def test_letting_go_of_a_child_ends_it_and_its_end_is_told() -> None:
    child = Child("/bin/sleep", "600", stays=True)

    async def main() -> None:
        task = child.begin()
        await until(lambda: child.shell.holds(SEQ))
        child.shell.end(SEQ)
        await task
        assert child.code == 143
        assert not child.shell.holds(SEQ)
        await child.stop()
        assert child.facts[-1] == {"what": "stopped", "gone": True}

    soon(main())


def test_closing_the_port_takes_every_child_down() -> None:
    child = Child(*python(TREE, "away"), stays=True)

    async def main() -> None:
        task = child.begin()
        await until(lambda: len(child.text().split()) == 2)
        await child.shell.close()
        await task
        assert not any(alive(int(word)) for word in child.text().split())

    soon(main())


PARENT = """
import asyncio, sys
from smoke_tui.secrecy import Vault
from smoke_tui.world.conversation import Job
from smoke_tui.world.live.shell import LiveShell
from smoke_tui.world.ports import SpawnSpec
def post(data, secrets=None):
    if data["what"] == "output": print(data["text"], end="", flush=True)
async def main():
    spec = SpawnSpec((sys.executable, "-S", "-c", *sys.argv[1:]), "/", stays=True)
    await LiveShell(Vault()).serve(Job(1, "process", "s", 1, spec), post)
asyncio.run(main())
"""


@pytest.mark.parametrize(("how", "number"), [
    ((), signal.SIGKILL), (("away",), signal.SIGKILL), (("deaf",), signal.SIGKILL),
    ((), signal.SIGTERM),
])
def test_a_parent_that_dies_leaves_no_child(how: tuple[str, ...], number: int) -> None:
    root = str(Path(__file__).parents[2])
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, TREE, *how], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert parent.stdout is not None
    pids = [int(parent.stdout.readline()) for _ in range(2)]
    assert all(alive(pid) for pid in pids)
    parent.send_signal(number)
    parent.wait(20)
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(alive(pid) for pid in pids)
