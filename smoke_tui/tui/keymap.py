"""The keys of config.toml: which binding each is for, checked before the app starts."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from textual.binding import Binding
from textual.keys import Keys

from smoke_tui.config.settings import (
    Settings,
)
from smoke_tui.errors import (
    UsageError,
)
from smoke_tui.tui.app import SmokeApp
from smoke_tui.tui.screens.compare import ComparePage
from smoke_tui.tui.screens.doctor import MachinePage
from smoke_tui.tui.screens.help import Help
from smoke_tui.tui.screens.home import Home
from smoke_tui.tui.screens.record import RecordPage
from smoke_tui.tui.screens.report import ReportPage
from smoke_tui.tui.screens.session import SessionScreen
from smoke_tui.tui.screens.trends import TrendsPage
from smoke_tui.tui.widgets.modals import Pick
from smoke_tui.tui.widgets.panel import ScrollPanel

PLACES: Final[tuple[type, ...]] = (
    SmokeApp,
    Home,
    SessionScreen,
    RecordPage,
    ReportPage,
    ComparePage,
    TrendsPage,
    MachinePage,
    Help,
    ScrollPanel,
    Pick,
)
"""Where bindings can be given other keys. Those of the boxes over a screen stay as they are."""
_NAMED: Final = frozenset(key.value for key in Keys)
_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt", "meta", "super", "hyper"})


def bindings_of(place: type) -> Iterator[Binding]:
    """Our bindings of a class, its bases' first."""
    for cls in reversed(place.__mro__):
        if cls.__module__.startswith("smoke_tui."):
            yield from (b for b in vars(cls).get("BINDINGS", ()) if isinstance(b, Binding))


def changeable() -> dict[str, Binding]:
    """Every binding that may be given other keys, by its id.

    An answer keeps the key that it is told with: none may come to lie where a finger rests. So
    does what shares its key with an answer.
    """
    found: dict[str, Binding] = {}
    for place in PLACES:
        answers = {
            key
            for binding in bindings_of(place)
            if _is_answer(binding)
            for key in _keys(binding.key)
        }
        for binding in bindings_of(place):
            if binding.id and not answers & set(_keys(binding.key)):
                found[binding.id] = binding
    return found


def keymap(settings: Settings) -> dict[str, str]:
    """The keys by binding, as Textual takes them.

    Raises:
        UsageError: there is no such binding, no such key, or the key is taken on its screen.
    """
    known = changeable()
    everything = {b.id for place in PLACES for b in bindings_of(place)}
    chosen: dict[str, str] = {}
    for name, value in settings.keys.items():
        where = f"{value.source}: [keys] {name}"
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            why = "always keeps its key" if name in everything else "there is no such binding"
            raise UsageError(f"{where}: {why}{hint}")
        keys = [key.strip() for key in value.text.split(",")]
        for key in keys:
            if not _is_key(key):
                raise UsageError(
                    f"{where}: {key!r} is no key; give a character, or a name such "
                    "as f5, ctrl+r or question_mark"
                )
        chosen[name] = ",".join(form for key in keys for form in _forms(key))
    _refuse_clashes(settings, chosen)
    return chosen


def _refuse_clashes(settings: Settings, chosen: Mapping[str, str]) -> None:
    for place in PLACES:
        before, after = _by_key(place, {}), _by_key(place, chosen)
        for key, names in after.items():
            changed = sorted(name for name in names if name in chosen)
            if changed and len(names) > 1 and names != before.get(key):
                other = min(names - {changed[0]})
                raise UsageError(
                    f"{settings.keys[changed[0]].source}: [keys] {changed[0]}: the key {key!r} "
                    f"belongs to {other!r} on the same screen"
                )


def _by_key(place: type, chosen: Mapping[str, str]) -> dict[str, set[str]]:
    """Which bindings a key of a screen has, those of the whole app included."""
    found: dict[str, set[str]] = {}
    for binding in (*bindings_of(SmokeApp), *bindings_of(place)):
        name = binding.id or ""
        for key in _keys(chosen.get(name, binding.key)):
            found.setdefault(key, set()).add(name)
    return found


def _is_answer(binding: Binding) -> bool:
    return (binding.id or "").startswith("answer.")


def _keys(text: str) -> list[str]:
    """The keys of a binding in one spelling."""
    return [_spelled(key.strip()) for key in text.split(",")]


def _spelled(key: str) -> str:
    """As Textual spells it: a sign by its name."""
    if len(key) == 1 and not key.isalnum():
        return unicodedata.name(key, key).lower().replace(" ", "_").replace("-", "_")
    return key


def _forms(key: str) -> tuple[str, ...]:
    """A capital letter comes in two forms, by the terminal."""
    return (key, f"shift+{key.lower()}") if len(key) == 1 and key.isupper() else (_spelled(key),)


def _is_key(key: str) -> bool:
    *modifiers, name = key.split("+") if len(key) > 1 else (key,)
    if not set(modifiers) <= _MODIFIERS or not name:
        return False
    if len(name) == 1 or name in _NAMED:
        return name.isprintable()
    try:
        return bool(unicodedata.lookup(name.replace("_", " ")))
    except KeyError:
        return False
