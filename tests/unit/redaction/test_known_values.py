"""Known values disappear in every form an encoder gives them."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from smoke_tui.redaction import Secret, Vault, scan
from tests.helpers.minted_secrets import jwt, token

VALUE = "FAKE/pass+word\"<&>' äß=" + token()


def lower_hex(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found.group().lower(), text)


FORMS: dict[str, Callable[[str], str]] = {
    "raw": lambda v: v,
    "json": lambda v: json.dumps(v)[1:-1],
    "json utf-8": lambda v: json.dumps(v, ensure_ascii=False)[1:-1],
    "json slash": lambda v: json.dumps(v)[1:-1].replace("/", "\\/"),
    "json go": lambda v: json.dumps(v, ensure_ascii=False)[1:-1]
    .replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"),
    "json in json": lambda v: json.dumps(json.dumps(v))[3:-3],
    "percent": lambda v: quote(v, safe=""),
    "percent path": quote,
    "percent lower": lambda v: lower_hex(quote(v, safe="")),
    "percent twice": lambda v: quote(quote(v, safe=""), safe=""),
    "component": lambda v: quote(v, safe="!'()*"),
    "form": quote_plus,
    "form twice": lambda v: quote_plus(quote_plus(v)),
    "hex": lambda v: v.encode().hex(),
    "HEX": lambda v: v.encode().hex().upper(),
    "swapcase": str.swapcase,
    "upper": str.upper,
    "html": html.escape,
    "html bare": lambda v: html.escape(v, quote=False),
    "html numeric": lambda v: v.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    .replace('"', "&#34;").replace("'", "&#39;"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "value", [VALUE, "FAKE-86bytes+/=" + "q" * 9, jwt()], ids=["plain", "signs", "jwt"]
)
def test_forms(form: str, value: str) -> None:
    vault = Vault()
    secret = vault.add_value(value, "thing")
    text = f"before {FORMS[form](value)} after"
    assert vault.redact_text(text) == f"before {secret.placeholder} after"
    assert scan(vault.redact(text.encode()), vault) == []


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", [b"", b"u", b"us", b"use"])
@pytest.mark.parametrize("after", [b"", b":", b"::", b":::"])
def test_base64_at_every_offset(
    encode: Callable[[bytes], bytes], before: bytes, after: bytes
) -> None:
    vault = Vault()
    value = token("??>>")
    vault.add_value(value, "thing", "1")
    for encoded in (
        encode(before + value.encode() + after),
        encode(before + value.encode() + after).rstrip(b"="),
    ):
        out = vault.redact(b"x " + encoded + b" y")
        assert b"[REDACTED:thing#1]" in out
        assert len(out) <= len("x [REDACTED:thing#1] y") + 4 + 8
        assert scan(out, vault) == []


@pytest.mark.parametrize("wrap", ["\n", "\r\n", "\n    ", "\\n", "\\r\\n\t"])
def test_wrapped_anywhere(wrap: str) -> None:
    vault = Vault()
    value = token()
    vault.add_value(value, "thing", "1")
    for at in range(1, len(value)):
        text = f"a {value[:at]}{wrap}{value[at:]} b"
        head = value[:at] + wrap if at < 4 else ""
        assert vault.redact_text(text) == f"a {head}[REDACTED:thing#1] b"
    folded = wrap.join(value[i : i + 5] for i in range(0, len(value), 5))
    assert vault.redact_text(folded + "\n") == "[REDACTED:thing#1]\n"


@pytest.mark.parametrize("dots", ["…", "...", "....", "\\u2026"])
@pytest.mark.parametrize("keep", [12, 20])
def test_truncated(dots: str, keep: int) -> None:
    vault = Vault()
    value = token()
    vault.add_value(value, "thing", "1")
    mark = "[REDACTED:thing#1]"
    assert vault.redact_text(f"t={value[:keep]}{dots} z") == f"t={mark}{dots} z"
    assert vault.redact_text(f"t={dots}{value[-keep:]} z") == f"t={dots}{mark} z"
    both = f"{value[:keep]}{dots}{value[-keep:]}"
    assert vault.redact_text(both) == f"{mark}{dots}{mark}"
    assert vault.redact_text(f"{value[:11]}{dots}") == f"{value[:11]}{dots}"


def test_the_longest_match_wins_and_overlaps_leave_nothing() -> None:
    vault = Vault()
    short, long = token("a"), token("b")
    vault.add_value(short, "k", "short")
    vault.add_value(short + long, "k", "long")
    vault.add_value(long + short, "k", "turned")
    assert vault.redact_text(short + long) == "[REDACTED:k#long]"
    assert vault.redact_text(short + long + short) == "[REDACTED:k#long][REDACTED:k#turned]"
    assert vault.redact_text(short + "-" + short) == "[REDACTED:k#short]-[REDACTED:k#short]"


def test_short_values() -> None:
    vault = Vault()
    vault.add_value("fak3s", "pin", "5")
    vault.add_value("fak3d6", "pin", "6")
    vault.add_value("fak3dd88", "pin", "8")
    assert vault.get("[REDACTED:pin#5]") is None
    text = "fak3s fak3d6 xfak3d6 fak3d6_ (fak3d6) xfak3dd88x"
    assert vault.redact_text(text) == (
        "fak3s [REDACTED:pin#6] xfak3d6 fak3d6_ ([REDACTED:pin#6]) x[REDACTED:pin#8]x"
    )


def test_unscrubbed_secrets_and_stand_ins_are_not_searched() -> None:
    vault = Vault()
    prompt = token("prompt ")
    vault.add(Secret(prompt, kind="prompt", ref="1", scrub=False))
    stand_in = vault.add(Secret(None, kind="state", ref="1"))
    assert vault.redact_text(prompt) == prompt
    assert vault.get("[REDACTED:prompt#1]") is None
    assert vault.get(stand_in.placeholder) is stand_in


def test_numbers_and_idempotent_add() -> None:
    vault = Vault()
    values = [token(), token()]
    first = vault.add_value(values[0], "cookie")
    assert vault.add_value(values[1], "cookie").ref == "2"
    assert vault.add_value(values[0], "cookie") is first
    assert vault.add(Secret(values[0], kind="cookie", ref="1")) is first
    assert [secret.ref for secret in vault.secrets()] == ["1", "2"]
    assert values[0] not in repr(vault)


def test_a_renewed_value_keeps_both_hidden() -> None:
    vault = Vault()
    old, new = token(), token()
    vault.add_value(old, "access_token", "login.1")
    vault.add_value(new, "access_token", "login.1")
    mark = "[REDACTED:access_token#login.1]"
    assert vault.redact_text(f"{old} {new}") == f"{mark} {mark}"


def test_placeholders_stay_and_forged_ones_hide_nothing() -> None:
    vault = Vault()
    value = token()
    vault.add_value(value, "access_token", "1")
    vault.add_value("REDACTED", "word", "1")
    vault.add_value("access_token", "word", "2")
    kept = "[REDACTED:access_token#1] [REDACTED:state#7]"
    assert vault.redact_text("[REDACTED:access_token#1]") == "[REDACTED:access_token#1]"
    assert vault.redact_text(f"password={kept}").startswith("password=[REDACTED:access_token#1] ")
    assert value not in vault.redact_text(f"[REDACTED:x#{value}]")
    forged = "[REDACTED:x#" + token("sk-proj-") + "]"
    assert "FAKE" not in Vault().redact_text(forged)


def test_a_megabyte_without_hits_is_quick() -> None:
    vault = Vault()
    for _ in range(5):
        vault.add_value(jwt() + token(size=900), "access_token")
        vault.add_value(token("rt_"), "refresh_token")
    line = b'{"type": "delta", "item": "msg_0123", "text": "nothing to see here"}\n'
    data = (line * (1024 * 1024 // len(line) + 1))[: 1024 * 1024]
    vault.redact(b"warm")
    started = time.process_time()
    assert vault.redact(data) == data
    assert time.process_time() - started < 0.5
