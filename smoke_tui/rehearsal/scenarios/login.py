"""Scenarios of the login: the issuer's pages, redirects and token endpoint."""

from __future__ import annotations

from typing import Final

from smoke_tui.rehearsal.provider import replies
from smoke_tui.rehearsal.scenarios.scenario import Scenario

LOGIN_ROWS: Final = (
    Scenario(
        "login-denied",
        "The issuer sends the browser back with access_denied.",
        "openai/codex#2834",
        authorize_error=(
            "access_denied",
            "The resource owner or authorization server denied the request. "
            "The consent verifier has already been used.",
        ),
    ),
    Scenario(
        "entitlement-missing",
        "The issuer sends the browser back: Codex is not enabled for the workspace.",
        authorize_error=("access_denied", "missing_codex_entitlement"),
    ),
    Scenario(
        "scope-rejected",
        "The issuer sends the browser back with invalid_scope.",
        "openclaw/openclaw#64667",
        authorize_error=(
            "invalid_scope",
            "The requested scope is invalid, unknown, or malformed. The OAuth 2.0 Client is not "
            "allowed to request scope 'model.request'.",
        ),
    ),
    Scenario(
        "workspace-missing",
        "The issuer shows an error page and never sends the browser back.",
        "openai/codex#1533",
        authorize_page=replies.WORKSPACE_MISSING,
    ),
    Scenario(
        "exchange-rejected",
        "The token endpoint refuses the authorization code.",
        "openai/codex#41815, body inferred",
        exchange=replies.EXCHANGE_REJECTED,
    ),
    Scenario(
        "device-login-disabled",
        "Only the device login: it is switched off for the account.",
        "spacedriveapp/spacebot#214",
        device=replies.DEVICE_DISABLED,
    ),
    Scenario(
        "account-id-missing",
        "The tokens name no ChatGPT account.",
        "Gitlawb/openclaude#203",
        omit_claims=frozenset({"chatgpt_account_id"}),
    ),
    Scenario(
        "bundle-incomplete",
        "The token endpoint gives no refresh token.",
        "Kohaku-Lab/KohakuTerrarium#303",
        omit_tokens=frozenset({"refresh_token"}),
    ),
    Scenario(
        "authorize-rejected",
        "The issuer's page says that a parameter is missing, whatever name the login gives, and "
        "never sends the browser back.",
        "HybridAIOne/hybridclaw#1146, zosma-cowork#132",
        authorize_page=replies.AUTHORIZE_PARAMETER,
    ),
    Scenario(
        "authorize-rejected-hydra",
        "The issuer's page calls the request invalid, and never sends the browser back.",
        "the code alone is reported; the page constructed",
        authorize_page=replies.AUTHORIZE_HYDRA,
    ),
    Scenario(
        "entitlement-missing-page",
        "The issuer's page says that the workspace's administrator has disabled Codex, and never "
        "sends the browser back.",
        "openai/codex#17833",
        authorize_page=replies.WORKSPACE_DISABLED,
    ),
)
