"""What a document that was given as a credential is: ours, or a file of another tool. Pure.

No sentence here quotes the document: whatever it holds may be somebody's secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from smoke_tui.redaction.credential_documents import claims_of, parse_every_pair
from smoke_tui.regex import regex

AUTH_CLAIM: Final = "https://api.openai.com/auth"
WANTED: Final = (
    "wanted is the file that `smoke-tui login --out FILE` writes, or the Codex CLI's "
    "own auth.json after `codex login` with a ChatGPT account"
)

_FOREIGN_KEYS: Final[tuple[tuple[frozenset[str], str], ...]] = tuple(
    (frozenset(keys.split()), what)
    for keys, what in (
        ("claudeAiOauth", "the login of Claude Code"),
        ("oauthAccount", "the settings of Claude Code"),
        ("sessionToken", "the session of a ChatGPT web page"),
        ("accessToken user", "the session of a ChatGPT web page"),
        ("accessToken authProvider", "the session of a ChatGPT web page"),
        ("WARNING_BANNER", "the session of a ChatGPT web page"),
        ("client_secret refresh_token type", "a Google Cloud credential"),
        ("private_key client_email", "the key of a Google Cloud service account"),
        ("installed", "an OAuth client of Google Cloud"),
        ("audience subject_token_type", "a Google Cloud credential of another identity provider"),
        ("source_credentials", "an impersonating Google Cloud credential"),
        ("access_token expiry_date", "the login of the Gemini CLI"),
        ("auths", "the login of a container registry (Docker)"),
        ("credHelpers", "the login of a container registry (Docker)"),
        ("credsStore", "the login of a container registry (Docker)"),
        ("AccessKeyId SecretAccessKey", "an AWS credential"),
        ("Credentials AssumedRoleUser", "an AWS credential"),
        ("startUrl accessToken", "an AWS SSO login"),
        ("clientId clientSecret", "a registered OAuth client"),
        ("AccessToken RefreshToken Account", "a token cache of Azure"),
        ("subscriptions installationId", "a profile of Azure"),
        ("clientId clientSecret tenantId", "a service principal of Azure"),
        ("apiVersion kind clusters", "a kube config"),
        ("cookies origins", "a browser's stored session"),
        ("private_key", "a private key"),
        ("api_key", "a file with an API key"),
        ("apiKey", "a file with an API key"),
    )
)
"""Keys that together identify another tool's JSON, and the tool."""

_NESTED: Final[tuple[tuple[str, str], ...]] = (
    ("oauth_token", "a login of the GitHub CLI or of Copilot"),
    ("refresh", "the login of another agent program (opencode)"),
    ("token", "a file of several logins by host"),
    ("key", "a file of several API keys"),
)
"""A key below every key of another tool's JSON."""

_TEXTS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (regex(pattern, re.MULTILINE), what)
    for pattern, what in (
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
        (r"-----BEGIN ", "a certificate or a key"),
        (
            r"^apiVersion:[\s\S]*^(?:clusters|contexts|users|kind):|^kind: *Config\b",
            "a kube config",
        ),
        (r"(?i)^\[[^\]\n]{1,60}\]\s*(?:[^\[]*\n)?\s*aws_", "an AWS credentials file"),
        (r"(?i)^\s*(?:export +)?aws_(?:access|secret|session)", "AWS credentials"),
        (r"_auth(?:Token)? *=", "an .npmrc"),
        (r"^\s+oauth_token:|^github\.com:", "the login of the GitHub CLI (hosts.yml)"),
        (r"^machine\s+\S+|^default\s+login\s", "a .netrc"),
        (r"(?s)\A\s*\[(?:pypi|distutils|testpypi)\]", "a .pypirc"),
        (r"^# (?:Netscape )?HTTP Cookie File", "a cookie file"),
        (r"(?i)\A\s*(?:<!doctype html|<html)", "a web page"),
        (r"\A\s*eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\s*\Z", "a bare token"),
        (r"\A\s*rt[_.][A-Za-z0-9_.-]+\s*\Z", "a bare refresh token"),
        (r"\A\s*(?:sk|xai|gsk|AIza)[A-Za-z0-9_-]{10,}\s*\Z", "a bare API key"),
        (
            r"\A\s*(?:gh[a-z]|github_pat|glpat|xox[a-z])[-_][A-Za-z0-9_-]{10,}\s*\Z",
            "a bare access token of another service",
        ),
        (r"\A(?:\s*#.*\n)*\s*(?:export +)?[A-Z][A-Z0-9_]*=", "a file of environment variables"),
        (r"\A\s*[A-Za-z_][\w.-]*:(?: |\n)", "a YAML file"),
        (r"\A\s*\[[A-Za-z_.\"'-]+\]\s*$", "a settings file"),
        (r"\A(?:SQLite format 3\0)", "a database"),
    )
)

