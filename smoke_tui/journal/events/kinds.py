"""The kinds of events: their serialized names, and what each says, for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SCHEMA: Final = "smoke-journal/1"

FACTS: Final[Mapping[str, str]] = {
    "session.opened": "the session's first line: runbook, settings, who and where",
    "session.resumed": "somebody goes on with it: settings, who and where; what lived is gone",
    "http": "the answer of an HTTP request, or why there was none",
    "listen": "a listener is ready, was called, or could not listen",
    "process": "a child started, printed a block, was read out, or ended",
    "tcp": "a connection was made, or why not",
    "timer": "a time that was waited for has come",
    "draw": "a random value was drawn; only its public parts are here",
    "browser": "a page was handed to the browser, or could not be",
    "clipboard": "a text was offered to be carried elsewhere",
    "file": "a file was read or written, or could not be",
    "recording": "recorded exchanges were listed, replayed or written, or could not be",
    "battery": "a pack was read, a call of a battery is finished or waits, or it has ended",
    "changes": "what differs in the project's working tree from its last commit",
    "env": "variables of the environment were looked at",
    "codex-cli": "what the installed Codex CLI sends, captured on loopback",
    "health": "whether a service that was ready still answers, said when it changes",
    "price": "what tokens cost at the public rates of an API, from a table of prices",
    "ledger": "rows of the stack's ledger, or why there are none",
    "answered": "the operator, or who stands for them, answered a question",
    "cancelled": "the operator stopped a step or the session",
    "fault": "our own tool broke; the trace has no local variables",
    "noted": "the operator noted something",
}

DECISIONS: Final[Mapping[str, str]] = {
    "request": "the engine asks the world for something",
    "release": "the engine no longer waits for it",
    "try.started": "a try of a step begins",
    "evidence": "something seen that matters",
    "finding": "something worth a look that decides nothing",
    "captured": "a value for later steps",
    "provided": "a resource that outlives its step",
    "amended": "the operator's word on a step is another now: the old outcome, the new word, why",
    "undone": "what was done counts no more, and is to be done again",
    "resource.lost": "such a resource is gone",
    "spend.reserved": "a call is about to be made",
    "spend.returned": "calls that were reserved and are not made",
    "spend.settled": "what the call cost, as far as it is known",
    "try.finished": "what a try came to, before rules",
    "rule.matched": "a rule of the runbook applies",
    "branch.taken": "the walk goes to a fallback",
    "retry.planned": "the engine tries the step once more",
    "step.finished": "the outcome of a step",
    "session.closed": "the verdict and the totals",
}
