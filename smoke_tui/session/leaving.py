"""What stays in the terminal when a session is left: its verdict, the way back, the exit code."""

from __future__ import annotations

from collections.abc import Iterator

from smoke_tui.journal.state import State
from smoke_tui.outcomes import VERDICT_EXITS, Exit, Verdict, worst_exit
from smoke_tui.presentation.marks import MARKS
from smoke_tui.presentation.report.verdict_text import SENTENCES


def last_lines(state: State, session: str, folder: str, *, plain: bool = False) -> Iterator[str]:
    """The lines about a session that has ended; `plain`: it is resumed line by line."""
    verdict = state.verdict or Verdict.ERROR
    yield f"The session has ended. Verdict: {MARKS[verdict.value].word}. {SENTENCES[verdict]}."
    if state.left:
        yield (
            f"It was broken off ({state.cancelled}); its record is kept. Go on with: "
            f"smoke-tui resume {'--plain ' if plain else ''}{session}"
        )
    yield f"The report: smoke-tui report {session} -o FILE. Record: {folder}"


def exit_of(state: State) -> Exit:
    """The exit code of a session that has ended: its verdict's; a broken off one proves nothing."""
    code = VERDICT_EXITS[state.verdict or Verdict.ERROR]
    return worst_exit((code, Exit.NOT_PROVABLE)) if state.left else code