_FOREIGN_ISSUERS: Final[Mapping[str, str]] = {
    "accounts.google.com": "Google",
    "login.microsoftonline.com": "Microsoft",
    "sts.windows.net": "Microsoft",
    "claude.ai": "Anthropic",
    "console.anthropic.com": "Anthropic",
    "token.actions.githubusercontent.com": "GitHub",
    "github.com": "GitHub",
    "appleid.apple.com": "Apple",
    "kubernetes.default.svc": "Kubernetes",
}
_ACCOUNT: Final = regex(r"[\x21-\x7e]{1,200}")
_JWT: Final = regex(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_SENDABLE: Final = regex(r"[\x21-\x7e]+")


def sendable(token: str) -> bool:
    """Whether a header can carry a token: visible ASCII, without blanks (RFC 9110, RFC 6750)."""
    return bool(_SENDABLE.fullmatch(token))


def looks_like(text: str) -> str | None:
    """Whose file a document is, in words; None where nothing identifies another tool's."""
    if not text.strip().strip("\ufeff"):
        return "an empty file"
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return next((what for pattern, what in _TEXTS if pattern.search(text)), None)
    if isinstance(document, str):
        return looks_like(document) if len(document) < len(text) else None
    return _json_of_another(document) if isinstance(document, Mapping) else None


def _json_of_another(document: Mapping[str, Any]) -> str | None:
    keys = set(document)
    tokens = document.get("tokens")
    held = tokens if isinstance(tokens, Mapping) else {}
    if (
        not _has(held, "access_token")
        and not _has(document, "access_token")
        and (_has(document, "OPENAI_API_KEY") or document.get("auth_mode") in ("apikey", "api_key"))
    ):
        return "a Codex CLI login by API key (auth_mode apikey)"
    for needed, what in _FOREIGN_KEYS:
        if needed <= keys:
            return what
    for source in (held, document):
        for name in ("id_token", "access_token"):
            whose = _foreign_issuer(source.get(name))
            if whose:
                return f"a login at {whose}"
    if isinstance(document.get("access_token"), str) and (
        "googleapis.com" in str(document.get("scope"))
    ):
        return "a login at Google"
    values = [value for value in document.values() if isinstance(value, Mapping)]
    if keys and len(values) == len(keys) and not held:
        for name, what in _NESTED:
            if all(_has(value, name) for value in values):
                return what
        for value in values:
            inner = _json_of_another(value) if len(keys) == 1 else None
            if inner:
                return inner
    return None


def _has(document: Mapping[str, Any], name: str) -> bool:
    return isinstance(document.get(name), str) and bool(document[name])


def _foreign_issuer(token: object) -> str | None:
    claims = claims_of(token) if isinstance(token, str) else None
    issuer = claims.get("iss") if isinstance(claims, Mapping) else None
    if not isinstance(issuer, str):
        return None
    try:
        host = (urlsplit(issuer).hostname or issuer).lower()
    except ValueError:
        return None
    return next(
        (
            whose
            for domain, whose in _FOREIGN_ISSUERS.items()
            if host == domain or host.endswith(f".{domain}")
        ),
        None,
    )


def problem_of(text: str) -> str | None:
    """Why a given document can't be used as a credential, in words without a value of it.

    None where nothing is wrong, or only something is missing, which the reader of the bundle says.
    """
    other = looks_like(text)
    if other is not None:
        return f"it looks like {other}; {WANTED}"
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return f"it is not JSON; {WANTED}"
    if not isinstance(document, Mapping):
        return f"it is not a JSON object; {WANTED}"
    if _repeats(text):
        return f"it names a field twice, and nobody can know which one counts; {WANTED}"
    held = document.get("tokens")
    nested = "access_token" not in document and isinstance(held, Mapping)
    return _contradiction(held if nested and isinstance(held, Mapping) else document)


def _repeats(text: str) -> bool:
    """Whether an object of the document has a name twice."""
    ahead: list[Any] = [parse_every_pair(text.lstrip("\ufeff"))]
    while ahead:
        value = ahead.pop()
        if not isinstance(value, list):
            continue
        pairs = [item for item in value if isinstance(item, tuple)]
        if len({name for name, _ in pairs}) < len(pairs):
            return True
        ahead += [item[1] if isinstance(item, tuple) else item for item in value]
    return False


def _contradiction(fields: Mapping[str, Any]) -> str | None:
    """What in the tokens and the account id can't be, or does not fit together."""
    identity = fields.get("id_token")
    if (
        identity is not None
        and identity != ""
        and not (
            isinstance(identity, str)
            and _JWT.fullmatch(identity)
            and isinstance(claims_of(identity), Mapping)
        )
    ):
        return "its id_token is no JWT: three parts in base64url, of which the second is JSON"
    account = fields.get("account_id")
    if (
        account is not None
        and account != ""
        and not (isinstance(account, str) and _ACCOUNT.fullmatch(account))
    ):
        return (
            "its account_id holds characters that no account id has (a blank, a line end, a "
            "control or another script)"
        )
    named = {"account_id": account} if isinstance(account, str) and account else {}
    for name in ("id_token", "access_token"):
        claim = _account_claim(fields.get(name))
        if claim is None:
            continue
        if not _ACCOUNT.fullmatch(claim):
            return f"the account in the claims of its {name} holds characters that no id has"
        for other, account_id in named.items():
            if account_id != claim:
                return (
                    f"its {other} and its {name} name two different accounts; log in again, "
                    "and take the whole file"
                )
        named[name] = claim
    return None


def _account_claim(token: object) -> str | None:
    claims = claims_of(token) if isinstance(token, str) else None
    auth = claims.get(AUTH_CLAIM) if isinstance(claims, Mapping) else None
    claim = auth.get("chatgpt_account_id") if isinstance(auth, Mapping) else None
    return claim if isinstance(claim, str) and claim else None
