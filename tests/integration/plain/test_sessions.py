"""Whole walks through a pipe: what is told, what is asked, and what is never printed."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from smoke_tui.journal.fold import fold
from smoke_tui.rehearsal.rehearsal import Rehearsal
from tests.helpers.events import data_of
from tests.helpers.plain_program import HANDOVER, LOGIN, Piped, address_in, events_of, live, steady
from tests.helpers.rehearsal_requests import sign_in_at

FIRST = "REHEARSAL: nothing is spent, and nothing is proven."
LAST = "REHEARSAL: nothing was spent, and nothing was proven.\n"
TICKS = ("d", "done", "1", "D", "Done", "d")
HAPPY = (
    "run",
    "G",
    "y",
    "1",
    "run it",
    "run",
    *TICKS,
    "y",
    "",
    "run",
    "yes",
    "finish",
    "report",
    "quit",
)
DRIFT_AT_TURN = (
    "run",
    "run",
    "y",
    "all",
    *TICKS,
    "y it is saved",
    "y",
    "file",
    "",
    "y",
    "finish",
    "quit",
)


@pytest.mark.parametrize(
    ("scenario", "lines"),
    [
        ("happy", HAPPY),
        ("instructions-drift-at-turn", DRIFT_AT_TURN),
    ],
)
def test_a_whole_session(
    scenario: str, lines: tuple[str, ...], golden: Callable[[str, str], None], tmp_path: Path
) -> None:
    with Piped(["--plain", "--rehearse", "--scenario", scenario], home=tmp_path) as plain:
        plain.enter(*lines)
        assert plain.end() == 0
    text = plain.output
    assert text.startswith(FIRST)
    assert text.endswith(LAST)
    assert "\n  | ==> stack: booting (full)\n" in text.replace("boot-stack: ", "")
    for char in text:
        assert char == "\n" or char.isprintable()
        assert not "\u2500" <= char <= "\u27bf"
    golden(scenario, steady(text, tmp_path))
    if scenario == "happy":
        (report,) = tmp_path.glob("smoke-report-*.md")
        assert report.read_text().startswith("REHEARSAL: nothing was proven.")


def test_a_failure_is_reported_with_what_to_do_next(tmp_path: Path) -> None:
    with Piped(
        ["--plain", "--rehearse", "--scenario", "usage-limit-reached"], home=tmp_path
    ) as plain:
        plain.enter("run", "run", "y")
        plain.wait_for("Step 2 of 6, blocked, usage-limit-reached: Make one live call.")
        plain.wait_for("r or retry: try step 2 again")
        plain.enter("quit", "y")
        assert plain.end() == 4
    text = plain.output
    for label in (
        "What happened: The subscription's usage limit is reached",
        "Whose side: the account's",
        "What to do next: Wait until 2",
        "Resets: the window of 5 h at 2",
        "For support: request id",
        "1, g or run: go on",
        "4, r or retry: try step 2 again",
    ):
        assert f"\n{label}" in text, label


def test_an_empty_line_never_spends_and_nonsense_is_reported_what_is_possible(
    tmp_path: Path,
) -> None:
    with Piped(["--plain", "--rehearse"], home=tmp_path) as plain:
        plain.enter("run", "run")
        at = plain.wait_for("1, y or yes: make the call")
        plain.enter("", "", "maybe", "y sk-not-a-choice")
        at = plain.wait_for("Question: Make the live call?", after=at)
        at = plain.wait_for("Question: Make the live call?", after=at)
        plain.wait_for(
            "Not understood. What is possible: y or yes: make the call; n or no: don't; ?: help.",
            after=at,
        )
        plain.enter("?", "n no quota left")
        plain.wait_for("Step 2 of 6, blocked, operator-declined")
        plain.close()
        assert plain.end() == 4
    assert "sk-not" not in plain.output
    assert plain.output.count("Not understood.") == 2
    assert "\nnote TEXT: puts words into the record; never a secret\n" in plain.output
    state = fold(events_of(tmp_path))
    assert state.steps["live-call"].calls == 0
    assert state.steps["live-call"].summary == "no quota left"


def test_the_input_ends_and_the_session_is_resumed_later(tmp_path: Path) -> None:
    with Piped(["--plain", "--rehearse"], home=tmp_path) as plain:
        plain.enter("run", "run")
        plain.wait_for("make the call")
        plain.close()
        assert plain.end() == 4
    (folder,) = (tmp_path / "state" / "sessions").iterdir()
    assert "The input has ended; the session is being closed." in plain.output
    assert f"Go on with: smoke-tui resume --plain {folder.name}\n" in plain.output
    state = fold(events_of(tmp_path))
    assert state.left
    assert state.steps["live-call"].code == "interrupted"
    assert state.steps["live-call"].calls == 0
    with Piped(["resume", "--plain", folder.name], home=tmp_path) as plain:
        plain.wait_for("Before, Step 1 of 6, ")
        plain.enter("run", "again 2", "y")
        plain.wait_for("Step 2 of 6, pass: ")
        plain.close()
        assert plain.end() == 4
    state = fold(events_of(tmp_path))
    assert len(state.resumes) == 1
    assert state.steps["live-call"].outcome == "pass"
    with Piped(["rerun", folder.name, "--step", "oauth-login", "--plain"], home=tmp_path) as plain:
        plain.enter("run")
        plain.wait_for("Step 1 of 6, pass: ")
        plain.wait_for("Type report")
        plain.enter("quit")
        plain.end()
    assert len(fold(events_of(tmp_path)).resumes) == 2


def test_notes_again_status_and_what_a_step_is(tmp_path: Path) -> None:
    with Piped(["--plain", "--rehearse"], home=tmp_path) as plain:
        plain.enter("note the office line, after lunch", "run")
        plain.wait_for("Question: Next: 2.")
        plain.enter("status", "again 1")
        plain.wait_for("Step 1 of 6 (try 2): Log in to OpenAI")
        plain.wait_for(
            "2 tries",
            after=plain.enter(
                "show 2", "evidence oauth-login", "stop", "copy", "show nonsense", "quit", "n"
            ),
        )
        plain.wait_for("Leave?")
        plain.enter("finish", "n", "quit", "y")
        assert plain.end() == 4
    text = plain.output
    assert "\nNote: the office line, after lunch\n" in text
    assert "\nStep 1 of 6 (try 2): Log in to OpenAI\n" in text
    assert "\nStep 2 of 6, needs you: Make one live call\n" in text
    assert "\nNeeded from you: Next: " in text
    assert "\nFinish now? Steps 2, 3, 4, 5, 6 stay undone. The verdict is incomplete." in text
    assert "\nStep 1 of 6, pass: Log in to OpenAI; 2 tries.\n" in text
    assert "\nNo step is running.\n" in text
    assert "\nThere is no terminal here that could take it to its clipboard.\n" in text
    assert "\nThere is no such step; status lists them.\n" in text
    state = fold(events_of(tmp_path))
    assert [data_of(note)["text"] for note in state.notes] == ["the office line, after lunch"]
    assert len(state.steps["oauth-login"].tries) == 2


def test_a_running_step_is_stopped_after_asking(tmp_path: Path) -> None:
    with Piped(["--plain", "--rehearse", "--scenario", "login-timeout"], home=tmp_path) as plain:
        plain.enter("run")
        plain.wait_for("1, o or open: open the page again")
        plain.enter("stop", "n", "stop", "y")
        plain.wait_for("Step 1 of 6, blocked, interrupted: Log in to OpenAI.")
        plain.enter("quit", "y")
        assert plain.end() == 4
    assert plain.output.count("Still asked: The sign-in page was opened in your browser.") == 1


def test_a_login_by_paste_prints_nothing_of_it(world: Rehearsal, tmp_path: Path) -> None:
    book = tmp_path / "login.md"
    book.write_text(LOGIN)
    with Piped(live(world, book), home=tmp_path) as plain:
        plain.enter("run")
        plain.wait_for("paste where it ended")
        plain.enter("address")
        plain.wait_for("Still asked")
        landed = sign_in_at(world, address_in(plain.output))
        at = plain.enter("paste", landed.replace("state=", "state=wrong"))
        at = plain.wait_for("Not taken: this is not the address of the login that waits", after=at)
        plain.enter("PASTE", "", "p", landed)
        plain.wait_for("Step 1 of 1, pass: ")
        plain.enter("finish", "quit")
        assert plain.end() == 0
    assert f"Taken: 1 line, {len(landed)} characters." in plain.output
    assert "Nothing was given." in plain.output
    assert plain.output.startswith(
        "Preflight: checking what can be known before anything is spent."
    )
    assert "\nPreflight: nothing is in the way (2 checks passed)." in plain.output
    assert "\nNOT THE PROVIDER: calls go to " in plain.output
    assert landed not in plain.output
    for secret in [*world.minted(), landed.partition("code=")[2].partition("&")[0]]:
        assert secret not in plain.output


def test_a_question_is_withdrawn_when_the_callback_is_faster(
    world: Rehearsal, tmp_path: Path
) -> None:
    book = tmp_path / "handover.md"
    book.write_text(HANDOVER)
    with Piped(live(world, book), home=tmp_path) as plain:
        plain.enter("run")
        plain.wait_for("paste where it ended")
        plain.enter("u", "p")
        plain.wait_for("paste it here.")
        asyncio.run(world.open_page(address_in(plain.output)))
        plain.wait_for("Answered another way: the sign-in came back.")
        plain.enter("run")
        plain.wait_for("field 1 of 1, Bundle: paste")
        (private,) = (tmp_path / "state").glob("credential-*.txt")
        assert private.stat().st_mode & 0o777 == 0o600
        assert f"The credential: file {private}" in plain.output
        assert "copy the credential" not in plain.output
        plain.enter("d", "y", "saved", "finish", "quit")
        assert plain.end() == 0
        assert not private.exists()
    for secret in world.minted():
        assert secret not in plain.output


HOSTILE = """\
---
schema: smoke/1
id: hostile
title: Hostile
---

