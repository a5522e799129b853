"""The pictures of the README: there, small, without a secret or a name of the machine they were
made on.
"""

from __future__ import annotations

import html
import re

import pytest

from smoke_tui.redaction import Vault, scan
from tests.helpers.make_gallery import PICTURES, tidied
from tests.helpers.paths import GALLERY, ROOT


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_can_be_shown_to_anybody(name: str) -> None:
    path = GALLERY / f"{name}.svg"
    content = path.read_bytes()
    assert len(content) < 200_000
    text = html.unescape(content.decode()).replace("\u00a0", " ")
    for form in (content, text.encode(), re.sub(r"<[^>]*>", "", text).encode()):
        assert scan(form, Vault()) == []
        assert Vault().redact(form) == form
    assert not re.search(r"/(?:root|work|home|tmp|Users|var)/", text)
    assert re.findall(r"https?://(?!www\.w3\.org|www\.textualize\.io|127\.0\.0\.1)\S+", text) == []
    assert tidied(content.decode()) == content.decode()
    assert f"(tests/terminal/tui/gallery/{name}.svg)" in (ROOT / "README.md").read_text(
        encoding="utf-8"
    )


def test_no_picture_is_left_over() -> None:
    assert {path.name for path in GALLERY.iterdir()} == {f"{name}.svg" for name in PICTURES}
