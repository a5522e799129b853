"""Judging a login's redirect, however it came: at the callback, or pasted by the operator."""

from __future__ import annotations

from typing import Final

from smoke_tui.journal.events.facts import ListenHit
from smoke_tui.redaction import Secret, Vault, clean
from smoke_tui.world.requests.http import Listen

LONGEST_CODE: Final = 4096


def check_redirect(query: tuple[tuple[str, str], ...], expected: Listen) -> str:
    """Why a redirect is not ours, state first and everything else after it; "ok" where it is."""
    states = [value for name, value in query if name == "state"]
    if len(states) != 1:
        return "no single state"
    if not expected.state.matches(states[0]):
        return "wrong state"
    issuers = [value for name, value in query if name == "iss"]
    if issuers and issuers != [expected.issuer]:
        return "wrong issuer"
    codes = [value for name, value in query if name == "code"]
    errors = [value for name, value in query if name == "error"]
    if len(codes) > 1 or len(errors) > 1 or (not codes and not errors):
        return "no single code"
    if codes and not (0 < len(codes[0]) <= LONGEST_CODE and codes[0].isprintable()):
        return "impossible code"
    return "ok"


def read_redirect(
    query: tuple[tuple[str, str], ...], vault: Vault, ref: str
) -> tuple[ListenHit, dict[str, Secret]]:
    """The fact of a good redirect: the code as a secret, or the error in clean words."""
    fields = dict(query)
    if "error" in fields:
        description = clean(fields.get("error_description", ""))[:300]
        return ListenHit(clean(fields["error"])[:100], description), {}
    code = vault.add(Secret(fields["code"], kind="oauth-code", ref=ref))
    return ListenHit(None, ""), {"code": code}
