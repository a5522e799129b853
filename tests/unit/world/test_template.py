"""A captured request becomes a template without texts, tools, ids or paths."""

from __future__ import annotations

import json
from typing import Any

from smoke_tui.world.request_template import fill_body, hash_of, template_of

SESSION = "01a222ad-30a1-7de3-a5ad-eee7415a7280"
BASE = "You are a test of base instructions.\nSecond line."
HEADERS = [
    ("x-codex-window-id", f"{SESSION}:0"),
    ("x-codex-turn-metadata", '{"session_id":"x"}'),
    ("X-OpenAI-Internal-Something-New", "true"),
    ("session-id", SESSION),
    ("authorization", "Bearer not-a-token"),
    ("User-Agent", "codex_exec/0.171.0"),
    ("originator", "codex_exec"),
    ("accept", "text/event-stream"),
]


def body(**more: Any) -> dict[str, Any]:
    def message(role: str, *texts: str) -> dict[str, Any]:
        return {
            "type": "message",
            "id": f"msg_{SESSION}",
            "role": role,
            "content": [{"type": "input_text", "text": text} for text in texts],
        }

    return {
        "model": "m",
        "stream": True,
        "store": False,
        "prompt_cache_key": SESSION,
        "input": [
            {
                "type": "additional_tools",
                "id": f"at_{SESSION}",
                "role": "developer",
                "tools": [{"name": "exec"}],
            },
            message("developer", BASE),
            message("developer", "<permissions instructions>\nsecret place /place/of/somebody"),
            message("user", "<environment_context>\n<cwd>/home/somebody</cwd>"),
            message("user", "x"),
            {"type": "new_kind", "mode": "on"},
            {"type": "new_kind_of_text", "words": "a long text " * 30},
        ],
        "reasoning": {"effort": "low", "context": "all_turns"},
        "new_field": {"level": 3},
        "client_metadata": {"x-codex-installation-id": SESSION},
        **more,
    }


def test_a_template_keeps_the_kind_and_nothing_of_the_session() -> None:
    template = template_of(body(), HEADERS, "x")
    assert template is not None
    text = json.dumps(template)
    for private in (SESSION, "somebody", "You are a test", "exec", "not-a-token", "metadata"):
        assert private not in text
    assert template["body"]["new_field"] == {"level": 3}
    assert ["x-openai-internal-something-new", "true"] in template["headers"]
    kinds = [item["type"] for item in template["body"]["input"]]
    assert kinds == ["additional_tools", "message", "message", "new_kind"]
    assert template["body"]["input"][0]["tools"] == []


def test_a_filled_template_has_our_prompt_text_and_ids() -> None:
    template = template_of(body(), HEADERS, "x")
    assert template is not None
    texts = {"instructions": BASE, "prompt": "Ours", "session": "s"}
    made: dict[str, Any] = fill_body(template["body"], texts.get)
    assert made["input"][1]["content"][0]["text"] == BASE
    assert made["input"][2]["content"][0]["text"] == "Ours"
    assert made["prompt_cache_key"] == "s"


def test_the_hash_is_of_the_kind_and_not_of_the_session() -> None:
    other = "01a222ad-ffff-7de3-a5ad-eee7415a7280"
    again = json.loads(json.dumps(body()).replace(SESSION, other))
    headers = [(name, value.replace(SESSION, other)) for name, value in HEADERS]
    first, second = template_of(body(), HEADERS, "x"), template_of(again, headers, "x")
    changed = template_of(body(new_field={"level": 4}), HEADERS, "x")
    assert first is not None
    assert second is not None
    assert changed is not None
    assert hash_of(first) == hash_of(second) != hash_of(changed)


def test_a_request_without_the_prompt_is_no_template() -> None:
    assert template_of(body(), HEADERS, "another prompt") is None
    assert template_of({"input": "x"}, [], "x") is None
    assert template_of({}, [], "x") is None
