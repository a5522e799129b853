"""The dashboard's settings page, and the validation of its form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

# The scripts run from a copy without the package.
if TYPE_CHECKING:
    from smoke_tui.rehearsal.stack.tools.dev import stack_markup as markup
else:
    import stack_markup as markup

OPENAI = "openai"
OAUTH = "oauth_bundle"
BUNDLE_FIELDS = ("access_token", "refresh_token", "account_id")
PROVIDERS = (("", "Choose a provider"), (OPENAI, "OpenAI"), ("xai", "xAI"))
CREDENTIALS = (("api_key", "API key"), (OAUTH, "Subscription (OAuth bundle)"))

HEADING = "Organization settings: language model"
ABOUT = "This dashboard stands in for the real one; nothing you save here leaves this machine."
NOTHING_SAVED = "Nothing was saved."


class FormResult(NamedTuple):
    """The result of a submitted form: its values, errors by field, and a message."""

    typed: Mapping[str, str] = MappingProxyType({})
    problems: Mapping[str, str] = MappingProxyType({})
    failed: str = ""
    done: str = ""


NO_RESULT = FormResult()


def settings_page(
    orgs: list[dict[str, str]],
    credentials: Mapping[str, Mapping[str, Any]],
    csrf: str,
    result: FormResult = NO_RESULT,
) -> bytes:
    """The settings page; it never contains a part of a stored or submitted secret."""
    notice = ""
    if result.failed:
        notice = markup.alert(result.failed, result.problems)
    elif result.done:
        notice = markup.status(result.done)
    items = "".join(
        f"<li>{escape(org_id)}: {escape(credential['provider'])}, {escape(credential['model'])}, "
        f"{escape(dict(CREDENTIALS)[credential.get('credential_type', OAUTH)])}</li>"
        for org_id, credential in credentials.items()
    )
    stored = (
        '<section aria-labelledby="stored"><h2 id="stored">Stored credentials</h2>'
        f'<ul class="stored">{items or "<li>None</li>"}</ul></section>'
    )
    title = f"{'Error: ' if result.failed else ''}Organization settings (rehearsal)"
    body = f"{notice}{_form(orgs, csrf, result.typed, result.problems)}\n{stored}"
    return markup.document(title, ABOUT, HEADING, body)


def _form(
    orgs: list[dict[str, str]], csrf: str, typed: Mapping[str, str], problems: Mapping[str, str]
) -> str:
    newest_first = [(org["org_id"], org["world"]) for org in reversed(orgs)]
    none_yet = "" if orgs else "There is no organization yet: seed one, then load this page again."
    model = markup.group(
        "Language model",
        (
            markup.choice_field(
                "org_id",
                "Organization",
                newest_first,
                value=typed.get("org_id", ""),
                hint=none_yet,
                problem=problems.get("org_id", ""),
            ),
            markup.choice_field(
                "provider",
                "Provider",
                PROVIDERS,
                value=typed.get("provider", ""),
                problem=problems.get("provider", ""),
            ),
            markup.text_field(
                "model",
                "Model",
                'autocomplete="off" autocapitalize="none" spellcheck="false"',
                value=typed.get("model", ""),
                hint="As the provider writes it, such as gpt-6.2-sol.",
                problem=problems.get("model", ""),
            ),
        ),
    )
    credential = markup.group(
        "Credential",
        (
            markup.choice_field(
                "credential_type",
                "Credential type",
                CREDENTIALS,
                value=typed.get("credential_type", ""),
                problem=problems.get("credential_type", ""),
            ),
            markup.area_field(
                "bundle",
                "Bundle",
                'rows="6" autocomplete="off" autocapitalize="none" spellcheck="false"',
                hint="The whole JSON object of the login. It is stored, and never shown again.",
                problem=problems.get("bundle", ""),
            ),
        ),
    )
    terms = markup.group(
        "Terms of service",
        (
            markup.tick_field(
                "tos",
                "I accept the provider's terms of service",
                value="accepted",
                ticked=typed.get("tos") == "accepted",
                problem=problems.get("tos", ""),
            ),
        ),
    )
    note = "<p>Every field has to be filled in.</p>"
    body = "\n".join((model, credential, terms, markup.button("Save")))
    return note + markup.form("/org-settings", {"csrf": csrf}, body)


def read_form(
    form: Mapping[str, str], known_orgs: list[str]
) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """The credential of a submitted form, or None and its errors by field."""
    bundle, bundle_problem = _read_bundle(form.get("bundle", ""))
    model = form.get("model", "").strip()
    checks = (
        ("org_id", form.get("org_id") in known_orgs, "Choose an organization."),
        ("provider", form.get("provider") == OPENAI, "Choose the provider OpenAI."),
        ("model", bool(model), "Name a model."),
        (
            "credential_type",
            form.get("credential_type") == OAUTH,
            "Choose the credential type Subscription.",
        ),
        ("bundle", not bundle_problem, bundle_problem),
        ("tos", form.get("tos") == "accepted", "Accept the terms of service."),
    )
    problems = {name: text for name, valid, text in checks if not valid}
    if problems:
        return None, problems
    return {"provider": OPENAI, "model": model, "credential_type": OAUTH, "bundle": bundle}, {}


def _read_bundle(text: str) -> tuple[Any, str]:
    if not text.strip():
        return None, "Paste the bundle."
    try:
        bundle = json.loads(text)
    except (ValueError, RecursionError):
        return None, "The bundle is not JSON."
    fields = bundle if isinstance(bundle, dict) else {}
    missing = [name for name in BUNDLE_FIELDS if not fields.get(name)]
    return bundle, f"The bundle lacks {', '.join(missing)}." if missing else ""
