"""Patterns of e-mail addresses, device codes and claims of a token."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from smoke_tui.regex import regex

EMAIL: Final = (
    rb"(?<![A-Za-z0-9._%+/@:-])(?P<value>(?P<local>[A-Za-z0-9_+][A-Za-z0-9._+-]{0,63})"
    rb"(?:@|%40)(?P<domain>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}"
    rb"(?P<top>[A-Za-z]{2,24})))(?![A-Za-z0-9@-])(?!\.[A-Za-z0-9])"
)
"""The expression of an e-mail address; `is_personal_address` rejects what only looks like one."""
_ROLES: Final = frozenset(
    (
        b"git hg svn noreply no-reply donotreply support security info help abuse postmaster ops"
    ).split()
)
"""Local parts of role addresses, which name no person."""
_FILES: Final = frozenset(
    (
        b"service socket timer target mount slice scope path device png jpg jpeg svg gif webp html "
        b"css js mjs ts tsx jsx json md txt py rs go sh toml yaml yml lock log tgz gz zip tar whl "
        b"conf git patch diff"
    ).split()
)
"""Suffixes of files and units, which are no domains: `logo@2x.png`, `getty@tty1.service`."""
_VERSION: Final = regex(rb"v?[0-9]+\.[0-9]")
_PATH: Final = regex(rb":(?://|[~/]|[A-Za-z0-9._~-]+/)")
_LOGIN: Final = regex(
    rb"(?:^|[^A-Za-z0-9])(?:ssh|ssh-copy-id|sshpass|autossh|scp|sftp|rsync|mosh)[ \t]"
    rb"(?:[^\r\n\"']*[ \t])?\Z"
)
CODE: Final = (
    rb"(?<![A-Za-z-])(?i:code)s?\b(?!-)[^\r\n\[]{0,32}?(?<![A-Za-z0-9_-])"
    rb"(?P<value>[A-Z0-9]{4}-[A-Z0-9]{4,5})(?![A-Za-z0-9_-])"
)
"""The expression of a device code after the word: `code ABCD-12345`."""
_CLAIM: Final = regex(
    rb"[{,]\s*\"(?:exp|iss|aud|sub|iat|email|jti|nbf|sid|https://api\.openai\.com/[a-z]+)\"\s*:"
)


def is_personal_address(match: re.Match[bytes]) -> bool:
    """Whether a match is a person's address: no ssh login, version or file name."""
    top = match["top"].lower()
    if top in _FILES or _VERSION.match(match["domain"]) or match["local"].lower() in _ROLES:
        return False
    if _PATH.match(match.string, match.end()):
        return False
    before = match.string[max(0, match.start() - 160) : match.start()]
    return not _LOGIN.search(before[before.rfind(b"\n") + 1 :])


def is_device_code(value: bytes) -> bool:
    """Whether a code is random letters and digits: not `HTTP-4001`, no date."""
    left, _, right = value.partition(b"-")
    return not value.replace(b"-", b"").isdigit() and not (left.isalpha() and right.isdigit())


def holds_claims(value: bytes) -> bool:
    """Whether base64 holds claims of a token: a JSON object with a subject, audience or expiry."""
    bare = value.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    try:
        decoded = base64.b64decode(bare + b"=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return False
    return decoded.lstrip().startswith(b"{") and bool(_CLAIM.search(decoded))
