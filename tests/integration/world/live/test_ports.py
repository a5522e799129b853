"""The live world's small ports: draws, files, documents, variables, connections, a clipboard."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from smoke_tui.config.session_config import SessionConfig
from smoke_tui.journal.stream import FunctionListener
from smoke_tui.redaction import Secret
from smoke_tui.session.probe import probe
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.world.context import StepContext
from smoke_tui.world.live.browser_clipboard import (
    FileClipboard,
    NoBrowser,
    OperatorIO,
    left_credentials,
    remove_left_credentials,
)
from smoke_tui.world.live.text_files import read_plain_file
from smoke_tui.world.ports import PortError
from smoke_tui.world.requests.http import ConnectTcp
from smoke_tui.world.requests.machine import (
    Document,
    Draw,
    DrawSecret,
    FindCommand,
    PathExists,
    ReadDocument,
    ReadSecretFile,
    ReadVariable,
    SecretText,
    Variable,
)
from smoke_tui.world.requests.operator import OpenPage
from smoke_tui.world.resources import StepError
from smoke_tui.world.values import Joined, Sensitive
from tests.helpers.loopback_servers import Origins, ok
from tests.helpers.recorded_sessions import live_runbook

T = TypeVar("T")
STEP = live_runbook().steps[0]


def seen(what: Callable[[StepContext], Awaitable[T]], tmp_path: Path, **given: str) -> T:
    """What one look at the live world gives."""
    hands = OperatorIO(NoBrowser(), FileClipboard(tmp_path))
    written = FunctionListener(lambda event: lines.append(event.line()))
    lines: list[bytes] = []
    config = SessionConfig(project=str(tmp_path))
    return probe(
        config, SecretOptions(given), hands, lambda context: what(context(STEP)), [written]
    )


def test_draws_have_the_shapes_of_the_real_client(tmp_path: Path) -> None:
    async def what(ctx: StepContext) -> list[Any]:
        return [
            await ctx.perform(DrawSecret("verifier", "oauth-verifier", "verifier")),
            await ctx.perform(DrawSecret("state", "oauth-state", "state")),
            await ctx.perform(DrawSecret("verifier", "oauth-verifier", "verifier")),
            await ctx.perform(Draw("nonce", "nonce")),
            await ctx.perform(Draw("session", "uuid")),
        ]

    verifier, state, second, nonce, session = seen(what, tmp_path)
    digest = hashlib.sha256(verifier.reveal().encode()).digest()
    assert verifier.public["challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert (len(verifier.reveal()), len(state.reveal())) == (86, 43)
    assert verifier.reveal() != second.reveal()
    assert (verifier.ref, second.ref) == ("oauth-login.1", "oauth-login.1.2")
    assert state.public == {}
    assert nonce.startswith("smoke-")
    assert session.count("-") == 4


@pytest.mark.parametrize("what", ["folder", "fifo", "link to nothing", "binary", "large"])
def test_only_a_plain_readable_text_is_read(tmp_path: Path, what: str) -> None:
    path = tmp_path / "x"
    if what == "folder":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "link to nothing":
        path.symlink_to(tmp_path / "gone")
    else:
        path.write_bytes(b"\xff\xfe" if what == "binary" else b"x" * (4 * 1024 * 1024 + 1))
    text, problem = read_plain_file(str(path))
    assert text is None
    assert problem is not None
    assert str(path) in problem


def test_a_files_text_is_a_secret_with_its_measure(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("Größe FAKE", encoding="utf-8")

    async def what(ctx: StepContext) -> list[SecretText]:
        return [
            await ctx.perform(ReadSecretFile("x.txt", "instructions", scrub=False)),
            await ctx.perform(ReadSecretFile("gone.txt", "pw")),
            await ctx.perform(ReadSecretFile("x.txt", "pw")),
        ]

    held, gone, scrubbed = seen(what, tmp_path)
    raw = "Größe FAKE".encode()
    assert held.value is not None
    assert held.value.public == {
        "chars": 10,
        "bytes": 12,
        "sha256": hashlib.sha256(raw).hexdigest(),
    }
    assert scrubbed.value is not None
    assert "sha256" not in scrubbed.value.public
    assert "does not exist" in (gone.problem or "")


LEAVES = (Sensitive("access_token", ("access_token",), "access-token"),)


def test_a_document_gives_its_secrets_apart(tmp_path: Path) -> None:
    token = "FAKEtoken0123456789abcdefghij"
    (tmp_path / "b.json").write_text(json.dumps({"access_token": token, "plan_type": "plus"}))
    text = json.dumps({"access_token": token + "2", "n": 1})

    async def what(ctx: StepContext) -> list[Document]:
        return [
            await ctx.perform(ReadDocument("b.json", LEAVES)),
            await ctx.perform(ReadDocument("given:bundle", LEAVES)),
            await ctx.perform(ReadDocument("gone.json", LEAVES)),
        ]

    file, given, gone = seen(what, tmp_path, **{"given:bundle": text})
    assert isinstance(file.content, dict)
    assert file.content["plan_type"] == "plus"
    assert file.secrets["access_token"].reveal() == token
    assert given.secrets["access_token"].reveal() == token + "2"
    assert token not in repr(file) + repr(given)
    assert gone.content is None


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "",
        "[" * 100_000,
        '{"a": NaN}',
        '{"a": 1e999}',
        '"\\ud800"',
        '{"a": ' + "9" * 5000 + "}",
    ],
)
def test_a_document_that_is_none_is_an_answer_and_no_crash(tmp_path: Path, text: str) -> None:
    async def what(ctx: StepContext) -> Document:
        return await ctx.perform(ReadDocument("given:x", LEAVES))

    assert seen(what, tmp_path, **{"given:x": text}).secrets == {}


def test_variables_are_looked_at_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SET_HERE", "FAKE private text")
    monkeypatch.setenv("BLANK_HERE", "  ")
    monkeypatch.delenv("NOT_HERE", raising=False)

    async def what(ctx: StepContext) -> list[Variable]:
        return [
            await ctx.perform(ReadVariable(name, kind))
            for name in ("SET_HERE", "BLANK_HERE", "NOT_HERE")
            for kind in (None, "instructions")
        ]

    plain, held, _, blank, _, absent = seen(what, tmp_path)
    assert (plain.is_set, plain.value) == (True, None)
    assert held.value is not None
    assert held.value.reveal() == "FAKE private text"
    assert "private" not in repr(held)
    assert (blank.is_set, blank.blank) == (True, True)
    assert absent.is_set is False


def test_commands_files_and_connections_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("x")

    async def what(ctx: StepContext) -> list[Any]:
        async with Origins(lambda request: ok()) as server:
            return [
                await ctx.perform(FindCommand("sh")),
                await ctx.perform(FindCommand("no-such-command")),
                await ctx.perform(PathExists("here")),
                await ctx.perform(PathExists("gone")),
                await ctx.perform(ConnectTcp("127.0.0.1", server.port)),
                await ctx.perform(ConnectTcp("127.0.0.1", 1)),
            ]

    sh, none, here, gone, open_port, shut = seen(what, tmp_path)
    assert (sh, none, here, gone, open_port) == (True, False, True, False, None)
    assert shut


def test_of_several_waits_the_earlier_argument_wins(tmp_path: Path) -> None:
    async def what(ctx: StepContext) -> tuple[int, Any]:
        async def now(value: str) -> str:
            return value

        return await ctx.first(now("a"), now("b"), asyncio.sleep(60))

    assert seen(what, tmp_path) == (0, "a")


def test_a_clipboard_file_is_private_and_goes(tmp_path: Path) -> None:
    async def main() -> None:
        clipboard = FileClipboard(tmp_path)
        how = await clipboard.put("FAKE one")
        path = clipboard.path
        assert path is not None
        assert str(path) in how
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        await clipboard.put("FAKE two")
        assert not path.exists()
        assert clipboard.path is not None
        assert clipboard.path.read_text() == "FAKE two"
        await clipboard.clear()
        assert os.listdir(tmp_path) == []
        await clipboard.clear()
        missing = FileClipboard(tmp_path / "gone")
        with pytest.raises(PortError, match="gone"):
            await missing.put("FAKE")

    asyncio.run(main())


def test_two_sessions_never_share_a_clipboard_file_and_a_kill_leaves_one_to_be_found(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        one, two = FileClipboard(tmp_path), FileClipboard(tmp_path)
        await one.put("FAKE one")
        await two.put("FAKE two")
        assert one.path != two.path
        # Both sessions live: nothing is left behind, and nothing is removed.
        assert remove_left_credentials(tmp_path) == []
        await two.clear()
        assert one.path is not None
        assert one.path.read_text() == "FAKE one"
        await one.clear()

    asyncio.run(main())
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], check=False, capture_output=True, text=True
    )
    assert killed.returncode == -9, killed.stderr
    old = tmp_path / "credential.txt"
    old.write_text("FAKE, of an earlier build")
    (tmp_path / "credential-link.txt").symlink_to(tmp_path / "elsewhere")
    left = left_credentials(tmp_path)
    assert old in left
    assert len(left) == 2
    assert sorted(remove_left_credentials(tmp_path)) == sorted((path, None) for path in left)
    assert [path.name for path in tmp_path.iterdir()] == ["credential-link.txt"]


KILLED = """
import asyncio, os, pathlib, signal, sys
from smoke_tui.world.live.browser_clipboard import FileClipboard
asyncio.run(FileClipboard(pathlib.Path(sys.argv[1])).put("FAKE, of a session that is killed"))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_page_s_address_holds_a_secret_but_the_state_of_a_login(tmp_path: Path) -> None:
    opened: list[str] = []

    class Opens:
        async def open_page(self, url: str) -> None:
            opened.append(url)

    token = Secret("FAKE-token-0123456789", kind="access-token", ref="s.1")
    state = Secret("FAKE-state-0123456789", kind="oauth-state", ref="s.1")
    issuer = SessionConfig().issuer

    def browsed(*parts: str | Secret) -> str | None:
        async def what(ctx: StepContext) -> str | None:
            return await ctx.perform(OpenPage(Joined(parts)))

        hands = OperatorIO(Opens(), FileClipboard(tmp_path))
        return probe(SessionConfig(), SecretOptions(), hands, lambda context: what(context(STEP)))

    assert browsed(f"{issuer}/authorize?state=", state) is None
    for parts in (
        (f"{issuer}/?t=", token),
        ("https://elsewhere.example/?state=", state),
        ("https://", token, ".example/"),
        (f"{issuer}@evil.example/?state=", state),
    ):
        problem = browsed(*parts)
        assert problem is not None
        assert "a secret would stand in the address" in problem
        assert "FAKE" not in problem
    assert len(opened) == 1


def test_no_page_is_opened_without_a_front(tmp_path: Path) -> None:
    async def what(ctx: StepContext) -> str | None:
        return await ctx.perform(OpenPage("https://auth.openai.com/"))

    assert "headless" in (seen(what, tmp_path) or "")


def test_a_template_is_filled_with_what_is_known_and_nothing_else(tmp_path: Path) -> None:
    async def what(ctx: StepContext) -> list[Any]:
        ctx.resources.values["org_id"] = "org-1"
        filled = [
            ctx.fill("x {{ org_id }} y"),
            ctx.fill("{{ stack_url }}/a"),
            ctx.fill_all({"a": ["{{ org_id }}"], "b": 1}),
        ]
        with pytest.raises(StepError) as caught:
            ctx.fill("{{ gone }}")
        return [*filled, caught.value.code]

    assert seen(what, tmp_path) == [
        "x org-1 y",
        "http://127.0.0.1:3000/a",
        {"a": ["org-1"], "b": 1},
        "not-configured",
    ]
