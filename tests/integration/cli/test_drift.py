"""`drift`: files and recorded steps compared, and what a class of the difference does."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from smoke_tui.cli.drift_sides import read_side
from smoke_tui.cli.drift_triage import TriageOptions, perform, triage_from
from smoke_tui.config.settings import Settings, Value
from smoke_tui.errors import CommandError
from smoke_tui.history.calibration import read_calibration
from smoke_tui.judging.answers import compare_answers
from smoke_tui.judging.drift import DriftPair, Threshold
from smoke_tui.outcomes import Exit
from smoke_tui.redaction import Vault
from tests.helpers.program import Program
from tests.helpers.tui_records import keep

RECORDED = "The quick brown fox jumps over the lazy dog near the river bank."
SIMILAR = "The quick brown fox leaps over a lazy dog near the old river side."
OTHER = "Nothing here is as it was."
CALLS = [{"name": "pay", "arguments": {"amount": 12, "to": "a"}}]
SESSION = "20310101T000000Z-0000"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a recorded answer and new ones."""
    tree = tmp_path / "tree"
    (tree / "prompts").mkdir(parents=True)
    (tree / "answers").mkdir()
    texts = {"recorded.txt": RECORDED, "similar.txt": SIMILAR, "other.txt": OTHER}
    for name, text in texts.items():
        (tree / "answers" / name).write_text(f"{text}\n")
    (tree / "prompts" / "hello.txt").write_text("Say hello.\n")
    git(tree, "init", "-q")
    git(tree, "add", "-A")
    git(tree, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first")
    monkeypatch.chdir(tree / "answers")
    return tree


def git(tree: Path, *argv: str) -> None:
    subprocess.run(
        ("git", "-c", "core.hooksPath=/dev/null", *argv), cwd=tree, check=True, capture_output=True
    )


def case_file(path: Path, text: str | None, calls: object = (), **more: object) -> str:
    path.write_text(json.dumps({"output_text": text, "tool_calls": calls, **more}))
    return path.name


def test_texts_are_same_or_drifted(program: Program, tree: Path) -> None:
    done = program("drift", "recorded.txt", "similar.txt")
    assert done.code == 1
    assert done.out.startswith("Drifted: 0.8307 < 0.85 (default)\n")
    assert "seqmatch-char/autojunk=off" in done.out
    assert "[-jumps-]{+leaps+}" in done.out
    assert "Not triaged" in done.out
    assert done.out.endswith("drift: drifted: exit 1\n")
    told = program("drift", "recorded.txt", "similar.txt", "--json").json()
    assert told["text"]["differences"][0] == {"line": 1, "recorded": "jumps", "new": "leaps"}
    assert told["triage"] is None
    done = program("drift", "recorded.txt", "similar.txt", "--threshold", "0.8")
    assert done.code == 0
    assert done.out.startswith("Same: 0.8307 >= 0.80 (override; default 0.85)\n")


def test_tool_calls_differ_by_path_whatever_the_text(program: Program, tree: Path) -> None:
    old = case_file(Path("old.json"), RECORDED, CALLS)
    changed = [{"name": "pay", "arguments": {"to": "a", "amount": 12.0}}]
    new = case_file(Path("new.json"), RECORDED, changed)
    told = program("drift", old, new, "--json").json()
    assert (told["schema"], told["exit_code"], told["word"]) == ("smoke-drift/1", 1, "drifted")
    assert told["tool_calls"] == {
        "drifted": True,
        "differences": ["[0].arguments.amount: 12 → 12.0"],
    }
    assert told["text"]["drifted"] is False
    # A threshold is no answer to that.
    done = program("drift", old, new, "--class", "false-positive", "--why", "w")
    assert done.code == 2
    assert "compared exactly" in done.err


def test_the_nearest_threshold_counts(program: Program, tree: Path) -> None:
    old = case_file(Path("old.json"), RECORDED, drift_threshold=0.8)
    new = case_file(Path("new.json"), SIMILAR)
    threshold = program("drift", old, new, "--json").json()["threshold"]
    assert (threshold["value"], threshold["source"], threshold["place"]) == (0.8, "case", old)
    change = ("calibration", "--threshold", "0.7", "--why", "w", "--yes", "--test")
    assert program(*change, "poem").code == 0
    threshold = program("drift", old, new, "--case", "poem", "--json").json()["threshold"]
    assert (threshold["value"], threshold["source"]) == (0.7, "calibration")
    told = program("drift", old, new, "--case", "poem", "--threshold", "0.9", "--json").json()
    assert (told["threshold"]["source"], told["exit_code"]) == ("option", 1)


def test_steps_of_sessions_are_compared_by_their_case(program: Program, tree: Path) -> None:
    keep(program.state, SESSION, "instructions-drift")
    told = program("drift", "last:live-call", f"{SESSION}:authoring-turn", "--json").json()
    # The marks of the calls differ, and do not count.
    assert (told["exit_code"], told["text"]["ratio"]) == (0, 1.0)
    assert told["case"] == "openai-subscription/authoring-turn"
    done = program("drift", "recorded.txt", "last:live-call", "--class", "regression", "--why", "w")
    assert done.code == 1
    assert "# Provider regression: openai-subscription/live-call" in done.out
    assert "- Request ids: x-request-id " in done.out
    # What is rehearsed changes no real threshold.
    pairs = read_calibration(program.state / "calibration.rehearsed.json").calibration.pairs
    assert [pair.place for pair in pairs] == ["20261121T213000Z-bbbb:live-call"]
    assert not (program.state / "calibration.json").exists()


@pytest.mark.parametrize(
    ("names", "code", "text"),
    [
        (("recorded.txt", "nothing.txt"), 5, "neither a file nor SESSION:STEP"),
        (("recorded.txt", "last:nothing"), 5, "has no step 'nothing'"),
        (("recorded.txt", "last:boot-stack"), 5, "has no answer of a model"),
        (("last", "recorded.txt"), 2, "name its step"),
        (("bad.json", "recorded.txt"), 3, "bad.json"),
        (("latin.txt", "recorded.txt"), 3, "not UTF-8"),
        (("recorded.txt", "similar.txt", "--threshold", "2"), 2, "is not a threshold"),
        (("recorded.txt", "similar.txt", "--why", "w"), 2, "--why goes with --class"),
        (("recorded.txt", "similar.txt", "--class", "regression"), 2, "needs --why"),
        (
            ("recorded.txt", "similar.txt", "--class", "fine", "--why", "w"),
            2,
            "expected one of expected, regression",
        ),
        (("recorded.txt", "similar.txt", "--insist"), 2, "goes with --class expected"),
        (("recorded.txt", "similar.txt", "--class", "expected", "--why", "w"), 2, "--changed"),
    ],
)
def test_what_can_not_be_compared(
    program: Program, tree: Path, names: tuple[str, ...], code: int, text: str
) -> None:
    keep(program.state, SESSION, "instructions-drift")
    Path("bad.json").write_text('{"output_text": 1}')
    Path("latin.txt").write_bytes(b"\xe9")
    done = program("drift", *names)
    assert done.code == code
    assert text in done.err
    assert done.out == ""
    assert not (program.state / "calibration.json").exists()


def test_a_false_positive_is_one_change_of_the_calibration(program: Program, tree: Path) -> None:
    argv = ("drift", "recorded.txt", "similar.txt", "--case", "fox")
    done = program(*argv, "--class", "false-positive", "--why", "same meaning")
    assert done.code == 1
    assert "threshold of fox: 0.85 → 0.83" in done.out
    assert "drifted → same  fox  ratio 0.8307, 0.85 → 0.83, false positive" in done.out
    assert "llm_drift_threshold(0.83)" in done.out
    calibration = read_calibration(program.state / "calibration.json").calibration
    assert [(row.test, row.old, row.new) for row in calibration.log] == [("fox", 0.85, 0.83)]
    assert calibration.pairs[0].reason == "same meaning"
    assert calibration.rescoring is not None
    assert len(calibration.rescoring.flips) == 1
    done = program(*argv)
    assert done.code == 0
    assert done.out.startswith("Same: 0.8307 >= 0.83 (override; default 0.85)\n")
    done = program(*argv, "--class", "false-positive", "--why", "again")
    assert done.code == 2
    assert "nothing drifted" in done.err


def test_a_new_threshold_has_to_let_the_pair_pass(program: Program, tree: Path) -> None:
    argv = ("drift", "recorded.txt", "similar.txt", "--class", "false-positive", "--why", "w")
    done = program(*argv, "--new-threshold", "0.84")
    assert done.code == 2
    assert "the pair would still drift" in done.err
    assert program(*argv, "--threshold", "0.9").code == 2
    assert not (program.state / "calibration.json").exists()
    assert program(*argv, "--new-threshold", "0.7").code == 1
    log = read_calibration(program.state / "calibration.json").calibration.log
    assert [row.new for row in log] == [0.7]


def test_an_expected_drift_needs_its_cause_in_the_working_tree(
    program: Program, tree: Path
) -> None:
    names = ("drift", "recorded.txt", "other.txt")
    argv = (*names, "--class", "expected", "--why", "new prompt", "--changed", "prompt")
    recorded = Path("recorded.txt")
    done = program(*argv)
    assert done.code == 4
    assert "not accepted: no changed file of the working tree fits 'prompt'" in done.err
    assert recorded.read_text() == f"{RECORDED}\n"
    assert program(*argv, "--path", "../prompts/hello.txt").code == 4
    (tree / "prompts" / "hello.txt").write_text("Say hello to all.\n")
    recorded.chmod(0o640)
    done = program(*argv)
    assert done.code == 1
    assert "prompt changed in the working tree: prompts/hello.txt" in done.out
    assert recorded.read_text() == f"{OTHER}\n"
    assert recorded.stat().st_mode & 0o777 == 0o640
    assert program("drift", "recorded.txt", "other.txt").code == 0
    pairs = read_calibration(program.state / "calibration.json").calibration.pairs
    assert [(pair.triage, pair.reason) for pair in pairs] == [("expected", "new prompt")]


def test_who_insists_is_taken_at_their_word(program: Program, tree: Path) -> None:
    argv = ("drift", "recorded.txt", "other.txt", "--class", "expected", "--why", "w")
    done = program(*argv, "--changed", "model", "--insist")
    assert done.code == 1
    assert "accepted although no changed file of the working tree fits 'model'" in done.out
    assert Path("recorded.txt").read_text() == f"{OTHER}\n"
    keep(program.state, SESSION, "instructions-drift")
    done = program("drift", "last:live-call", *argv[2:], "--changed", "model", "--insist")
    assert done.code == 2
    assert "give the file of the recorded answer" in done.err


def test_diff_has_the_ratio_and_whose_threshold(program: Program, tree: Path) -> None:
    keep(program.state, SESSION, "instructions-drift")
    keep(program.state, "20310102T000000Z-0000", "instructions-drift")
    rehearsed = program.state / "calibration.rehearsed.json"
    change = ("--calibration", str(rehearsed), "calibration", "--threshold", "0.7", "--why", "w")
    assert program(*change, "--yes", "--test", "openai-subscription/live-call").code == 0
    done = program("diff", SESSION, "last")
    assert done.code == 0
    done = program("diff", SESSION, "last", "--all")
    assert "1.00 >= 0.70 (override; default 0.85), the calibration log's" in done.out
    rows = {row["name"]: row for row in program("diff", SESSION, "last", "--json").json()["rows"]}
    drift = rows["live-call text"]["drift"]
    assert (drift["case"], drift["text"]["ratio"]) == ("openai-subscription/live-call", 1.0)
    assert (drift["threshold"]["source"], drift["tool_calls"]) == ("calibration", None)
    assert "drift" not in rows["live-call outcome"]
    rehearsed.write_text("{")
    assert program("diff", SESSION, "last").code == 3


def test_a_link_is_not_replaced(program: Program, tree: Path) -> None:
    Path("link.txt").symlink_to("recorded.txt")
    argv = ("--class", "expected", "--why", "w", "--changed", "model", "--insist")
    done = program("drift", "link.txt", "other.txt", *argv)
    assert done.code == 4
    assert "link.txt is a link" in done.err
    assert Path("recorded.txt").read_text() == f"{RECORDED}\n"
    assert not (program.state / "calibration.json").exists()


def test_an_archives_step_is_compared(program: Program, tree: Path) -> None:
    keep(program.state, SESSION, "instructions-drift")
    assert program("archive", SESSION, "-o", "one.smoke").code == 0
    told = program("drift", "one.smoke:live-call", "last:live-call", "--json").json()
    assert (told["exit_code"], told["text"]["ratio"]) == (0, 1.0)


def test_a_regression_leaves_the_recorded_answer(program: Program, tree: Path) -> None:
    argv = ("drift", "recorded.txt", "other.txt", "--class", "regression", "--why", "nonsense")
    done = program(*argv, "--ticket", "ticket.md")
    assert done.code == 1
    assert "the recorded answer stays" in done.out
    ticket = Path("ticket.md").read_text()
    assert "# Provider regression: recorded.txt" in ticket
    assert "[-" in ticket
    assert Path("ticket.md").stat().st_mode & 0o777 == 0o600
    assert Path("recorded.txt").read_text() == f"{RECORDED}\n"
    # One that passed asks for a higher default.
    case_file(Path("near.json"), RECORDED.replace("lazy", "busy"))
    done = program("drift", "recorded.txt", "near.json", *argv[3:])
    assert done.code == 0
    assert "this regression passed at 0.9531 (trigger 2)" in done.out
    assert "--default 0.96" in done.out
    assert "due by recorded.txt" in program("calibration").err


def test_a_secret_in_an_answer_is_neither_shown_nor_kept(program: Program, tree: Path) -> None:
    key = "sk-proj-" + "A1b2C3d4E5f6" * 4
    new = case_file(Path("new.json"), f"{RECORDED} The key is {key}")
    done = program("drift", "recorded.txt", new, "--class", "regression", "--why", f"has {key}")
    assert done.code == 1
    assert key not in done.out
    assert "[REDACTED:" in done.out
    assert key not in (program.state / "calibration.json").read_text()
    argv = ("--class", "expected", "--why", "w", "--changed", "model", "--insist")
    assert program("drift", "recorded.txt", new, *argv).code == 1
    assert key not in Path("recorded.txt").read_text()


def test_the_default_call_of_difflib_is_an_option(program: Program, tree: Path) -> None:
    Path("a.txt").write_text("a" + "x" * 300)
    Path("b.txt").write_text("b" + "x" * 300)
    assert program("drift", "a.txt", "b.txt").code == 0
    told = program("drift", "a.txt", "b.txt", "--drift-autojunk", "--json").json()
    assert told["text"]["metric"] == "seqmatch-char/autojunk=on/v1"
    assert told["exit_code"] == 1


def test_an_undecided_comparison_is_no_pass(program: Program, tree: Path) -> None:
    numbers = [f"{n * 7919 % 10007:05d}" for n in range(20_000)]
    Path("a.txt").write_text(" ".join(numbers))
    half = len(numbers) // 2
    Path("b.txt").write_text(" ".join(numbers[half:] + numbers[:half]))
    done = program("drift", "a.txt", "b.txt", "--threshold", "0.6", "--json")
    told = done.json()
    assert (told["word"], done.code) in (("undecided", 4), ("same", 0), ("drifted", 1))


def test_a_baseline_that_changed_meanwhile_is_not_replaced(tree: Path, tmp_path: Path) -> None:
    """As when an editor saves it between the comparison and the triage."""
    settings = Settings({"state-dir": Value(str(tmp_path / "state"), "test")})
    old, new = (read_side(settings, name, Vault()) for name in ("recorded.txt", "other.txt"))
    drift = compare_answers("fox", old.name, Threshold(), old.answer, new.answer)
    triage = triage_from(TriageOptions("expected", "w", "prompt", insist=True))
    assert triage is not None
    Path("recorded.txt").write_text("edited")
    pair = DriftPair(drift, old.answer, new.answer)
    with pytest.raises(CommandError, match="it was changed since it was read") as caught:
        perform(settings, triage, pair, old, new)
    assert caught.value.exit == Exit.NOT_PROVABLE
    assert Path("recorded.txt").read_text() == "edited"
