"""Paths into JSON documents."""

from __future__ import annotations

import pytest

from smoke_tui.runbook import json_path


def test_paths_into_json() -> None:
    document = {"a": [{"b.c": 1}], "d-e": None}
    assert json_path.parse_path('a[0]["b.c"]') == ("a", 0, "b.c")
    assert json_path.dig(document, 'a[0]["b.c"]') == (True, 1)
    assert json_path.dig(document, "d-e") == (True, None)
    assert json_path.dig(document, "a[1]") == (False, None)
    assert json_path.dig(document, "a.b") == (False, None)
    assert json_path.dig({"a": "text"}, "a[0]") == (False, None)
    for bad in ("", ".a", "a.", "a..b", "a[x]", "a[0", "$.a"):
        with pytest.raises(ValueError, match="a path"):
            json_path.parse_path(bad)
