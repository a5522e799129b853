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
        plain.enter("run", "run", "run", "y")
        plain.wait_for("They wait for their review.")
        plain.enter("run", "run")
        at = plain.wait_for("3 cassettes checked: no secret")
        assert "{+by name, +}" in plain.output
        plain.enter("output open-differences", "run", "p fine", "run")
        plain.wait_for("| greeting: accepted (expected)", after=at)
        assert plain.output[at:].count("{+by name, +}") == 1, "all that was printed, once more"
        plain.enter("run", "run", "p fine", "finish")
        plain.end()
