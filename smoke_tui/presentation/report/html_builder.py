"""Builder of HTML and JUnit elements; every text and attribute is made inert."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element

from smoke_tui.redaction import clean

Node = Element | str

_NO_CHARACTERS: Final = dict.fromkeys((0xFFFE, 0xFFFF))
"""What XML 1.0 can't hold and `clean` leaves."""


def tag(element: str, *children: Node, **attributes: object) -> Element:
    """Make an element. `class_` and `for_` lose their underline, others turn it into a hyphen.

    Text among `children` is plain text, whatever it looks like. An attribute that is None or
    False is left out; True is written without a value.
    """
    made = Element(
        element,
        {
            key.rstrip("_").replace("_", "-"): "" if value is True else _inert(str(value))
            for key, value in attributes.items()
            if value is not None and value is not False
        },
    )
    for child in children:
        if not isinstance(child, str):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + _inert(child)
        else:
            made.text = (made.text or "") + _inert(child)
    return made


def _inert(text: str) -> str:
    return clean(text).translate(_NO_CHARACTERS)
