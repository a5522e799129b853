"""Pages that everybody can use: labelled fields, announced problems; no script, nothing fetched.

Shared by the dashboard and the rehearsed issuer, and therefore of the standard library alone.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

STYLE = Path(__file__).with_name("stack_markup.css").read_text("utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

_DOCUMENT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style></head>
<body>
<header><p><strong>This is a rehearsal.</strong> {about}</p></header>
<main>
<h1>{heading}</h1>
{body}
</main>
</body></html>
"""


def document(title: str, about: str, heading: str, body: str) -> bytes:
    """A whole page; `about` says what is rehearsed, `body` is HTML already."""
    return _DOCUMENT.format(
        title=escape(title), style=STYLE, about=escape(about), heading=escape(heading), body=body
    ).encode()


def page_headers(form_action: str = "'self'") -> tuple[tuple[str, str], ...]:
    """What goes with every page: no script, no frame, nothing fetched, nothing kept."""
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {form_action}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return (
        ("content-security-policy", policy),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    )


def alert(sentence: str, problems: Mapping[str, str] | None = None) -> str:
    """What went wrong, where reading begins; problems by field lead to their fields."""
    items = "".join(
        f'<li><a href="#{escape(name)}">{escape(text)}</a></li>'
        for name, text in (problems or {}).items()
    )
    links = f"<ul>{items}</ul>" if items else ""
    # Without a script only autofocus takes a screen reader to what is new on a page.
    return f'<div role="alert" tabindex="-1" autofocus><p>{escape(sentence)}</p>{links}</div>'


def status(sentence: str) -> str:
    """What was done, where reading begins."""
    return f'<p role="status" tabindex="-1" autofocus>{escape(sentence)}</p>'


def form(action: str, hidden: Mapping[str, str], body: str) -> str:
    """A form that is sent as it is: the server tells all problems at once, in the page."""
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">\n'
        for name, value in hidden.items()
    )
    return f'<form method="post" action="{escape(action)}" novalidate>\n{inputs}{body}\n</form>'


def group(legend: str, fields: Iterable[str]) -> str:
    """Fields that belong together."""
    return f"<fieldset><legend>{escape(legend)}</legend>\n{''.join(fields)}</fieldset>"


def button(label: str, name: str = "", value: str = "") -> str:
    """The button that sends the form."""
    own = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    return f'<p><button type="submit"{own}>{escape(label)}</button></p>'


def text_field(
    name: str, label: str, own: str = "", *, value: str = "", hint: str = "", problem: str = ""
) -> str:
    """A line of text; `own` holds further attributes, as HTML."""
    control = f'<input {_wired(name, hint, problem)} value="{escape(value)}" {own}>'
    return _field(name, label, control, hint, problem)


def area_field(name: str, label: str, own: str = "", *, hint: str = "", problem: str = "") -> str:
    """Many lines of text, never filled in by the page."""
    control = f"<textarea {_wired(name, hint, problem)} {own}></textarea>"
    return _field(name, label, control, hint, problem)


def choice_field(
    name: str,
    label: str,
    options: Iterable[tuple[str, str]],
    *,
    value: str = "",
    hint: str = "",
    problem: str = "",
) -> str:
    """One of several; options are (value, words)."""
    shown = "".join(
        f'<option value="{escape(option)}"{" selected" if option == value else ""}>'
        f"{escape(words)}</option>"
        for option, words in options
    )
    control = f"<select {_wired(name, hint, problem)}>{shown}</select>"
    return _field(name, label, control, hint, problem)


def tick_field(name: str, label: str, *, value: str, ticked: bool, problem: str = "") -> str:
    """A box to tick."""
    state = " checked" if ticked else ""
    return (
        f'<div class="field">{_described_by(name, "problem", problem)}<div class="tick">'
        f'<input type="checkbox" {_wired(name, "", problem)} value="{escape(value)}"{state}>'
        f'<label for="{name}">{escape(label)}</label></div></div>\n'
    )


def _field(name: str, label: str, control: str, hint: str, problem: str) -> str:
    descriptions = _described_by(name, "hint", hint) + _described_by(name, "problem", problem)
    labelled = f'<label for="{name}">{escape(label)}</label>{descriptions}{control}'
    return f'<div class="field">{labelled}</div>\n'


def _described_by(name: str, part: str, text: str) -> str:
    return f'<p class="{part}" id="{name}-{part}">{escape(text)}</p>' if text else ""


def _wired(name: str, hint: str, problem: str) -> str:
    """The attributes that tie a control to its label, its hint and its problem."""
    description_ids = [
        f"{name}-{part}" for part, text in (("hint", hint), ("problem", problem)) if text
    ]
    described = f' aria-describedby="{" ".join(description_ids)}"' if description_ids else ""
    invalid = ' aria-invalid="true"' if problem else ""
    return f'id="{name}" name="{name}" required{described}{invalid}'
