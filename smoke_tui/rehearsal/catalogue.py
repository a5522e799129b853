"""The models a rehearsed backend knows, in the shape of the real catalogue.

The keys are those the bundled catalogue of client 0.169 has (its parser refuses an entry that
lacks one); the texts are the rehearsal's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Model:
    """One catalogue entry: what differs between models."""

    slug: str
    display_name: str
    lite: bool
    priority: int
    minimal_client_version: str = "0.98.0"


MODELS: Final = (
    Model("gpt-5-codex", "GPT-5-Codex", lite=False, priority=1),
    Model("gpt-6.1-sol", "GPT-6.1-Sol", lite=True, priority=2, minimal_client_version="0.144.0"),
    Model("gpt-5.5", "GPT-5.5", lite=False, priority=13),
)
"""`gpt-5-codex` is long gone from the real catalogue; the rehearsal keeps it as listed, so that
the runbook's default model has an answer."""

BY_SLUG: Final = {model.slug: model for model in MODELS}
ALL_SLUGS: Final = tuple(BY_SLUG)


def entry(model: Model, instructions: str) -> dict[str, Any]:
    """A catalogue entry as `GET …/models` gives it."""
    return {
        "slug": model.slug,
        "display_name": model.display_name,
        "description": "A rehearsed model.",
        "minimal_client_version": model.minimal_client_version,
        "default_reasoning_level": "medium",
        "supported_reasoning_levels": [
            {"effort": effort, "description": f"Rehearsed {effort} effort"}
            for effort in ("low", "medium", "high")
        ],
        "shell_type": "unified_exec",
        "visibility": "list",
        "supported_in_api": True,
        "priority": model.priority,
        "additional_speed_tiers": [],
        "service_tiers": [],
        "availability_nux": None,
        "upgrade": None,
        "model_messages": {
            "instructions_template": instructions,
            "approvals": None,
            "collaboration_modes": None,
            "auto_review": None,
            "permissions": None,
            "multi_agent": None,
        },
        "include_skills_usage_instructions": False,
        "include_plugin_usage_instructions": False,
        "include_apps_usage_instructions": False,
        "default_reasoning_summary": "none",
        "support_verbosity": True,
        "default_verbosity": "low",
        "apply_patch_tool_type": "freeform",
        "web_search_tool_type": "text",
        "truncation_policy": {"mode": "tokens", "limit": 10_000},
        "supports_image_detail_original": False,
        "supports_parallel_tool_calls": not model.lite,
        "supports_reasoning_summaries": True,
        "context_window": 272_000,
        "max_context_window": 272_000,
        "effective_context_window_percent": 95,
        "experimental_supported_tools": [],
        "input_modalities": ["text"],
        "supports_search_tool": False,
        "supports_experimental_context": False,
        "use_responses_lite": model.lite,
        "supports_reasoning_effort_updates": False,
        "node_repl_auto_review_required": False,
        "node_repl_disabled": True,
        "base_instructions": instructions,
    }
