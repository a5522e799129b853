"""The dashboard's one page, and what its form is checked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

OPENAI = "openai"
OAUTH = "oauth_bundle"
BUNDLE_FIELDS = ("access_token", "refresh_token", "account_id")

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Organization settings</title></head>
<body><main><h1>Organization settings: language model</h1>
{notice}
<form method="post" action="/org-settings">
<input type="hidden" name="csrf" value="{csrf}">
<p><label for="org_id">Organization</label>
<select id="org_id" name="org_id">{orgs}</select></p>
<p><label for="provider">Provider</label>
<select id="provider" name="provider">
<option value="">Choose a provider</option>
<option value="openai">OpenAI</option>
<option value="xai">xAI</option>
</select></p>
<p><label for="model">Model</label>
<input id="model" name="model" value="" autocomplete="off"></p>
<p><label for="credential_type">Credential type</label>
<select id="credential_type" name="credential_type">
<option value="api_key">API key</option>
<option value="oauth_bundle">Subscription (OAuth bundle)</option>
</select></p>
<p><label for="bundle">Bundle</label>
<textarea id="bundle" name="bundle" rows="6" autocomplete="off" spellcheck="false"></textarea></p>
<p><input type="checkbox" id="tos" name="tos" value="accepted">
<label for="tos">I accept the provider's terms of service</label></p>
<p><button type="submit">Save</button></p>
</form>
<h2>Stored credentials</h2>
<ul>{stored}</ul>
</main></body></html>
"""


def settings_page(
    orgs: list[dict[str, str]],
    credentials: Mapping[str, Mapping[str, Any]],
    csrf: str,
    *,
    notice: str = "",
    failed: bool = False,
) -> bytes:
    """The page; no part of a stored secret is ever on it."""
    role = "alert" if failed else "status"
    options = "".join(
        f'<option value="{escape(one["org_id"])}">{escape(one["world"])}</option>'
        for one in reversed(orgs)
    )
    stored = "".join(
        f"<li>{escape(org_id)}: {escape(one['provider'])}, {escape(one['model'])}, "
        "Subscription (OAuth bundle)</li>"
        for org_id, one in credentials.items()
    )
    return _PAGE.format(
        notice=f'<p role="{role}">{escape(notice)}</p>' if notice else "",
        csrf=escape(csrf),
        orgs=options,
        stored=stored or "<li>None</li>",
    ).encode()


def read_form(
    form: Mapping[str, str], known_orgs: list[str]
) -> tuple[dict[str, Any] | None, str]:
    """The credential of a submitted form, or None and what is wrong with it."""
    checks = (
        (form.get("org_id") in known_orgs, "Choose an organization."),
        (form.get("provider") == OPENAI, "Choose the provider OpenAI."),
        (bool(form.get("model", "").strip()), "Name a model."),
        (form.get("credential_type") == OAUTH, "Choose the credential type Subscription."),
        (form.get("tos") == "accepted", "Accept the terms of service."),
    )
    problem = next((text for good, text in checks if not good), None)
    if problem is not None:
        return None, problem
    try:
        bundle = json.loads(form.get("bundle", ""))
    except ValueError:
        return None, "The bundle is not JSON."
    missing = [
        name for name in BUNDLE_FIELDS if not isinstance(bundle, dict) or not bundle.get(name)
    ]
    if missing:
        return None, f"The bundle lacks {', '.join(missing)}."
    credential = {"provider": OPENAI, "model": form["model"].strip(), "bundle": bundle}
    return credential, ""
