"""Who answers when nobody is there: consent, an answers file, or "absent"."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from smoke_tui.config.questions import QUESTIONS, Answer, Verb
from smoke_tui.errors import UsageError
from smoke_tui.runbook.model import Runbook
from smoke_tui.runbook.schema.positions import Positions
from smoke_tui.structs import replace

if TYPE_CHECKING:
    from smoke_tui.rehearsal import Rehearsal

PLAIN: Final = ("answer", "note", "waive")
KINDS: Final = tuple(name for name, kind in QUESTIONS.items() if kind.answers_file)
"""Kinds of question that a key of an answers file may name; `answer` is for one question alone."""

FIELDS: Final = (*PLAIN, *KINDS)
AGREED: Final = ("yes", "y", "true", "pass", "ok", "done")
REFUSED: Final = ("no", "n", "false", "fail")
"""Words of an answers file; a sentence is neither, so that it is never read as a pass."""

_BY: Final = "answers file"


def read_answers(path: Path, runbook: Runbook) -> dict[str, dict[str, str]]:
    """An answers file: a table a step id, with `answer`, `note`, `waive`, or kinds of question.

    Raises:
        UsageError: it can't be read, or names a step or a key that does not exist.
    """
    try:
        text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at_end = f"at line {text.rstrip().count(chr(10)) + 1}, the end of document"
        raise UsageError(
            f"--answers {path}: {error}".replace("at end of document", at_end)
        ) from None
    except OSError as error:
        raise UsageError(f"--answers {path}: can't be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--answers {path}: {error}") from None
    places = _places(text)
    steps = {step.id: step for step in runbook.steps}
    answers: dict[str, dict[str, str]] = {}

    def wrong(at: tuple[str, ...], problem: str) -> UsageError:
        line = next(
            (
                f" line {places[at[:end]][0]}:"
                for end in range(len(at), 0, -1)
                if at[:end] in places
            ),
            "",
        )
        return UsageError(f"--answers {path}:{line} {problem}")

    for step_id, table in raw.items():
        if step_id not in steps:
            raise wrong((step_id,), f"no step {step_id!r} (it has {', '.join(steps)})")
        if not isinstance(table, dict):
            raise wrong((step_id,), f"[{step_id}] has to be a table")
        for key, value in table.items():
            if key not in FIELDS or not isinstance(value, str):
                raise wrong((step_id, key), f"[{step_id}] {key}: only {', '.join(FIELDS)}, as text")
        if "waive" in table and not table["waive"].strip():
            raise wrong((step_id, "waive"), f"[{step_id}] waive needs a reason")
        if "waive" in table and steps[step_id].proof:
            raise wrong(
                (step_id, "waive"),
                f"[{step_id}] is what the runbook is for (proof = true) and can't be waived",
            )
        answers[step_id] = dict(table)
    return answers


def _places(text: str) -> Mapping[tuple[str | int, ...], tuple[int, int]]:
    """Line and column of each key of a TOML text; empty where the text can't be parsed for them."""
    try:
        return Positions(text).keys
    except (ValueError, RecursionError):
        return {}


