"""Keys of config.toml: which binding each is for, checked before the app starts."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Final

from textual.binding import Binding
from textual.keys import Keys, _character_to_key, key_to_character

from smoke_tui.config.settings import Settings
from smoke_tui.errors import UsageError
from smoke_tui.tui.bindings import APP, PLACES

_NAMED: Final = frozenset(key.value for key in Keys)
_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt", "meta", "super", "hyper"})


def changeable() -> dict[str, Binding]:
    """Every binding that may be given other keys, by its id.

    A key that answers a question stays as it is shown: no answer may come to lie where a finger
    rests. So does a binding that shares its key with an answer.
    """
    bindings: dict[str, Binding] = {}
    for place in PLACES.values():
        answers = {key for b in place if _is_answer(b) for key in _keys(b.key)}
        bindings |= {b.id: b for b in place if b.id and not answers & set(_keys(b.key))}
    return bindings


def keymap(settings: Settings) -> dict[str, str]:
    """The keys by binding, as Textual takes them.

    Raises:
        UsageError: there is no such binding, no such key, or the key is taken on its screen.
    """
    allowed = changeable()
    ids = {binding.id for place in PLACES.values() for binding in place}
    chosen: dict[str, str] = {}
    for name, value in settings.keys.items():
        where = f"{value.source}: [keys] {name}"
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            why = "always keeps its key" if name in ids else "there is no such binding"
            raise UsageError(f"{where}: {why}{hint}")
        keys = [key.strip() for key in value.text.split(",")]
        for key in keys:
            if not _is_key(key):
                raise UsageError(
                    f"{where}: {key!r} is no key; give a character, or a name such "
                    "as f5, ctrl+r or question_mark"
                )
        chosen[name] = ",".join(spelling for key in keys for spelling in _spellings(key))
    _refuse_clashes(settings, chosen)
    return chosen


def _refuse_clashes(settings: Settings, chosen: Mapping[str, str]) -> None:
    for place in PLACES.values():
        before, after = _by_key(place, {}), _by_key(place, chosen)
        for key, names in after.items():
            changed = sorted(name for name in names if name in chosen)
            if changed and len(names) > 1 and names != before.get(key):
                other = min(names - {changed[0]})
                raise UsageError(
                    f"{settings.keys[changed[0]].source}: [keys] {changed[0]}: the key {key!r} "
                    f"belongs to {other!r} on the same screen"
                )


def _by_key(place: list[Binding], chosen: Mapping[str, str]) -> dict[str, set[str]]:
    """The ids of the bindings of each key of a place, those of the whole app included."""
    names: dict[str, set[str]] = {}
    for binding in (*APP, *place):
        name = binding.id or ""
        for key in _keys(chosen.get(name, binding.key)):
            names.setdefault(key, set()).add(name)
    return names


def _is_answer(binding: Binding) -> bool:
    return (binding.id or "").startswith("answer.")


def _keys(text: str) -> list[str]:
    """The keys of a binding in one spelling."""
    return [_spelled(key.strip()) for key in text.split(",")]


def _spelled(key: str) -> str:
    """A key as Textual spells it: a sign by its name."""
    return _character_to_key(key) if len(key) == 1 else key


def _spellings(key: str) -> tuple[str, ...]:
    """A key for Textual; terminals send a capital letter in one of two forms."""
    return (key, f"shift+{key.lower()}") if len(key) == 1 and key.isupper() else (_spelled(key),)


def _is_key(key: str) -> bool:
    *modifiers, name = key.split("+") if len(key) > 1 else (key,)
    character = key_to_character(name) if name else None
    return set(modifiers) <= _MODIFIERS and (
        name in _NAMED or (character is not None and character.isprintable())
    )
