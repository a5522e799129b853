"""Children: started plainly, bounded, redacted, and gone when they have to be."""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path

import pytest

from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.live.processes.shell import last_json_object
from smoke_tui.world.requests.processes import Spawn
from smoke_tui.world.values import Sensitive
from tests.helpers.loopback_servers import soon
from tests.helpers.shell_children import SEQ, TOKEN, Child, children, descriptors, python, ran


def test_what_a_child_prints_and_how_it_ends() -> None:
    child = ran("/bin/sh", "-c", "echo out; echo err >&2; exit 3")
    assert child.words()[0] == "started"
    assert (child.text(), child.text("err"), child.code) == ("out\n", "err\n", 3)
    assert child.facts[0]["argv"] == ["/bin/sh", "-c", "echo out; echo err >&2; exit 3"]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("exit 0", 0),
        ("exit 255", 255),
        ("kill -9 $$", 137),
        ("kill -TERM $$", 143),
    ],
)
def test_exit_codes_are_those_of_the_command(script: str, code: int) -> None:
    assert ran("/bin/sh", "-c", script).code == code


def test_arguments_are_not_read_by_any_shell(tmp_path: Path) -> None:
    odd = ["a b", "$HOME", "; touch x", "*", "--", "-n", "é", "'\""]
    child = ran(
        *python("import sys, json; print(json.dumps(sys.argv[1:]))", *odd), cwd=str(tmp_path)
    )
    assert json.loads(child.text()) == odd
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (("no-such-command-here",), "not found on PATH"),
        (("./missing.sh",), "does not exist"),
        (("/etc/passwd",), "not executable"),
        (("./plain",), "not executable"),
        (("/etc",), "/etc is a folder"),
        (("./bytes",), "is no program"),
        (("./orphan",), "interpreter its first line names does not exist"),
        (("./looping",), "can't be started"),
        (("/bin/echo", "a\0b"), "null byte"),
        (("/bin/echo", "x" * 4_000_000), "Argument list too long"),
        (("",), "not found"),
    ],
)
def test_a_command_that_can_not_be_started_is_missing(
    argv: tuple[str, ...], word: str, tmp_path: Path
) -> None:
    for name, content in {
        "plain": b"x",
        "bytes": b"\x00\x01 no format",
        "orphan": b"#!/no/such/interpreter\n",
        "looping": f"#!{tmp_path}/looping\n".encode(),
    }.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o644 if name == "plain" else 0o755)
    before = descriptors(), children()
    child = ran(*argv, cwd=str(tmp_path))
    assert child.words() == ["missing"]
    assert word in child.facts[0]["problem"]
    assert (descriptors(), children()) == before


def test_a_folder_that_is_not_there_is_missing() -> None:
    child = ran("/bin/true", cwd="/no/such/folder")
    assert child.words() == ["missing"]


def test_a_folder_that_vanishes_under_a_child_is_its_own_affair(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    assert ran("/bin/sh", "-c", f"rmdir {folder} && echo gone", cwd=str(folder)).text() == "gone\n"


def test_requests_of_old_journals_are_still_the_same() -> None:
    assert "detaches" not in Spawn(("a",), "/").shown()
    assert Spawn(("a",), "/", detaches=True).shown()["detaches"] is True


def test_a_child_gets_an_allow_list_and_what_was_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OPENAI_API_KEY",
        "SSLKEYLOGFILE",
        "TEXTUAL_DEBUG",
        "LD_PRELOAD_X",
        "CI",
        "PYTHONSTARTUP",
        "SMOKE_TUI_BUNDLE",
        "AWS_SECRET_ACCESS_KEY",
    ):
        monkeypatch.setenv(name, "FAKE-leak")
    monkeypatch.setenv("LC_TIME", "C.UTF-8")
    child = ran(
        "/usr/bin/env", env=(("DECLARED", "yes"), ("NO_COLOR", "0")), path_prepend="/prepended"
    )
    seen = dict(line.partition("=")[::2] for line in child.text().splitlines())
    assert "FAKE-leak" not in child.text()
    assert (seen["DECLARED"], seen["NO_COLOR"], seen["TERM"]) == ("yes", "0", "dumb")
    assert seen["PATH"].startswith("/prepended:")
    assert seen["LC_TIME"] == "C.UTF-8"
    extra = {
        "DECLARED",
        "NO_COLOR",
        "TERM",
        "PYTHONUNBUFFERED",
        "PATH",
        "HOME",
        "LANG",
        "PWD",
        "SHLVL",
        "_",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "USER",
        "LOGNAME",
        "SHELL",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    }
    assert {n for n in seen if not n.startswith(("LC_", "XDG_"))} <= extra


def test_a_child_has_no_input_and_no_descriptor_of_ours() -> None:
    script = (
        "import os, sys; print(repr(sys.stdin.read())); "
        "print(sorted(int(f) for f in os.listdir('/proc/self/fd'))[:-1])"
    )
    child = ran(*python(script))
    assert child.text() == "''\n[0, 1, 2]\n"


