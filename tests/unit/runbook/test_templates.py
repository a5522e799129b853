"""Names in templates."""

from __future__ import annotations

from smoke_tui.runbook import templates


def test_templates_are_names() -> None:
    text = "{{a}}-{{ b }}-{{ a b }}-{{ bundle.access_token }}"
    assert templates.names(text) == ("a", "b", "bundle.access_token")
    assert [found.name for found in templates.scan("{{ A }} {{ x.y }} {{")] == [None, None, None]