class Headless:
    """Answers without a person: `--live` is the consent to begin and to spend.

    One `answer` is for one question; where a step asks several, a key names the kind of each.
    """

    def __init__(self, answers: Mapping[str, Mapping[str, str]]) -> None:
        self._answers = answers
        self._taken: dict[tuple[str, str], str] = {}
        self._ambiguous: dict[str, str] = {}

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        """The answer to a question; None leaves it to somebody else."""
        step = str(data.get("step"))
        answers = self._answers.get(step, {})
        if kind == "begin" and "waive" in answers:
            self._taken[step, "waive"] = kind
            return Answer(Verb.WAIVE, reason=answers["waive"], by=_BY)
        if kind == "second-opinion":
            return Answer(Verb.YES if data.get("wanted") else Verb.NO, by="consent")
        if QUESTIONS[kind].consent:
            return Answer(QUESTIONS[kind].verbs[0], by="consent")
        text, problem = self._take(step, kind, answers)
        if kind == "model":
            listed = data.get("listed")
            fits = text is not None and (not listed or text in listed)
            return (
                Answer(Verb.USE, model=str(text), by=_BY)
                if fits
                else Answer(Verb.ABSENT, by="nobody")
            )
        if kind == "instructions" and text is None and data.get("captured"):
            return Answer(Verb.CAPTURED, by="consent")
        if text is None:
            return Answer(Verb.ABSENT, words=problem, by="nobody")
        return _as_answer(kind, text, answers.get("note", ""))

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Nobody else answers here."""

    def _take(
        self, step: str, kind: str, answers: Mapping[str, str]
    ) -> tuple[str | None, str | None]:
        """The text that answers a question, or why there is none."""
        if kind in answers:
            # Every field of a page has its own tick; anything else is asked once and answered once.
            if kind != "tick" and (step, kind) in self._taken:
                return None, self._spent(step, kind, f"`{kind}`", kind)
            self._taken[step, kind] = kind
            return answers[kind], None
        if "answer" not in answers or kind not in KINDS:
            return None, None
        if QUESTIONS[kind].answers_file != "plain" and _is_plain(answers["answer"]):
            return None, f"{answers['answer']!r} answers no question for {kind}."
        before = self._taken.get((step, "answer"))
        if before is not None:
            return None, self._spent(step, kind, "`answer`", before)
        self._taken[step, "answer"] = kind
        return answers["answer"], None

    def _spent(self, step: str, kind: str, key: str, before: str) -> str:
        words = (
            f"{key} of [{step}] was taken for {before}, and answers one question alone; give "
            f'this one its own: {kind} = "…".'
        )
        self._ambiguous.setdefault(step, words)
        return words

    def findings(self) -> list[tuple[str, str, str]]:
        """What was wrong with the answers in the end: code, step, and what."""
        rows = [("ambiguous-answer", step, words) for step, words in self._ambiguous.items()]
        for step, answers in self._answers.items():
            unused = [key for key in answers if key != "note" and (step, key) not in self._taken]
            if "waive" in answers and (step, "waive") in self._taken and len(unused) > 0:
                rows.append(
                    (
                        "ambiguous-answer",
                        step,
                        f"[{step}] waives the step and answers it; it was waived.",
                    )
                )
            elif unused:
                rows.append(
                    ("unused-answer", step, f"Nothing asked for {', '.join(unused)} of [{step}].")
                )
            elif not answers or set(answers) == {"note"}:
                rows.append(("unused-answer", step, f"[{step}] answers nothing."))
        return rows


def _is_plain(text: str) -> bool:
    return text.strip().lower() in (*AGREED, *REFUSED)


def _as_answer(kind: str, text: str, note: str) -> Answer:
    """An answer's text in the form the question takes; a note goes beside it.

    Only a plain yes agrees: "I did not see it" must not. An attestation is a free text.
    """
    low = text.strip().lower()
    agreed = low in AGREED
    note = note.strip()
    words = note or ("" if agreed or low in REFUSED else text)
    if kind == "attest" and agreed and not note:
        return Answer(
            Verb.ABSENT,
            by="nobody",
            words='An attestation needs words: add note = "…", what you saw and where.',
        )
    if QUESTIONS[kind].answers_file == "verb":
        return _as_verb(kind, text, note)
    if QUESTIONS[kind].answers_file == "path":
        return Answer(Verb.FILE, path=text, by=_BY)
    verbs = QUESTIONS[kind].verbs
    verb = verbs[0] if agreed else verbs[1] if low in REFUSED else verbs[-1]
    return Answer(verb, words=words, by=_BY)


def _as_verb(kind: str, text: str, note: str) -> Answer:
    """One of the words that a question takes; any other text where it takes one."""
    verbs = QUESTIONS[kind].verbs
    verb = next((each for each in verbs if each == text.strip().lower()), None)
    if verb is None and Verb.TEXT in verbs:
        return Answer(Verb.TEXT, words=text, by=_BY)
    if verb is None:
        return Answer(
            Verb.ABSENT, by="nobody", words=f"{text!r} is none of {', '.join(verbs)} ({kind})."
        )
    return Answer(verb, words=note or None, by=_BY)


class Scripted:
    """The rehearsal's operator, marked as such."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        """The answer to a question; None leaves it to somebody else."""
        if kind == "second-opinion":
            return Answer(Verb.YES if data.get("wanted") else Verb.NO, by="rehearsal")
        answer = await self._rehearsal.answer(kind, data)
        if answer is None and not QUESTIONS[kind].elsewhere:
            return Answer(
                Verb.ABSENT, words="The rehearsal's operator has no answer to this.", by="rehearsal"
            )
        return None if answer is None else replace(answer, by="rehearsal")

    async def observe(self, kind: str, data: Mapping[str, Any], answer: Answer) -> None:
        """Hand an answer of the operator on."""
        await self._rehearsal.observe(kind, data, answer)
