"""The models of the rehearsed backend, in the form of the real catalogue.

Slugs, names, priorities, visibility, context windows, reasoning levels and the lite flag are those
of the catalogue bundled with client 0.171.0, in its order (captured); the texts are constructed.
`served_from` is the first client version for which a model is listed and served; each row names the
source of that.
"""

from __future__ import annotations

import re
from typing import Final

from smoke_tui.structs import Struct

Version = tuple[int, ...]

UNFILTERED: Final = "0.0.0"
"""The `client_version` that lists every model (zed-industries/zed#62729, hermes-agent#93295)."""

RETIREMENT_5_5: Final = "2026-10-14T00:00:00Z"


class Model(Struct, frozen=True):
    """A catalogue entry: what differs between models, and the source of its version gate.

    `minimal_client_version` is a list for `as_list` rows: live catalogues are reported with both
    forms (openinterpreter#1797). `basis` is `cap` (captured), `rec` (a public record) or `inf`
    (inferred), then the source of `served_from`.
    """

    slug: str
    display_name: str
    priority: int
    served_from: Version
    basis: str
    lite: bool = True
    visibility: str = "list"
    context_window: int = 272_000
    effort: str = "low"
    as_list: bool = False
    upgrade: str | None = None
    retirement_at: str | None = None
    prefer_websockets: bool = False

    @property
    def minimal_client_version(self) -> str | list[str]:
        """The minimum client version in the form of the catalogue."""
        version = ".".join(str(part) for part in self.served_from)
        return [version] if self.as_list else version


_INFERRED: Final = "inf: first bundled with client 0.171.0, and models before had such a gate"
_RECORD_6: Final = "rec: iterion#976, clodex#271, claudexor#339"
_RECORD_5_6: Final = "rec: iterion#976, CLIProxyAPI codex_client_models.json"
_BUNDLED_150: Final = "inf: bundled with client 0.150.0 and later"
_BUNDLED_162: Final = "inf: first bundled with client 0.162.0"
_BUNDLED_169: Final = "inf: first bundled with client 0.169.0"

MODELS: Final = (
    Model(
        "gpt-6.2-sol",
        "GPT-6.2-Sol",
        1,
        (0, 171, 0),
        _INFERRED,
        context_window=500_000,
        prefer_websockets=True,
    ),
    Model("gpt-6.2-astra", "GPT-6.2-Astra", 2, (0, 171, 0), _INFERRED, as_list=True),
    Model("gpt-6-astra", "GPT-6-Astra", 5, (0, 153, 0), _RECORD_6),
    Model(
        "gpt-6.1-sol",
        "GPT-6.1-Sol",
        4,
        (0, 162, 0),
        _BUNDLED_162,
        context_window=500_000,
        prefer_websockets=True,
    ),
    Model("gpt-6.1-terra", "GPT-6.1 Terra", 3, (0, 169, 0), _BUNDLED_169, context_window=500_000),
    Model("gpt-6-sol", "GPT-6-Sol", 6, (0, 155, 0), _RECORD_6, effort="medium", as_list=True),
    Model("gpt-6-luna", "GPT-6-Luna", 7, (0, 155, 0), _RECORD_6, effort="medium", as_list=True),
    Model("gpt-5.6-sol", "GPT-5.6-Sol", 8, (0, 144, 0), _RECORD_5_6, upgrade="gpt-6-sol"),
    Model(
        "gpt-5.6-terra",
        "GPT-5.6-Terra",
        9,
        (0, 144, 0),
        _RECORD_5_6,
        effort="medium",
        upgrade="gpt-6-sol",
    ),
    Model(
        "gpt-5.6-luna",
        "GPT-5.6-Luna",
        10,
        (0, 144, 0),
        _RECORD_5_6,
        effort="medium",
        upgrade="gpt-6-luna",
    ),
    Model(
        "gpt-daybreak-blue-latest",
        "Daybreak Blue",
        11,
        (0, 150, 0),
        _BUNDLED_150,
        visibility="hide",
    ),
    Model(
        "gpt-daybreak-red-latest",
        "Daybreak Red",
        12,
        (0, 150, 0),
        _BUNDLED_150,
        visibility="hide",
        context_window=372_000,
        effort="medium",
    ),
    # Due for retirement (sub2api's docs, codex-multi-auth v2.18.0); whether it is gone is not
    # verified, and client 0.171.0 still bundles it. It stays the one model that is not lite.
    Model(
        "gpt-5.5",
        "GPT-5.5",
        13,
        (0, 98, 0),
        "cap: listed by every captured client since 0.140",
        lite=False,
        effort="medium",
        upgrade="gpt-6-sol",
        retirement_at=RETIREMENT_5_5,
    ),
    Model(
        "codex-auto-review",
        "Codex Auto Review",
        43,
        (0, 150, 0),
        _BUNDLED_150,
        visibility="hide",
        effort="medium",
    ),
)

BY_SLUG: Final = {model.slug: model for model in MODELS}
ALL_SLUGS: Final = tuple(BY_SLUG)
DEFAULT: Final = min(
    (model for model in MODELS if model.visibility == "list"), key=lambda model: model.priority
).slug
"""The model that a current client requests by default."""


def version_of(text: str | None) -> Version | None:
    """The numbers of a client version, a pre-release as its release; None if it is no version."""
    match = re.fullmatch(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:[-+][0-9A-Za-z.+-]*)?", text or "")
    return None if match is None else tuple(int(part) for part in match.groups())


def listed_for(client_version: str | None, slugs: tuple[str, ...]) -> list[Model]:
    """The models of `slugs` that a client of this version sees.

    Without a valid version, only models that were never gated (inferred: there is no report).
    """
    models = [BY_SLUG[slug] for slug in slugs]
    if client_version == UNFILTERED:
        return models
    version = version_of(client_version) or (0, 98, 0)
    return [model for model in models if model.served_from <= version]


def entry(model: Model, instructions: str) -> dict[str, object]:
    """A catalogue entry as `GET …/models` returns it."""
    upgrade: dict[str, str] | None = None
    if model.upgrade is not None:
        upgrade = {"model": model.upgrade, "migration_markdown": f"Meet {model.upgrade}\n"}
        if model.retirement_at is not None:
            upgrade["retirement_at"] = model.retirement_at
    return {
        "slug": model.slug,
        "display_name": model.display_name,
        "description": "A rehearsed model.",
        "minimal_client_version": model.minimal_client_version,
        "default_reasoning_level": model.effort,
        "supported_reasoning_levels": [
            {"effort": effort, "description": f"Rehearsed {effort} effort"}
            for effort in ("low", "medium", "high")
        ],
        "shell_type": "unified_exec",
        "visibility": model.visibility,
        "supported_in_api": True,
        "priority": model.priority,
        "prefer_websockets": model.prefer_websockets,
        "additional_speed_tiers": [],
        "service_tiers": [],
        "availability_nux": None,
        "upgrade": upgrade,
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
        "context_window": model.context_window,
        "max_context_window": max(model.context_window, 272_000),
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
