"""Scenarios of responses that look complete and are not, or contradict themselves."""

from __future__ import annotations

from typing import Final

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.rehearsal.provider import streaming
from smoke_tui.rehearsal.provider.streaming import Script
from smoke_tui.rehearsal.scenarios.scenario import Scenario

_OTHER: Final = "gpt-5.2-2025-12-11"

_OF_DRIFT: Final = "constructed: what differs from the rehearsal's own recorded answer"

ANSWER_ROWS: Final = (
    Scenario(
        "text-drift",
        "The answer is worded otherwise than the recorded one: only the runbook `answer-drift` compares it.",
        _OF_DRIFT,
        runbook="answer-drift",
        answer="The word that you asked for is {nonce}. This was a rehearsal, and nothing else.",
    ),
    Scenario(
        "text-drift-false-positive",
        "The answer says the same in some other words, and the operator triages it as a false "
        "positive: only the runbook `answer-drift` compares it.",
        _OF_DRIFT,
        runbook="answer-drift",
        answer="This answer was rehearsed. The word {nonce} is given back as it was asked for.",
        operator={"drift": Answer(Verb.FALSE_POSITIVE, words="It says the same in other words.")},
    ),
    Scenario(
        "tool-call-drift",
        "The model calls a tool that the recorded answer does not call: only the runbook `answer-drift` "
        "compares it.",
        _OF_DRIFT,
        runbook="answer-drift",
        script=Script(streaming.CALLING, tool_call=("save_summary", '{"words": 12}')),
    ),
    Scenario(
        "drift-undecided",
        "The stream states the arguments of one tool call in two ways, so that no comparison is "
        "certain: only the runbook `answer-drift` compares it.",
        _OF_DRIFT,
        runbook="answer-drift",
        script=Script(
            streaming.CALLING,
            tool_call=("save_summary", '{"words": 12}'),
            other_arguments='{"words": 13}',
        ),
    ),
    Scenario(
        "degraded-model-header",
        "The answer's body names the model that was asked for, its header another one.",
        "places from openai/codex PR #27478",
        script=Script(served_header=_OTHER),
    ),
    Scenario(
        "degraded-model-created",
        "Only the live call: nothing but the headers inside the stream's first event names another "
        "model, and the stack does not look there.",
        "openai/codex PR #27478",
        script=Script(created_header=_OTHER),
    ),
    Scenario(
        "degraded-route-organization",
        "The call is answered as one of an organisation's API key: a header says so.",
        "the header of the public API's answers",
        answer_headers=(("openai-organization", "org-FAKE-platform-tier"),),
    ),
    Scenario(
        "degraded-empty-commentary",
        "Only the live call: the model comments on what it does and gives no final answer, which "
        "the stack does not tell apart.",
        "phases of client 0.169's items",
        script=Script(phase="commentary"),
    ),
    Scenario(
        "stream-cut-done",
        "The stream ends with response.done, which is no end that the real client takes.",
        "openai's realtime API names it so; tried on client 0.169",
        script=Script(streaming.DONE),
    ),
    Scenario(
        "response-failed-untyped",
        "The stream breaks off with an error that only the event's name calls one.",
        "constructed from the envelopes in use",
        script=Script(
            streaming.UNTYPED,
            error=("processing_error", "An error occurred while processing your request."),
        ),
    ),
)
