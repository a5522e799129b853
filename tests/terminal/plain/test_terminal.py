"""On a real terminal: the echo, signals, a closed window, the clipboard."""

from __future__ import annotations

import asyncio
import base64
import json
import signal
from pathlib import Path

import pytest

from smoke_tui.journal.file import read_journal
from smoke_tui.rehearsal.rehearsal import Rehearsal
from tests.helpers.events import data_of
from tests.helpers.plain_program import CALL, HANDOVER, LOGIN, address_in, events_of, live
from tests.helpers.pty_terminal import Terminal, children_of
from tests.helpers.rehearsal_requests import sign_in_at


def walk(world: Rehearsal, home: Path, book: str, *more: str, **env: str) -> Terminal:
    path = home / "book.md"
    path.write_text(book)
    return Terminal(
        [*live(world, path), *more, "--state-dir", str(home / "state")],
        home=home,
        env={"BROWSER": "true", **env},
    )


def test_a_pasted_address_is_not_shown_and_the_echo_comes_back(
    world: Rehearsal, tmp_path: Path
) -> None:
    with walk(world, tmp_path, LOGIN) as terminal:
        terminal.wait_for("?: help")
        at = terminal.press("run\n")
        terminal.wait_for("paste where it ended", after=at)
        terminal.press("u\n")
        terminal.wait_for("Still asked")
        # The terminal's rows do not end at its width: what is shown is one line.
        landed = sign_in_at(world, address_in(terminal.words))
        assert terminal.echoes()
        terminal.press("p\n")
        terminal.wait_until(lambda: not terminal.echoes(), "an end of the echo")
        middle = len(landed) // 2
        at = terminal.press(f"x\x7f\x1b[200~{landed[:middle]}\n{landed[middle:]}\x1b[201~\n")
        terminal.wait_for("Taken: 2 lines", after=at)
        terminal.wait_for("finish and see the report", after=at)
        assert terminal.echoes()
        at = terminal.press("finish\n")
        terminal.wait_for("Type report", after=at)
        terminal.press("\n")
        assert terminal.end() == 0
        assert b"\x1b" not in terminal.output
        for secret in [*world.minted(), landed.partition("code=")[2].partition("&")[0]]:
            assert secret not in terminal.words


@pytest.mark.parametrize(
    ("number", "key"),
    [
        (signal.SIGINT, "\x03"),
        (signal.SIGTERM, ""),
        (signal.SIGQUIT, "\x1c"),
    ],
)
def test_a_signal_while_a_secret_is_typed_gives_the_echo_back(
    number: signal.Signals, key: str, world: Rehearsal, tmp_path: Path
) -> None:
    with walk(world, tmp_path, LOGIN) as terminal:
        terminal.wait_for("?: help")
        at = terminal.press("run\n")
        terminal.wait_for("paste where it ended", after=at)
        terminal.press("p\n")
        terminal.wait_until(lambda: not terminal.echoes(), "an end of the echo")
        terminal.press("sk-half-a-secret")
        if key:
            terminal.press(key)
        else:
            terminal.strike(number)
        terminal.wait_for("Stopping: the session is being closed")
        terminal.wait_until(terminal.echoes, "the echo")
        assert terminal.end() == 128 + number
        assert "sk-half" not in terminal.words
    assert data_of(events_of(tmp_path)[-1])["cancelled"] == number.name


