"""Secrets in what the world answers: leaves of JSON documents, and texts that are secret whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from smoke_tui.redaction import Secret, Vault, credential_documents
from smoke_tui.redaction.secret import Json
from smoke_tui.world.credential_document import sendable
from smoke_tui.world.live.text_files import mended_text
from smoke_tui.world.values import Sensitive


def take_secrets(
    raw: bytes, sensitive: tuple[Sensitive, ...], refs: Mapping[str, str], vault: Vault
) -> dict[str, Secret]:
    """The secret leaves of a JSON document, registered in the vault."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    secrets: dict[str, Secret] = {}
    for leaf in sensitive:
        value = _leaf(document, leaf.path)
        if not isinstance(value, str) or not value:
            continue
        claims = credential_documents.claims_of(value)
        public = _public(value, leaf.kind, vault)
        for name, path in leaf.claims.items():
            claim = _leaf(claims, path)
            if isinstance(claim, bool | int) or (isinstance(claim, str) and len(claim) < 200):
                public[name] = claim
        secrets[leaf.name] = vault.add(
            Secret(value, kind=leaf.kind, ref=refs[leaf.name], public=public, scrub=leaf.scrub)
        )
        for name, (path, kind) in leaf.nested.items():
            claim = _leaf(claims, path)
            if isinstance(claim, str) and claim:
                key = f"{leaf.name}.{name}"
                secrets[key] = vault.add(
                    Secret(claim, kind=kind, ref=refs[key], public=_public(claim, kind, vault))
                )
        if leaf.scrub:
            vault.add_parts(value, leaf.kind, refs[leaf.name])
    return secrets


def _public(value: str, kind: str, vault: Vault) -> dict[str, Json]:
    """The public parts of a leaf: its length, and of an account whether it is the same as before.

    `sendable` is False where no header can carry it.
    """
    public: dict[str, Json] = {"length": len(value)}
    if kind == "account-id":
        public["mark"] = vault.fingerprint(value)
    return public if sendable(value) else {**public, "sendable": False}


def _leaf(value: object, path: tuple[str, ...]) -> object:
    for part in path:
        key, picks, wanted = part.partition("=")
        if part.isdigit() and isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        elif picks and isinstance(value, list):
            value = next(
                (item for item in value if isinstance(item, Mapping) and item.get(key) == wanted),
                None,
            )
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    return value


def secret_of_text(text: str, kind: str, ref: str, vault: Vault, *, scrub: bool) -> Secret:
    """A file's or a variable's text as a secret of a kind, registered in the vault."""
    mended: list[Json] = []
    if kind == "instructions":
        text, changes = mended_text(text)
        mended = list(changes)
    raw = text.encode("utf-8", "surrogatepass")
    public: dict[str, Json] = {"chars": len(text), "bytes": len(raw)}
    if mended:
        public["mended"] = mended
    if kind == "instructions" and not text.strip():
        public["blank"] = True
    if not scrub:
        public["sha256"] = hashlib.sha256(raw).hexdigest()
    elif not sendable(text):
        public["sendable"] = False
    secret = vault.add(Secret(text, kind=kind, ref=ref, public=public, scrub=scrub))
    if scrub:
        register_parts(vault, text, kind, ref)
    return secret


def register_parts(vault: Vault, text: str, kind: str, ref: str) -> None:
    """Register what a secret text holds beside itself: a document's leaves, a token's parts."""
    if text.lstrip()[:1] in ("{", "["):
        vault.add_document(text, ref)
    vault.add_parts(text, kind, ref)
