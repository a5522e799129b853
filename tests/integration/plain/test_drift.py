"""A drift, line by line: in words, bounded, and in full when asked for."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.plain_program import Piped


def test_a_drift_is_read_before_it_is_triaged(tmp_path: Path) -> None:
    options = ["--plain", "answer-drift", "--rehearse", "--scenario", "text-drift"]
    with Piped(options, home=tmp_path) as plain:
        plain.enter("run", "run", "y")
        at = plain.wait_for("Question: Drift of answer-drift/live-call")
        before = plain.output[:at]
        for line in (
            "\nDrifted: 0.5",
            " < 0.70 (override; default 0.85)",
            "\nThreshold: 0.70 (override; default 0.85): the pytest marker's, tests/core/llm",
            "\nDifference 1 of 4, line 1 of the recorded text:\n  | ",
            "\nRecorded: nothing\nNew: that you\n",
        ):
            assert line in before
        plain.enter("drift", "v", "l")
        plain.wait_for("Question: Every step has been walked.", after=at)
        after = plain.output[at:]
        assert after.count("Difference 4 of 4") == 2
        plain.enter("drift 1", "quit", "y")
        plain.wait_for("Nothing was compared with a recorded answer there.")
        plain.end()


def test_a_refresh_of_cassettes_is_walked_line_by_line(tmp_path: Path) -> None:
    with Piped(["--plain", "cassette-refresh", "--rehearse"], home=tmp_path) as plain:
        at = 0
        for question, line in (
            ("Next: 1.", "run"),
            ("Next: 2.", "run"),
            ("Next: 3.", "run"),
            ("Record the case greeting?", "y"),
            ("Next: 4.", "run"),
            ("Next: 5.", "output open-differences"),
            ("Still asked", "run"),
            ("Next: 6.", "run"),
            ("Question: I have read every difference", "p fine"),
            ("Next: 7.", "run"),
            ("Next: 8.", "run"),
            ("Next: 9.", "run"),
            ("Question: The cassettes", "p fine"),
            ("Question: Every step has been walked", "finish"),
        ):
            at = plain.wait_for(question, after=at)
            plain.enter(line)
        plain.enter("quit")
        assert plain.end() == 0
    assert "They wait for their review." in plain.output
    # Printed by the step, and once more by the command.
    assert plain.output.count("{+by name, +}") == 2
    assert "| 3 cassettes checked: no secret" in plain.output
    assert "| greeting: accepted (expected)" in plain.output
