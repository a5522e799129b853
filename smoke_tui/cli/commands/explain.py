"""`explain`: what a code, a key or a kind of step means, from the tables that lint checks with."""

from __future__ import annotations

import difflib
import shutil
import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.outcomes import Exit
from smoke_tui.redaction import clean
from smoke_tui.runbook.reference import FieldRow, Topic, every_topic, topics
from smoke_tui.runbook.schema.foreign_words import FOREIGN_WORDS

_MAX_WIDTH: Final = 100
_INDENT: Final = "  "
_NEAREST: Final = 3


def explain(settings: Settings, *, topic: str | None) -> int:
    """Explain a topic; without one, list them.

    Raises:
        UsageError: there is no such topic.
    """
    lines = _contents() if topic is None else _explained(topic)
    for line in lines:
        print(clean(line))
    return Exit.OK


def _explained(wanted: str) -> Iterator[str]:
    word = wanted.strip().strip("`'\"").lower()
    by_name = topics()
    # on.2.match, expect.json or effects=remote: the last word is what is asked for.
    parts = word.replace("=", ".").replace(" ", "").split(".")
    last = next((part.strip("'\"") for part in reversed(parts) if not part.isdigit()), "")
    spelled = next(
        (
            each
            for each in (word, last, word.replace("_", "-"), word.replace("-", "_"))
            if each in by_name
        ),
        None,
    )
    foreign = FOREIGN_WORDS.get(word.replace("-", "_"), "")
    if spelled is None and not foreign:
        raise UsageError(_unknown(wanted, word, by_name))
    if spelled is None and foreign in by_name:
        yield f"'{wanted}' is called {foreign} here:"
        yield ""
    elif foreign and foreign not in by_name:
        yield f"'{wanted}' is no key of a step: {foreign}."
    for number, topic in enumerate(by_name.get(spelled or foreign, ())):
        if number:
            yield ""
        yield from _topic(topic)


def _unknown(wanted: str, word: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(names), n=_NEAREST, cutoff=0.5)
    names_of = [topics()[name][0].name for name in close]
    nearest = f"; did you mean {', '.join(names_of)}?" if close else ""
    return f"explain: no topic {wanted!r}{nearest} (`smoke-tui explain` lists all)"


def _contents() -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for topic in every_topic():
        if not topic.group.startswith("a key of ") or topic.group == "a key of the front matter":
            groups.setdefault(topic.group, []).append(topic.name)
    yield "smoke-tui explain NAME, for example: step, run, expect, stand_in, RB032, spends"
    for group, names in groups.items():
        yield ""
        yield f"{group.removeprefix('a ')}{'' if len(names) == 1 else ', one of'}:"
        yield from _wrapped(", ".join(names))


def _topic(topic: Topic) -> Iterator[str]:
    yield f"{topic.name}: {topic.group}"
    for sentence in (topic.about, *topic.notes):
        yield from _wrapped(sentence)
    if topic.rows:
        yield ""
        yield from _rows(topic.rows, topic.about)
    if topic.example:
        yield ""
        yield from (f"{_INDENT}{_INDENT}{line}".rstrip() for line in topic.example.splitlines())
    if topic.see:
        yield ""
        yield f"{_INDENT}See: " + ", ".join(f"smoke-tui explain {name}" for name in topic.see)


def _rows(rows: tuple[FieldRow, ...], about: str) -> Iterator[str]:
    for row in rows:
        default = f", {row.default}" if row.default == "required" else ""
        default = default or (f", {row.default} without it" if row.default else "")
        yield f"{_INDENT}{row.name}  ({row.type}{default})"
        if row.about.lower() != about.rstrip(".").lower():
            yield from _wrapped(f"{row.about}.", _INDENT * 3)


def _wrapped(text: str, indent: str = _INDENT) -> list[str]:
    width = min(shutil.get_terminal_size().columns - 1, _MAX_WIDTH)
    return textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