def test_a_child_has_no_terminal_to_ask_at() -> None:
    script = (
        "import os, sys\n"
        "try: open('/dev/tty')\n"
        "except OSError as error: print(os.strerror(error.errno))\n"
        "print(os.getsid(0) == os.getpid())"
    )
    assert ran(*python(script)).text() == "No such device or address\nTrue\n"


def test_children_one_after_another_leave_nothing_behind() -> None:
    async def main() -> tuple[list[str], list[int]]:
        one = Child("/bin/echo", "x")
        before = descriptors(), children()
        for _ in range(40):
            await one.begin()
        assert (descriptors(), children()) == before
        return before

    before = soon(main())
    assert children() == before[1]


def test_a_child_whose_start_is_cancelled_anywhere_is_taken_down() -> None:
    async def main() -> None:
        before = descriptors(), children()
        started = 0
        for turns in range(12):
            child = Child("/bin/sleep", "600")
            task = child.begin()
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            started += child.shell.holds(SEQ)
            await child.shell.close()
            assert not child.shell.holds(SEQ)
        assert started > 6
        assert (descriptors(), children()) == before

    soon(main())


@pytest.mark.parametrize("where", ["argv", "env"])
def test_a_secret_never_stands_in_arguments_or_environment(where: str) -> None:
    secret = Secret(TOKEN, kind="access-token", ref="s.1")
    child = ran("/bin/echo", secret) if where == "argv" else ran("/bin/true", env=(("X", secret),))
    assert child.words() == ["missing"]
    assert TOKEN not in repr(child.facts)


def test_private_text_that_is_no_secret_may_stand_in_the_environment() -> None:
    text = Secret("the base instructions", kind="instructions", ref="s.1", scrub=False)
    child = ran("/usr/bin/env", env=(("X", text),))
    assert "X=the base instructions" in child.text()


HIDDEN = (Sensitive("access_token", ("access_token",), "access-token"),)


def hidden(script: str, *args: str, vault: Vault | None = None) -> Child:
    return ran(
        *python(script, *args),
        vault=vault or Vault(),
        hidden=True,
        sensitive=HIDDEN,
        public=(("plan",),),
    )


def test_a_hidden_child_shows_nothing_but_its_last_object() -> None:
    vault = Vault()
    other = f"FAKEother{secrets.token_hex(12)}"
    document = json.dumps({"access_token": TOKEN, "plan": "plus", "other": {"leaf": other}})
    child = hidden(
        "import sys; print('noise', sys.argv[1][:40]); "
        "print(sys.argv[1], file=sys.stderr); print(sys.argv[1])",
        document,
        vault=vault,
    )
    assert child.words() == ["started", "parsed", "exited"]
    assert child.facts[1]["document"] == {"plan": "plus"}
    assert other not in vault.redact_text(other)
    assert child.secrets["access_token"].reveal() == TOKEN
    assert json.loads(child.secrets["whole"].reveal())["access_token"] == TOKEN
    # The arguments are the runbook's own, so only they may show it.
    assert TOKEN not in repr(child.facts[1:])
    assert TOKEN.encode() not in vault.redact(TOKEN.encode())


@pytest.mark.parametrize("script", ["print('no object')", "", "print('{broken')", "print('[1]')"])
def test_a_hidden_child_without_an_object_is_reported_as_such(script: str) -> None:
    child = hidden(script)
    assert child.facts[1] == {"what": "parsed", "found": False, "document": None}
    assert child.secrets == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ('x {"a": 1}\n{"b": {"c": "}"}}\n', '{"b": {"c": "}"}}'),
        ('{\n "a": {\n  "b": 1\n }\n}\n', '{\n "a": {\n  "b": 1\n }\n}'),
        ("none", None),
        ("}", None),
        ("{", None),
        ('{"a": 1} trailing', '{"a": 1}'),
        ('[{"a": 1}]', '{"a": 1}'),
        ('{"a": "{"}', '{"a": "{"}'),
        ("{" * 300 + "}" * 300, None),
    ],
)
def test_the_last_object_of_a_text(text: str, found: str | None) -> None:
    assert last_json_object(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "{" * 500_000 + "}}",
        '{"a":' * 90_000 + "1" + "}" * 90_000,
        '{"' * 300_000 + "}",
        '{"a": ' * 100_000 + "}",
        '{"a": 1} ' * 100_000 + "{}}",
    ],
)
def test_an_object_that_is_none_is_given_up_in_bounded_time(text: str) -> None:
    assert last_json_object(text) is None


def test_an_object_behind_noise_is_found() -> None:
    noise = "{ fmt } {0} {'a': 1} {\"cut\": {\n" * 1000
    assert last_json_object(noise + '{"a": {"b": 1}}\n') == '{"a": {"b": 1}}'
    assert hidden("print('{\"a\":' * 20000 + '1' + '}' * 20000)").facts[1]["found"] is False
