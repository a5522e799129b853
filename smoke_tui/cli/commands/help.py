"""`help`: of the program, a command, a mode or a topic."""

from __future__ import annotations

from smoke_tui.cli.help_text import help_of, help_width, topic_names
from smoke_tui.config.nearest import did_you_mean
from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.outcomes import Exit


def help_command(settings: Settings, *, topics: list[str]) -> int:
    """Print the help on a topic.

    Raises:
        UsageError: there is no such topic.
    """
    text = help_of(topics, help_width())
    if text is None:
        raise UsageError(
            f"no help on {topics[0]!r}{did_you_mean(topics[0], topic_names(), quote='`')}; "
            "`smoke-tui help commands` lists the commands"
        )
    print(text)
    return Exit.OK
