"""A battery line by line: what is asked before it spends, how far it is, what it came to."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.plain_program import Piped


def test_a_battery_is_walked_to_its_end(tmp_path: Path) -> None:
    options = ["--plain", "--rehearse", "--scenario", "judge-format-violation"]
    with Piped([*options, "format-compliance"], home=tmp_path) as plain:
        plain.enter("run", "run", "run")
        plain.wait_for("Question: Make 130 calls for the battery format-compliance?")
        plain.wait_for("Cap: calls 1 to 130 of at most 150, 20 left after it\n")
        plain.wait_for("Stops: by itself once 90 % of a window")
        plain.enter("yes")
        plain.wait_for("130 of 130 calls, ")
        at = plain.wait_for("Step 3 of 3, fail, judge-format-violation: Run the battery.")
        plain.enter("battery 3", "battery 2", "finish", "battery 3", "quit")
        assert plain.end() == 1
    after = plain.output[at:]
    assert after.count("\nConforming: 112 of 130; to the byte 112 of 130\n") == 2
    assert "\nClaim: 18 violations in 130 answers" in after
    assert "repeat 1: Format Non-compliance Detected: the verdict is written in another" in after
    assert "\n  | PASSWORD field missing\n" in after
    assert "\n  | PASS\n  | FAIL: it is both\n" in after
    assert "\nNo battery ran there.\n" in after
    assert "\nThe session has ended. Verdict: fail." in after
    assert "{'" not in plain.output
