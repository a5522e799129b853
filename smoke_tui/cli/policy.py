"""Who answers when nobody is there: consent, an answers file, or "absent"."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smoke_tui.runbook.model import Runbook
from smoke_tui.settings import UsageError

FIELDS = ("answer", "note", "waive")
AGREED = ("yes", "y", "true", "pass", "ok", "done")
REFUSED = ("no", "n", "false", "fail")
"""Words of an answers file; a sentence is neither, so it never stands for a pass."""

ANSWERED_ELSEWHERE = ("callback", "device")


def read_answers(path: Path, runbook: Runbook) -> dict[str, dict[str, str]]:
    """An answers file: a table a step id, with `answer`, `note` or `waive`.

    Raises:
        UsageError: it can't be read, or names a step or a key that does not exist.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"--answers {path}: {error}") from None
    ids = [step.id for step in runbook.steps]
    answers: dict[str, dict[str, str]] = {}
    for step_id, table in raw.items():
        if step_id not in ids:
            raise UsageError(f"--answers {path}: no step {step_id!r} (it has {', '.join(ids)})")
        if not isinstance(table, dict):
            raise UsageError(f"--answers {path}: [{step_id}] has to be a table")
        for key, value in table.items():
            if key not in FIELDS or not isinstance(value, str):
                raise UsageError(
                    f"--answers {path}: [{step_id}] {key}: only {', '.join(FIELDS)}, as text"
                )
        if "waive" in table and not table["waive"].strip():
            raise UsageError(f"--answers {path}: [{step_id}] waive needs a reason")
        if "waive" in table and runbook.step(step_id).proof:
            raise UsageError(f"--answers {path}: [{step_id}] is what the runbook is for (proof = "
                             "true) and can't be waived")
        answers[step_id] = dict(table)
    return answers


class Headless:
    """Answers without a person: `--live` is the consent to begin and to spend."""

    def __init__(self, answers: Mapping[str, Mapping[str, str]]) -> None:
        self._answers = answers

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        given = self._answers.get(str(data.get("step")), {})
        if kind == "begin":
            if "waive" in given:
                return {"do": "waive", "reason": given["waive"], "by": "answers file"}
            return {"do": "run", "by": "consent"}
        if kind in ("spend", "commands"):
            return {"do": "yes", "by": "consent"}
        if kind == "finish":
            return {"do": "finish", "by": "consent"}
        if kind == "model":
            chosen = given.get("answer")
            return ({"do": "use", "model": chosen, "by": "answers file"} if chosen
                    else {"do": "keep", "by": "consent"})
        if kind == "instructions" and "answer" not in given and data.get("captured"):
            return {"do": "captured", "by": "consent"}
        if "answer" not in given:
            return {"do": "absent", "by": "nobody"}
        return _as_answer(kind, given["answer"], given.get("note", ""))

    async def observe(
        self, kind: str, data: Mapping[str, Any], answer: Mapping[str, str]
    ) -> None:
        """Nobody else answers here."""


def _as_answer(kind: str, text: str, note: str) -> Mapping[str, str]:
    """An answer's text in the form the question takes; a note goes beside it.

    Only a plain yes agrees: "I did not see it" must not.
    """
    by = "answers file"
    low = text.strip().lower()
    agreed = low in AGREED
    words = note or ("" if agreed or low in REFUSED else text)
    if kind in ("confirm", "attest", "service"):
        return {"do": "yes" if agreed else "no", "words": words, "by": by}
    if kind == "tick":
        return {"do": "done" if agreed else "no", "words": words, "by": by}
    if kind == "manual":
        done = "pass" if agreed else "fail" if low in REFUSED else "blocked"
        return {"do": done, "words": words, "by": by}
    if kind == "instructions":
        return {"do": "file", "path": text, "by": by}
    return {"do": "absent", "words": "This question can't be answered from a file.", "by": by}


class Scripted:
    """The rehearsal's operator, marked as such."""

    def __init__(self, rehearsal: Any) -> None:
        self._rehearsal = rehearsal

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Mapping[str, str] | None:
        answer = await self._rehearsal.answer(kind, data)
        if answer is None and kind not in ANSWERED_ELSEWHERE:
            return {"do": "absent", "words": "The rehearsal's operator has no answer to this.",
                    "by": "rehearsal"}
        return None if answer is None else {**answer, "by": "rehearsal"}

    async def observe(
        self, kind: str, data: Mapping[str, Any], answer: Mapping[str, str]
    ) -> None:
        await self._rehearsal.observe(kind, data, answer)
