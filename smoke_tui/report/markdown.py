"""The report that stands alone on an issue: a pure function of the runbook and the state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from smoke_tui.journal.fold import State, StepState, Try
from smoke_tui.journal.verdict import chosen, is_partial
from smoke_tui.journal.verdict import verdict as verdict_of
from smoke_tui.outcomes import CODES, Outcome, Verdict
from smoke_tui.report.check_object import in_order, seconds_of
from smoke_tui.report.escaping import fenced, inline, ours, shorten
from smoke_tui.report.spend import spend_of, spend_words
from smoke_tui.runbook.model import Runbook, Step

LIMIT: Final = 60_000
"""Bytes; a code host refuses a body over 65,536 characters, and the report would be lost."""

SENTENCES: Final = {
    Verdict.PASS: "Everything that had to be shown was shown",
    Verdict.PASS_ATTESTED: "Everything passed; the route rests on the operator's word",
    Verdict.PASS_WITH_WAIVERS: "Everything that was done passed; something was waived",
    Verdict.INCOMPLETE: "Not everything was done",
    Verdict.EXPECTED_LIMITATION: "Met a limitation that the runbook expects; nothing was shown",
    Verdict.BLOCKED: "Something kept the thing under test from being tried",
    Verdict.FAIL: "The thing under test did not do what it must",
    Verdict.ERROR: "The tool itself broke",
}


def markdown(runbook: Runbook, state: State) -> str:
    """The report, at most 60,000 bytes of UTF-8; details go first, largest first."""
    verdict = state.verdict or verdict_of(runbook, state)
    head = [
        *_opening(runbook, state, verdict), *_facts(runbook, state), *_table(runbook, state),
        *_not_done(runbook, state), *_worth_a_look(runbook, state),
    ]
    tail = _rebuild(runbook, state)
    details = [list(_details(runbook, state, step)) for step in in_order(runbook, state)]
    return _fit(head, [block for block in details if block], tail)


def _fit(head: list[str], details: list[list[str]], tail: list[str]) -> str:
    """Join, leaving out whole blocks of details, the largest first, until it fits."""
    left_out = 0
    while True:
        note = [f"_{left_out} block(s) of details were left out to keep this report under "
                f"{LIMIT:,} bytes; the session's evidence has them._", ""] if left_out else []
        lines = [*head, *(line for block in details for line in block), *note, *tail]
        text = "\n".join(lines).rstrip() + "\n"
        size = len(text.encode())
        if size <= LIMIT:
            return text
        if not details:
            cut = text.encode()[: LIMIT - 200].decode("utf-8", "ignore")
            return cut.rpartition("\n")[0] + "\n\n_The rest was left out: too long._\n"
        details.remove(max(details, key=lambda block: sum(len(line) for line in block)))
        left_out += 1


def _opening(runbook: Runbook, state: State, verdict: Verdict) -> Iterator[str]:
    if state.world == "rehearsed":
        scenario = state.opened["config"].get("scenario")
        yield f"REHEARSAL: nothing was proven. Scenario {inline(scenario)}."
        yield ""
    elif not state.opened.get("real_provider", True):
        yield (f"**NOT THE PROVIDER: calls went to {inline(state.opened['config']['codex_url'])}, "
               "so nothing was proven.**")
        yield ""
    marker = json.dumps(state.session)[1:-1].replace("--", "")
    yield f"<!-- smoke-report v1 session={marker} runbook={runbook.id} sha256={runbook.sha256} -->"
    issue = f" for {ours(runbook.issue)}" if runbook.issue else ""
    yield f"## {ours(runbook.title)}{issue}"
    yield ""
    recovered = [s.id for s in state.steps.values()
                 if s.outcome is Outcome.PASS and len(s.tries) > 1]
    after = " after a fallback" if recovered and state.branches else (
        " after a retry" if recovered else "")
    partial = " (only a part of the runbook was chosen)" if is_partial(state) else ""
    yield f"**Verdict: {verdict.value.upper()}{after}.** {SENTENCES[verdict]}{partial}."
    worst = next((s for s in state.steps.values()
                  if s.outcome in (Outcome.FAIL, Outcome.BLOCKED, Outcome.EXPECTED_LIMITATION)
                  and s.code), None)
    if worst is not None and worst.code in CODES:
        code = CODES[worst.code]
        yield ""
        yield (f"`{worst.id}` ended {worst.outcome.value if worst.outcome else ''} with "
               f"`{worst.code}`: {code.what} Whose side: {code.side}. Next: {code.remedy}")
    if state.closed is None:
        yield ""
        yield "This session is not finished."
    yield ""


def _facts(runbook: Runbook, state: State) -> Iterator[str]:
    opened = state.opened
    config = opened["config"]
    project = opened.get("project")
    under_test = "no version control found"
    if project:
        dirty = "with uncommitted changes" if project["dirty"] else "clean"
        under_test = f"{inline(project['revision'][:12])} ({dirty})"
    yield "| | |"
    yield "|---|---|"
    rows = [
        ("Run by", f"{inline(opened['by'])} on {inline(opened['host'])} "
                   f"({inline(opened['system'])}, Python {inline(opened['python'])})"),
        ("When", _when(state)),
        ("Origin", f"declared **{ours(config['origin'])}**"),
        ("Code under test", under_test),
        ("Runbook", f"{inline(opened['runbook']['path'])}, sha256 {inline(runbook.sha256)}"),
        ("Spend", ours(spend_words(state)) + _limits(state)),
        ("Sent as", f"User-Agent {inline(config['user_agent'])}, originator "
                    f"{inline(config['originator'])}"),
        ("Tool", f"smoke-tui {inline(opened['tool'])}, session {inline(state.session)}"),
    ]
    if opened.get("network"):
        rows.append(("Network variables set", inline(", ".join(opened["network"]))))
    if config.get("allow_hosts"):
        rows.append(("Further hosts allowed", inline(", ".join(config["allow_hosts"]))))
    for name, value in state.captured.items():
        rows.append((f"Seeded {ours(name)}", inline(value)))
    for name, text in rows:
        yield f"| {name} | {text} |"
    yield ""


def _when(state: State) -> str:
    end = state.closed.t if state.closed else state.now
    total = state.closed.ms if state.closed else state.now_ms
    waiting = f", of which {_duration(state.waiting_ms)} waiting for the operator" \
        if state.waiting_ms else ""
    return f"{_short(state.started)} to {_short(end)} ({_duration(total)}{waiting})"


def _short(moment: str) -> str:
    try:
        return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M:%SZ")
    except ValueError:
        return inline(moment)


def _duration(ms: int) -> str:
    if ms < 60_000:
        return f"{ms / 1000:.1f} s"
    return f"{ms // 60_000}m {ms // 1000 % 60:02d}s"


def _limits(state: State) -> str:
    parts = []
    for window in spend_of(state)["limits"]:
        hours = window["window_minutes"] / 60
        name = f"{hours:g} h" if hours < 48 else f"{hours / 24:g} d"
        parts.append(f"{name} window {window['used_percent_before']:g}% → "
                     f"{window['used_percent_after']:g}%")
    return f" ({'; '.join(parts)})" if parts else ""


def _table(runbook: Runbook, state: State) -> Iterator[str]:
    yield "| # | Step | Outcome | Tries | Time | What was seen |"
    yield "|--:|---|---|--:|--:|---|"
    number = 0
    for step in in_order(runbook, state):
        known = state.steps.get(step.id, StepState(step.id))
        outcome = known.outcome or Outcome.NOT_RUN
        if step.fallback:
            label = "F"
        else:
            number += 1
            label = str(number)
        code = f" `{known.code}`" if known.code else ""
        seen = inline(known.summary, 200) if known.summary else "not reached"
        if step.fallback and outcome is Outcome.NOT_RUN:
            seen = "not needed"
        yield (f"| {label} | {ours(step.title)} (`{step.id}`) | **{outcome.value}**{code} "
               f"| {len(known.tries)} | {_duration(int(seconds_of(known) * 1000))} | {seen} |")
    yield ""


def _not_done(runbook: Runbook, state: State) -> Iterator[str]:
    rows = []
    for step in chosen(runbook, state):
        known = state.steps.get(step.id)
        if known is not None and known.outcome is Outcome.WAIVED:
            reason = inline(known.reason or "")
            rows.append(f"`{step.id}` waived by {inline(known.by or 'operator')}: {reason}")
        elif (known is None or known.outcome is None) and not step.fallback:
            rows.append(f"`{step.id}` was not reached")
    yield f"**Not done or waived:** {'; '.join(rows) if rows else 'nothing'}."
    yield ""


def _worth_a_look(runbook: Runbook, state: State) -> Iterator[str]:
    rows = []
    for event in state.branches:
        data = event.data
        line = f", rule at runbook line {data['line']}" if data.get("line") else ""
        rows.append(f"`{event.step}`, try {event.n}: `{data['code']}`, so the walk went to "
                    f"`{data['to']}`{line}.")
    for known in state.steps.values():
        for attempt in known.tries:
            if attempt.rule is not None and attempt.rule.get("outcome"):
                rows.append(f"`{known.id}`, try {attempt.n}: rule {attempt.rule['index']} (runbook "
                            f"line {attempt.rule['line']}) makes this "
                            f"`{attempt.rule['outcome']}`: {ours(attempt.rule.get('why') or '')}")
    for found in state.findings:
        where = f"`{found.step}`: " if found.step else ""
        rows.append(f"{where}{inline(found.message)} {ours(found.remedy)}".rstrip())
    for event in state.attested:
        rows.append(f"`{event.step}`: attested by the operator: "
                    f"{inline(event.data['answer'].get('words', ''))}")
    rows += [f"Note by the operator: {inline(event.data['text'])}" for event in state.notes]
    if rows:
        yield "### What is worth a look"
        yield ""
        for row in rows:
            yield f"- {row}"
        yield ""


def _details(runbook: Runbook, state: State, step: Step) -> Iterator[str]:
    """What was asked and answered, try by try; failures open, passes folded."""
    known = state.steps.get(step.id)
    if known is None or not known.tries:
        return
    opened = "" if known.outcome is Outcome.PASS else " open"
    yield f"<details{opened}><summary>{_html(step.title)}</summary>"
    yield ""
    for attempt in known.tries:
        yield from _try(state, attempt)
    yield "</details>"
    yield ""


def _try(state: State, attempt: Try) -> Iterator[str]:
    code = f" `{attempt.code}`" if attempt.code else ""
    why = f" ({attempt.cause})" if attempt.cause != "walk" else ""
    yield f"**Try {attempt.n}**{why}:{code} {inline(attempt.summary)}"
    yield ""
    for name, value in attempt.evidence:
        yield from _evidence(name, value)
    yield ""
    shown = [seq for seq in attempt.exchanges if _matters(state, seq)]
    for seq in shown[-4:]:
        yield from fenced(exchange_text(state, seq), "http")
        yield ""


def _matters(state: State, seq: int) -> bool:
    """Exchanges of a readiness probe say nothing."""
    request, fact = state.exchanges[seq]
    return request.data["method"] != "GET" or (fact.data["status"] or 0) >= 400


def _evidence(name: str, value: Any) -> Iterator[str]:
    if name == "trace":
        yield from fenced(str(value))
    elif name == "route":
        yield "| Evidence | Seen | Says |"
        yield "|---|---|---|"
        for line in value:
            yield f"| {ours(line[0])} | {inline(line[1])} | {ours(line[2])} |"
    elif isinstance(value, dict):
        parts = [f"{ours(str(k))} {inline(v, 120)}" for k, v in value.items()
                 if v is not None and not isinstance(v, list | dict)]
        yield f"- {ours(name)}: {'; '.join(parts)}"
        return
    else:
        yield f"- {ours(name)}: {inline(value)}"
        return
    yield ""


def exchange_text(state: State, seq: int) -> str:
    """One exchange, unrendered: request line and headers, then status and headers."""
    request, fact = state.exchanges[seq]
    asked, got = request.data, fact.data
    lines = [f"{asked['method']} {asked['url']}"]
    lines += [f"{name}: {shorten(str(value), 120)}" for name, value in asked["headers"]]
    lines.append("")
    if got["status"] is None:
        lines.append(f"(no answer: {got['error']}: {got['error_text']})")
        return "\n".join(lines)
    lines.append(f"HTTP {got['status']} after {got['ms']} ms")
    lines += [f"{name}: {shorten(value, 200)}" for name, value in got["headers"]]
    for blob in got.get("blobs", {}).values():
        lines.append(f"(body: {blob['bytes']} bytes, sha256 {blob['sha256']})")
    if got["error"]:
        lines.append(f"({got['error']}: {got['error_text']})")
    return "\n".join(lines)


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _rebuild(runbook: Runbook, state: State) -> list[str]:
    return [
        "<details><summary>Check this report</summary>", "",
        f"`smoke-tui report {state.session}` rebuilds this text byte for byte; `smoke-tui replay "
        f"{state.session}` runs the session again, offline, against its recorded answers.", "",
        "</details>", "",
    ]
