"""A credential of another account: what the former one proved counts no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from smoke_tui.journal.load import load_state
from smoke_tui.rehearsal import Rehearsal
from smoke_tui.rehearsal.provider.tokens import Mint
from tests.helpers.one_call import ONE_CALL
from tests.helpers.program import Program

LOGIN = """\
## Log in

Log in.

```toml step
id   = "log-in"
kind = "login"
```

## Call
"""
RUNBOOK = (
    ONE_CALL.replace("## Call\n", LOGIN)
    .replace('kind    = "call"\n', 'kind    = "call"\nneeds   = ["log-in"]\nproof   = true\n')
    .replace("max_calls = 1", "max_calls = 5")
)


OTHER = "0f0f0f0f-aaaa-4bbb-8ccc-fa4efa4efa4e"


@pytest.fixture
def options(program: Program, tmp_path: Path) -> Iterator[list[str]]:
    """A session that has passed with the account of one bundle, and the options to go on."""
    with Rehearsal.start("happy") as world:
        (tmp_path / "one.md").write_text(RUNBOOK)
        (tmp_path / "base.txt").write_text("You are a test.")
        bundle = world.bundle()
        (tmp_path / "same.json").write_text(json.dumps(bundle))
        # Whole in itself, and of an account that the backend does not know.
        mint = Mint()
        mint.account_id = OTHER
        (tmp_path / "other.json").write_text(
            json.dumps(
                {
                    **bundle,
                    "account_id": OTHER,
                    "refresh_token": None,
                    "access_token": mint.access_token(world.issuer),
                    "id_token": mint.id_token(world.issuer),
                }
            )
        )
        found = [
            "--live",
            "--instructions",
            "base.txt",
            "--codex-url",
            world.codex_url,
            "--issuer",
            world.issuer,
            "--model",
            "gpt-5.5",
        ]
        done = program("--check", "one.md", "--bundle", "same.json", *found)
        assert (done.code, done.err) == (0, done.err)
        yield found


def rerun(program: Program, step: str, bundle: str, options: list[str]) -> None:
    program("rerun", "last", "--step", step, "--bundle", bundle, *options)
    assert program("replay", "last").code == 0


def outcomes(program: Program) -> tuple[str, dict[str, str]]:
    closed = program.events()[-1]
    assert closed["ev"] == "session.closed"
    return closed["data"]["verdict"], closed["data"]["steps"]


def test_the_same_account_keeps_what_is_proven(program: Program, options: list[str]) -> None:
    rerun(program, "log-in", "same.json", options)
    assert outcomes(program) == ("pass", {"log-in": "pass", "live-call": "pass"})


def test_another_account_proves_nothing_yet(program: Program, options: list[str]) -> None:
    rerun(program, "log-in", "other.json", options)
    assert outcomes(program) == ("incomplete", {"log-in": "pass"})
    assert "account-changed" in [
        e["data"]["code"] for e in program.events() if e["ev"] == "finding"
    ]
    assert "of another account than the one before" in program("report", "last").out
    journal = (program.sessions()[-1] / "journal.jsonl").read_text("utf-8")
    assert "fa4efa4e" not in journal
    rerun(program, "log-in", "same.json", options)
    assert outcomes(program)[0] == "incomplete"


def cut_after(program: Program, ev: str) -> None:
    """The program died when this was the last thing it had written."""
    journal = program.sessions()[-1] / "journal.jsonl"
    at = [event["seq"] for event in program.events() if event["ev"] == ev][-1]
    kept = journal.read_bytes().splitlines(keepends=True)[: at + 1]
    journal.write_bytes(b"".join(kept))


@pytest.mark.parametrize("ev", ["file", "provided", "try.finished", "step.finished"])
def test_an_end_at_the_wrong_moment_proves_no_more(
    program: Program, options: list[str], ev: str
) -> None:
    """The other account is in the record, what it undoes is not."""
    rerun(program, "log-in", "other.json", options)
    cut_after(program, ev)
    done = program("--check", "last", "--resume", "--json", "--bundle", "other.json", *options)
    calls = [step for step in done.json()["steps"] if step["id"] == "live-call"]
    assert calls[0]["tries"] == 2, done.out
    # The server knows nobody of that account.
    assert (program("replay", "last").code, done.json()["verdict"]) == (0, "fail")


MORE = ONE_CALL.replace("max_calls = 1", "max_calls = 5")
TWO_CALLS = MORE + MORE[MORE.index("## Call") :].replace("live-call", "second-call").replace(
    "## Call", "## Second"
)


def test_calls_without_a_login_are_of_one_account(
    program: Program, options: list[str], tmp_path: Path
) -> None:
    """Nothing needs anything here; the credential is what they have in common."""
    (tmp_path / "two.md").write_text(TWO_CALLS)
    done = program("--check", "two.md", "--bundle", "same.json", *options)
    assert done.code == 0
    rerun(program, "live-call", "same.json", options)
    assert outcomes(program)[0] == "pass"
    rerun(program, "live-call", "other.json", options)
    assert outcomes(program) == ("fail", {"live-call": "fail"})
    assert "account-changed" in [
        e["data"]["code"] for e in program.events() if e["ev"] == "finding"
    ]
    rerun(program, "live-call", "same.json", options)
    assert outcomes(program) == ("incomplete", {"live-call": "pass"})
    told = json.loads(program("report", "last", "--format", "json").out)
    assert [(s["outcome"], s["code"]) for s in told["steps"]] == [("pass", None), ("not-run", None)]
    assert told["report"]["not_done"] == ["Step 2, Second: done, and counts no more"]


def test_a_call_that_needs_no_login_is_of_its_account_too(
    program: Program, options: list[str], tmp_path: Path
) -> None:
    (tmp_path / "free.md").write_text(RUNBOOK.replace('needs   = ["log-in"]\n', ""))
    assert program("--check", "free.md", "--bundle", "same.json", *options).code == 0
    rerun(program, "log-in", "other.json", options)
    assert outcomes(program) == ("incomplete", {"log-in": "pass"})


def test_a_runbook_of_two_accounts_comes_to_its_end(
    program: Program, options: list[str], tmp_path: Path
) -> None:
    """Each login brings another one; neither undoes what was done with the other."""
    logins = "".join(
        f"## {name}\n\n```bash run\ncat {tmp_path}/{name}.json\n```\n\n```toml step\n"
        f'id   = "{name}"\nkind = "login"\n{more}```\n\n'
        for name, more in (("same", ""), ("other", 'needs = ["same"]\n'))
    )
    (tmp_path / "both.md").write_text(ONE_CALL[: ONE_CALL.index("## Call")] + logins)
    done = program("--check", "both.md", "--json", *options)
    assert [(s["id"], s["outcome"], s["tries"]) for s in done.json()["steps"]] == [
        ("same", "pass", 1),
        ("other", "pass", 1),
    ]
    assert program("replay", "last").code == 0


def test_the_mark_of_an_account_is_of_one_session(program: Program, options: list[str]) -> None:
    program("--check", "one.md", "--bundle", "same.json", *options)
    marks = [load_state(folder)[2].account for folder in program.sessions()]
    assert len(set(marks)) == len(marks) == 2
    assert None not in marks
