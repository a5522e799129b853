"""Shapes of what names a person or lets one sign in: addresses, codes of a device, claims."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

#: An address of e-mail. What only looks like one has a check of its own, `addressed`.
EMAIL: Final = re.compile(
    rb"(?<![A-Za-z0-9._%+/@:-])(?P<value>(?P<local>[A-Za-z0-9_+][A-Za-z0-9._+-]{0,63})"
    rb"(?:@|%40)(?P<domain>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}"
    rb"(?P<top>[A-Za-z]{2,24})))(?![A-Za-z0-9@-])(?!\.[A-Za-z0-9])"
)
#: Addresses of a role name nobody.
_ROLES: Final = frozenset(
    (
        b"git",
        b"hg",
        b"svn",
        b"noreply",
        b"no-reply",
        b"donotreply",
        b"support",
        b"security",
        b"info",
        b"help",
        b"abuse",
        b"postmaster",
        b"ops",
    )
)
#: Ends of names of files and units, which are no domains: `logo@2x.png`, `getty@tty1.service`.
_FILES: Final = frozenset(
    (
        b"service",
        b"socket",
        b"timer",
        b"target",
        b"mount",
        b"slice",
        b"scope",
        b"path",
        b"device",
        b"png",
        b"jpg",
        b"jpeg",
        b"svg",
        b"gif",
        b"webp",
        b"html",
        b"css",
        b"js",
        b"mjs",
        b"ts",
        b"tsx",
        b"jsx",
        b"json",
        b"md",
        b"txt",
        b"py",
        b"rs",
        b"go",
        b"sh",
        b"toml",
        b"yaml",
        b"yml",
        b"lock",
        b"log",
        b"tgz",
        b"gz",
        b"zip",
        b"tar",
        b"whl",
        b"conf",
        b"git",
        b"patch",
        b"diff",
    )
)
_VERSION: Final = re.compile(rb"v?[0-9]+\.[0-9]")
_PATH: Final = re.compile(rb":(?://|[~/]|[A-Za-z0-9._~-]+/)")
_LOGIN: Final = re.compile(
    rb"(?:^|[^A-Za-z0-9])(?:ssh|ssh-copy-id|sshpass|autossh|scp|sftp|rsync|mosh)[ \t]"
    rb"(?:[^\r\n\"']*[ \t])?\Z"
)
#: `code ABCD-12345`: a code to type in, next to its word.
CODE: Final = re.compile(
    rb"(?<![A-Za-z-])(?i:code)s?\b(?!-)[^\r\n\[]{0,32}?(?<![A-Za-z0-9_-])"
    rb"(?P<value>[A-Z0-9]{4}-[A-Z0-9]{4,5})(?![A-Za-z0-9_-])"
)
_CLAIM: Final = re.compile(
    rb"[{,]\s*\"(?:exp|iss|aud|sub|iat|email|jti|nbf|sid|https://api\.openai\.com/[a-z]+)\"\s*:"
)


def addressed(found: re.Match[bytes]) -> bool:
    """Whether a match is an address of a person: no login of ssh, no version, no file."""
    top = found["top"].lower()
    if top in _FILES or _VERSION.match(found["domain"]) or found["local"].lower() in _ROLES:
        return False
    if _PATH.match(found.string, found.end()):
        return False
    before = found.string[max(0, found.start() - 160) : found.start()]
    return not _LOGIN.search(before[before.rfind(b"\n") + 1 :])


def drawn_code(value: bytes) -> bool:
    """Letters, or letters and digits; `HTTP-4001` and dates are no codes."""
    left, _, right = value.partition(b"-")
    return not value.replace(b"-", b"").isdigit() and not (left.isalpha() and right.isdigit())


def claims(value: bytes) -> bool:
    """Whether base64 holds claims of a token: a JSON object that names who, for whom, how long."""
    bare = value.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    try:
        said = base64.b64decode(bare + b"=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return False
    return said.lstrip().startswith(b"{") and bool(_CLAIM.search(said))
