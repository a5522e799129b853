"""The credential bundle: the result of a login, which the operator hands over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from smoke_tui.redaction import Secret
from smoke_tui.structs import Struct
from smoke_tui.world.values import Sensitive

AUTH_CLAIM: Final = "https://api.openai.com/auth"

_ID_CLAIMS: Final = {
    "plan_type": (AUTH_CLAIM, "chatgpt_plan_type"),
    "iss": ("iss",),
    "exp": ("exp",),
}
_ACCESS_CLAIMS: Final = {"plan_type": (AUTH_CLAIM, "chatgpt_plan_type"), "exp": ("exp",)}
_ACCOUNT: Final = {"account_id": ((AUTH_CLAIM, "chatgpt_account_id"), "account-id")}


def _leaves(prefix: tuple[str, ...], name: str) -> tuple[Sensitive, ...]:
    return (
        Sensitive(f"{name}id_token", (*prefix, "id_token"), "id-token", _ID_CLAIMS, _ACCOUNT),
        Sensitive(
            f"{name}access_token",
            (*prefix, "access_token"),
            "access-token",
            _ACCESS_CLAIMS,
            _ACCOUNT,
        ),
        Sensitive(f"{name}refresh_token", (*prefix, "refresh_token"), "refresh-token"),
        Sensitive(f"{name}account_id", (*prefix, "account_id"), "account-id"),
    )


TOKEN_LEAVES: Final = _leaves((), "")
"""The secret leaves of a token response and of this tool's bundle file."""

GIVEN_LEAVES: Final = (*TOKEN_LEAVES, *_leaves(("tokens",), "tokens."))
"""TOKEN_LEAVES and those of the Codex CLI's own auth.json (captured from client 0.169)."""


PUBLIC_LEAVES: Final = (("provider",), ("plan_type",), ("expires_at",))
"""The leaves of this tool's bundle file that are not secret."""


class Bundle(Struct, frozen=True):
    """The tokens of one login.

    `expires_at` is ISO 8601 UTC, None if unknown. `source` is login, file, stdin, codex-cli or
    command; `issued_here` means a login of this session. `whole` is the output of the product's own
    login, which is handed over verbatim.
    """

    access_token: Secret
    refresh_token: Secret | None
    id_token: Secret | None
    account_id: Secret
    plan_type: str | None
    expires_at: str | None
    source: str
    issued_here: bool
    whole: Secret | None = None

    def fields(self) -> dict[str, Secret | str | None]:
        """The bundle by field name, for templates and the bundle file."""
        return {
            "provider": "openai",
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "id_token": self.id_token,
            "account_id": self.account_id,
            "plan_type": self.plan_type,
            "expires_at": self.expires_at,
        }

    @property
    def account(self) -> str | None:
        """A fingerprint that distinguishes accounts of a session; None in older records."""
        fingerprint = self.account_id.public.get("mark")
        return str(fingerprint) if fingerprint else None

    def fresh(self, now: str) -> bool:
        """Whether it was issued in this session, or is unexpired at `now` (ISO 8601)."""
        return self.issued_here or (self.expires_at is not None and self.expires_at > now[:19])

    def summary(self) -> dict[str, str]:
        """The parts that may be shown: lengths and public claims."""
        return {
            "access token": _presence(self.access_token),
            "refresh token": _presence(self.refresh_token),
            "id token": _presence(self.id_token),
            "account id": _presence(self.account_id),
            "plan": self.plan_type or "unknown",
            "expires": self.expires_at or "unknown",
            "source": self.source,
        }


def _presence(secret: Secret | None) -> str:
    if secret is None:
        return "absent"
    return f"present, {secret.public.get('length', '?')} characters"


class BundleError(ValueError):
    """A document is no usable bundle; `code` is a failure code, the message says what is missing."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def read_bundle(
    document: object,
    secrets: Mapping[str, Secret],
    *,
    source: str,
    issued_here: bool,
    whole: Secret | None = None,
    need_refresh: bool = False,
) -> Bundle:
    """Build a bundle from a redacted document and the secrets taken from it.

    Raises:
        BundleProblem: there is no access token, no refresh token though `need_refresh`
            (`bundle-incomplete`), or no account (`account-id-missing`).
    """
    if not isinstance(document, Mapping):
        raise BundleError("bundle-incomplete", "it is not a JSON object")
    prefix = "" if "access_token" in secrets else "tokens."
    outer = document if not prefix else document.get("tokens")
    fields = outer if isinstance(outer, Mapping) else {}
    access = secrets.get(f"{prefix}access_token")
    if access is None:
        raise BundleError("bundle-incomplete", "it holds no access_token")
    refresh = secrets.get(f"{prefix}refresh_token")
    if need_refresh and refresh is None:
        raise BundleError("bundle-incomplete", "the login gave no refresh_token")
    identity = secrets.get(f"{prefix}id_token")
    account = next(
        (
            secrets[name]
            for name in (
                f"{prefix}account_id",
                f"{prefix}id_token.account_id",
                f"{prefix}access_token.account_id",
            )
            if name in secrets
        ),
        None,
    )
    if account is None:
        raise BundleError(
            "account-id-missing",
            "it names no ChatGPT account: neither account_id nor the tokens' claims hold one",
        )
    plan = fields.get("plan_type")
    if not isinstance(plan, str):
        plan = next(
            (
                t.public["plan_type"]
                for t in (identity, access)
                if t is not None and isinstance(t.public.get("plan_type"), str)
            ),
            None,
        )
    expires = _utc_time(fields.get("expires_at")) or _expiry(access)
    return Bundle(
        access,
        refresh,
        identity,
        account,
        plan if isinstance(plan, str) else None,
        expires,
        "codex-cli" if prefix else source,
        issued_here,
        whole,
    )


def _utc_time(text: object) -> str | None:
    """An ISO 8601 time in UTC; None if the text is none."""
    try:
        moment = datetime.fromisoformat(text if isinstance(text, str) else "")
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _expiry(token: Secret) -> str | None:
    moment = token.public.get("exp")
    if isinstance(moment, bool) or not isinstance(moment, int) or not 0 < moment < 1 << 34:
        return None
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