def test_a_closed_window_ends_the_session(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Terminal(["--plain", "--rehearse", "--state-dir", str(state)], home=tmp_path) as terminal:
        at = terminal.wait_for("?: help")
        terminal.press("b\n")
        terminal.wait_for("Which step is to be run now?", after=at)
        at = terminal.press("boot-stack\n")
        terminal.wait_for("is ready", after=at)
        (folder,) = (state / "sessions").iterdir()
        stack = Path(data_of(read_journal(folder).events[0])["config"]["project"])
        assert children_of(stack.parent)
        terminal.hang_up()
        assert terminal.end() == 129
    last = read_journal(folder).events[-1]
    assert data_of(last)["cancelled"] == "SIGHUP"
    assert children_of(stack.parent) == []


def test_half_a_line_survives_a_question_that_goes_away(world: Rehearsal, tmp_path: Path) -> None:
    with walk(world, tmp_path, HANDOVER) as terminal:
        terminal.wait_for("?: help")
        at = terminal.press("run\n")
        terminal.wait_for("paste where it ended", after=at)
        terminal.press("u\n")
        terminal.wait_for("Still asked")
        at = terminal.press("ru")
        asyncio.run(world.open_page(address_in(terminal.words)))
        terminal.wait_for("Answered another way: the sign-in came back.", after=at)
        terminal.wait_for("run all that follows", after=at)
        at = terminal.press("n\n")
        terminal.wait_for("field 1 of 1, Bundle: paste", after=at)
        terminal.press("\x04")
        assert terminal.end() == 4
    assert "The input has ended" in terminal.words


def test_an_answer_to_a_question_that_went_away_does_not_spend(
    world: Rehearsal, tmp_path: Path
) -> None:
    text = str(world.current_instructions_file)
    with walk(world, tmp_path, CALL, "--instructions", text, "--model", "gpt-6.2-sol") as terminal:
        terminal.wait_for("?: help")
        at = terminal.press("all\n")
        terminal.wait_for("paste where it ended", after=at)
        terminal.press("u\n")
        terminal.wait_for("Still asked")
        at = terminal.press("y")
        asyncio.run(world.open_page(address_in(terminal.words)))
        terminal.wait_for("Question: Make the live call?", after=at)
        at = terminal.press("\n")
        at = terminal.wait_for("That may have been meant for the question before", after=at)
        assert not any(
            seen.path.endswith("/responses") and seen.method == "POST" for seen in world.requests()
        )
        terminal.press("y\n")
        terminal.wait_for("Step 2 of 2, pass: ", after=at)
        terminal.press("\x03")
        assert terminal.end() == 130


def test_a_credential_goes_to_the_clipboard_when_asked_and_is_taken_back(
    world: Rehearsal, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.json"
    bundle.write_text(json.dumps(world.bundle()))
    with walk(world, tmp_path, HANDOVER, "--bundle", str(bundle)) as terminal:
        terminal.wait_for("?: help")
        at = terminal.press("all\n")
        terminal.wait_for("copy the credential", after=at)
        assert b"\x1b" not in terminal.output
        (private,) = (tmp_path / "state").glob("credential-*.txt")
        credential = private.read_bytes()
        terminal.press("copy\n")
        terminal.wait_for("which may or may not keep it; also: ")
        sent = terminal.output.partition(b"\x1b]52;c;")[2].partition(b"\x07")[0]
        assert base64.b64decode(sent) == credential
        terminal.press("d\ny\n\n")
        terminal.wait_for("whether it did is not to be known.")
        assert terminal.output.count(b"\x1b") == 2
        assert b"\x1b]52;c;\x07" in terminal.output
        terminal.press("finish\nquit\n")
        assert terminal.end() == 0
        for secret in world.minted():
            assert secret not in terminal.words


def test_a_dumb_terminal_is_sent_nothing_but_lines(world: Rehearsal, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.json"
    bundle.write_text(json.dumps(world.bundle()))
    with walk(world, tmp_path, HANDOVER, "--bundle", str(bundle), TERM="dumb") as terminal:
        terminal.wait_for("?: help")
        at = terminal.press("all\n")
        terminal.wait_for("field 1 of 1, Bundle: paste", after=at)
        at = terminal.press("copy\n")
        terminal.wait_for("There is no terminal here", after=at)
        terminal.press("\x03")
        assert terminal.end() == 130
        assert b"\x1b" not in terminal.output
        assert "copy the credential" not in terminal.words
