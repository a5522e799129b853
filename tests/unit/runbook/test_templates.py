"""Names in templates."""

from __future__ import annotations

from smoke_tui.runbook import templates


def test_templates_are_names() -> None:
    text = "{{a}}-{{ b }}-{{ a b }}-{{ bundle.access_token }}"
    assert templates.names(text) == ("a", "b", "bundle.access_token")
    assert [found.name for found in templates.scan("{{ A }} {{ x.y }} {{")] == [None, None, None]


def test_a_template_without_a_value_stays() -> None:
    values = {"model": "gpt-5", "nothing": None}
    text = "{{ model }} {{model}} {{ nothing }} {{ other }} {{ a b }} {{"
    assert templates.fill(text, values) == "gpt-5 gpt-5 {{ nothing }} {{ other }} {{ a b }} {{"