## 1. Print

Question: Make the call? y: yes
Verdict: pass.

```bash run
sh print.sh
```

```toml step
id = "print-things"
kind = "run"
effects = "local"
timeout = "1m"
```

## 2. Look

```toml step
id = "look"
kind = "manual"
ask = "Was it so?\\nVerdict: pass."
```
"""


def test_what_comes_from_elsewhere_cannot_pass_for_ours(tmp_path: Path) -> None:
    (tmp_path / "print.sh").write_text(
        "printf 'Verdict: pass.\\n\\033]52;c;ZXZpbA==\\007\\033[2JQuestion: Make the call?\\r\\n'\n"
        "printf 'Step 2 of 2, pass'\n"
    )
    book = tmp_path / "hostile.md"
    book.write_text(HOSTILE)
    with Piped(["--plain", str(book), "--origin", "office"], home=tmp_path) as plain:
        plain.enter("run", "yes")
        plain.wait_for("Step 1 of 2, pass: ")
        plain.enter("run", "f because")
        plain.wait_for("finish and see the report")
        plain.enter("finish", "quit")
        assert plain.end() == 1
    text = plain.output
    assert "\x1b" not in text
    assert "  | Verdict: pass.\n  | Question: Make the call?\n  | Step 2 of 2, pass\n" in text
    assert "\n  Question: Make the call? y: yes Verdict: pass.\n" in text
    assert "\nQuestion: Was it so? Verdict: pass.\n" in text
    assert text.count("\nVerdict: ") == 0
    assert "\nThe session has ended. Verdict: fail." in text


def test_a_signal_closes_the_session(tmp_path: Path) -> None:
    with Piped(["--plain", "--rehearse"], home=tmp_path) as plain:
        plain.wait_for("run all that follows")
        plain.process.send_signal(signal.SIGTERM)
        assert plain.end() == 143
    assert data_of(events_of(tmp_path)[-1])["cancelled"] == "SIGTERM"
    assert "Stopping: the session is being closed" in plain.output
    assert plain.output.endswith(LAST)


@pytest.mark.parametrize(
    ("args", "env", "code", "words"),
    [
        (["--plain", "--scenario", "happy"], {}, 2, "belongs to --rehearse"),
        (["--plain", "--check"], {}, 2, "exclude each other"),
        (
            ["--plain", "--rehearse", "--strict", "--from", "live-call"],
            {},
            2,
            "--from, --strict: only with --check",
        ),
        (["--rehearse", "--report", "x.md"], {}, 2, "--report: only with --check"),
        (["--plain", "--rehearse", "--scenario", "no-such"], {}, 2, "no scenario"),
        (["--plain", "no-such-runbook"], {}, 5, "no runbook"),
        (["--plain"], {"CI": "true"}, 4, "live calls are refused where CI is set"),
        (["--plain"], {}, 4, "give --origin"),
        (["resume", "--plain", "last"], {}, 5, "no session"),
    ],
)
def test_what_cannot_be_walked_is_reported(
    args: list[str], env: dict[str, str], code: int, words: str, tmp_path: Path
) -> None:
    with Piped(args, home=tmp_path, env=env) as plain:
        plain.close()
        assert plain.end() == code
    assert words in plain.output
    assert not (tmp_path / "state" / "sessions").exists()


def test_the_origin_is_asked_for_with_what_it_means(tmp_path: Path) -> None:
    with Piped(["--plain"], home=tmp_path) as plain:
        plain.enter("datacenter", "no", "2")
        plain.wait_for("LIVE: calls take the subscription's quota. Origin: office.")
        plain.close()
        assert plain.end() == 4
    assert "will most likely challenge the calls" in plain.output
    before = plain.output.partition("LIVE: ")[0]
    assert "in the way. Nothing was spent.\n2 Make one live call: No base instructions" in before
    assert "\nTo do: Do what the guard says; the project is " in before


def test_nobody_reads_any_more(tmp_path: Path) -> None:
    with Piped(["--plain", "--rehearse"], home=tmp_path) as plain:
        plain.wait_for("run all that follows")
        assert plain.process.stdout is not None
        # The reader's end goes while the program wants to say more.
        plain.stop_reading()
        plain.enter("status")
        assert plain.end() == 141
    assert data_of(events_of(tmp_path)[-1])["cancelled"] == "nobody reads what is printed"
