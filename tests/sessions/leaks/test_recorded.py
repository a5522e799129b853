"""No secret of a whole session is in anything it left behind, in any form."""

from __future__ import annotations

import base64
import urllib.parse
from collections.abc import Iterator
from functools import cache

import pytest

from smoke_tui.journal.load import load_state
from smoke_tui.presentation.report.export import FORMATS, export
from smoke_tui.redaction import Secret, Vault, scan
from smoke_tui.rehearsal.provider import instructions
from tests.helpers.recorded_sessions import VERDICTS, Recorded, recorded

FRAGMENT = 12


def vault_of(done: Recorded) -> Vault:
    vault = Vault()
    for number, value in enumerate(done.minted):
        vault.add(Secret(value, kind="canary", ref=str(number)))
    for number, secret in enumerate(done.secrets):
        if secret.available:
            vault.add(Secret(secret.reveal(), kind="held", ref=str(number)))
    return vault


@cache
def left_behind(name: str) -> tuple[tuple[str, bytes], ...]:
    """Every file of the state folder, all files' names, and all exports."""
    done = recorded(name)
    root = done.folder.parent.parent
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    _, runbook, state = load_state(done.folder)
    return (
        ("names", "\n".join(str(path.relative_to(root)) for path in files).encode()),
        *((str(path), path.read_bytes()) for path in files),
        *(
            (f"report {kind}", export(kind, runbook, state, done.folder, Vault()))
            for kind in FORMATS
        ),
    )


def forms(value: str) -> Iterator[bytes]:
    raw = value.encode()
    yield raw
    yield urllib.parse.quote(value, safe="").encode()
    yield urllib.parse.quote_plus(value).encode()
    for shift in range(3):
        # A value inside something longer may begin at any of three places of base64.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"x" * shift + raw)[4 : -4 or None]
    yield raw.hex().encode()
    yield raw[::-1]


def fragments(value: str) -> Iterator[bytes]:
    # The first segment of a token is the same for all and public; what begins its second, too.
    parts = value.split(".")
    if len(parts) == 3 and value.startswith("eyJ"):
        parts = [parts[2]]
    for part in parts:
        for at in range(0, len(part) - FRAGMENT + 1, 4):
            piece = part[at : at + FRAGMENT]
            if "FAKE" not in piece:
                yield piece.encode()


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_the_scan_finds_nothing(name: str) -> None:
    done = recorded(name)
    vault = vault_of(done)
    for place, content in left_behind(name):
        assert scan(content, vault) == [], place


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_a_plain_search_finds_nothing(name: str) -> None:
    done = recorded(name)
    assert done.minted
    searched_forms = {
        form for value in done.minted for form in forms(value) if len(form) >= FRAGMENT
    }
    searched_forms |= {piece for value in done.minted for piece in fragments(value)}
    searched_forms |= {
        s.reveal().encode() for s in done.secrets if s.available and len(s.reveal()) > 7
    }
    for place, content in left_behind(name):
        for piece in searched_forms:
            assert piece not in content, f"{place} holds part of a secret"


def test_the_search_itself_finds_every_form() -> None:
    done = recorded("happy")
    value = done.minted[-1]
    vault = vault_of(done)
    for form in (value.encode(), base64.b64encode(value.encode()), value[-20:].encode()):
        assert scan(b"before " + form + b" after", vault)
    assert len(done.minted) >= 5
    assert any(value.startswith("eyJ") for value in done.minted)
    kinds = {secret.kind for secret in done.secrets}
    assert {
        "access-token",
        "refresh-token",
        "id-token",
        "oauth-code",
        "oauth-state",
        "oauth-verifier",
        "account-id",
    } <= kinds


def test_base_instructions_are_named_and_never_shown() -> None:
    """Journal and reports hold their length and hash; a catalogue that lists them is evidence."""
    for name in ("happy", "instructions-drift"):
        for place, content in left_behind(name):
            if "evidence" not in place:
                for text in (instructions.CURRENT, instructions.STALE):
                    assert text.strip()[:40].encode() not in content, place
