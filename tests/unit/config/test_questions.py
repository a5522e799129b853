"""The table of questions to the operator is complete, and so is everything that follows it."""

from __future__ import annotations

import asyncio
import re

import pytest

from smoke_tui.cli.answers_file import Headless
from smoke_tui.config.questions import QUESTIONS, QuestionKind, Verb
from smoke_tui.presentation.live.narrate import ANSWER_TEXTS
from smoke_tui.presentation.live.questions import FORMS, TEXT_ALONE
from tests.helpers.paths import ROOT

KINDS = pytest.mark.parametrize("kind", QUESTIONS.values(), ids=list(QUESTIONS))


@KINDS
def test_keys_are_unique_and_lead_to_an_answer_of_the_kind(kind: QuestionKind) -> None:
    assert kind.about
    keys = [choice.key for choice in kind.choices]
    assert keys
    assert len(keys) == len(set(keys))
    for choice in kind.choices:
        assert (choice.do is None) is bool(choice.special)
        assert choice.do is None or choice.do in kind.verbs
        assert (choice.words == "none") is (choice.prompt == "")


@KINDS
def test_every_answer_is_narrated(kind: QuestionKind) -> None:
    assert set(kind.verbs) <= set(ANSWER_TEXTS)


def test_every_kind_is_rendered_and_every_verb_is_used() -> None:
    assert set(FORMS) | TEXT_ALONE == set(QUESTIONS)
    assert not set(FORMS) & TEXT_ALONE
    used = {verb for kind in QUESTIONS.values() for verb in kind.verbs}
    assert used | {Verb.ABSENT} == set(Verb)


def test_a_question_about_a_proof_has_no_default_key() -> None:
    for kind in QUESTIONS.values():
        if kind.stakes == "proof":
            assert all(choice.key != "enter" for choice in kind.choices)


@KINDS
def test_who_answers_without_an_operator(kind: QuestionKind) -> None:
    """Consent and an answers file answer what the table says, and nothing else is answered."""
    agreed = str(kind.verbs[0]) if kind.answers_file == "verb" else "yes"
    answers = Headless({"one": {kind.name: agreed, "note": "Seen."} if kind.answers_file else {}})
    data = {"step": "one", "wanted": True}
    answer = asyncio.run(answers.answer(kind.name, data))
    assert answer is not None
    if kind.consent:
        assert (answer.do, answer.by) == (kind.verbs[0], "consent")
    elif kind.answers_file:
        assert (answer.do, answer.by) == (kind.verbs[0], "answers file")
    else:
        assert answer.do == Verb.ABSENT
    assert not (kind.consent and kind.answers_file)


def test_every_kind_that_is_asked_is_in_the_table() -> None:
    """The first argument of every `Question(...)` in the package."""
    source = "".join(path.read_text() for path in (ROOT / "smoke_tui").rglob("*.py"))
    asked = set(re.findall(r'\bQuestion\(\s*"([\w-]+)"', source))
    assert asked
    assert asked <= set(QUESTIONS)
