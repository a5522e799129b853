"""The field for a line of text."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import App, ComposeResult
from textual.events import Paste

from smoke_tui.tui.widgets.inputs import TextInput


@pytest.mark.parametrize(
    ("pasted", "taken"),
    [
        ("one\n  two\r\n\nthree\n", "one two three"),
        ("/a  b/c.txt\n", "/a  b/c.txt"),
        ("x\x1b[31my\x9b2Jz\u202e", "xyz<U+202E>"),
        ("\n", ""),
    ],
)
def test_a_paste_is_taken_as_one_line_of_plain_text(pasted: str, taken: str) -> None:
    class Form(App[None]):
        def compose(self) -> ComposeResult:
            yield TextInput("ab")

    async def main() -> None:
        app = Form()
        async with app.run_test() as pilot:
            field = app.query_one(TextInput)
            field.cursor_position = 1
            field.post_message(Paste(pasted))
            await pilot.pause()
            assert field.value == f"a{taken}b"

    asyncio.run(main())
