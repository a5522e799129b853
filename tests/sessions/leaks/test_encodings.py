"""Canaries in every form and carrier: not a byte in a record, whoever gives it out, and when."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from smoke_tui.journal.file import read_journal
from smoke_tui.presentation.report.export import FORMATS
from tests.helpers.canaries import LeakSearch, mint
from tests.helpers.events import data_of
from tests.helpers.minted_secrets import AUTH_CLAIM, jwt
from tests.helpers.paths import ROOT

#: Prints the values of a credential file in the form that is named; halves go to two streams.
PRINTER = r"""
import base64, bz2, codecs, gzip, html, json, lzma, quopri, sys, textwrap, time, urllib.parse, zlib

whole = open("bundle.json").read()
leaves = [v for v in json.loads(whole).values() if isinstance(v, str)]
b64 = lambda b: base64.b64encode(b).decode()
spell = lambda v, f: "".join(f(c) for c in v)
def xxd(v, order=1):
    raw, lines = v.encode(), []
    for at in range(0, len(raw), 16):
        row = raw[at:at + 16]
        words = [row[i:i + 2][::order].hex() for i in range(0, len(row), 2)]
        lines.append(f"{at:08x}: {' '.join(words)}")
    return "\n".join(lines)

FORMS = {
    "raw": lambda v: v, "repr": repr, "repr bytes": lambda v: repr(v.encode()),
    "json": json.dumps, "json twice": lambda v: json.dumps(json.dumps(v)),
    "unicode escapes": lambda v: spell(v, lambda c: f"\\u{ord(c):04x}"),
    "hex escapes": lambda v: spell(v, lambda c: f"\\x{ord(c):02x}"),
    "percent": lambda v: spell(v, lambda c: f"%{ord(c):02X}"),
    "quoted printable": lambda v: quopri.encodestring(v.encode(), quotetabs=True).decode(),
    "quoted printable all": lambda v: spell(v, lambda c: f"={ord(c):02X}"),
    "html": lambda v: spell(v, lambda c: f"&#{ord(c)};"),
    "html hex": lambda v: spell(v, lambda c: f"&#x{ord(c):x};"),
    "base64": lambda v: b64(v.encode()), "base64 of file": lambda v: b64(whole.encode()),
    "base64 of file wrapped": lambda v: base64.encodebytes(whole.encode()).decode(),
    "base64 shifted": lambda v: b64(b"ab" + v.encode()),
    "base64 url": lambda v: base64.urlsafe_b64encode(b"x" + v.encode()).decode(),
    "base64 wrapped 19": lambda v: "\n".join(textwrap.wrap(b64(v.encode()), 19)),
    "base64 twice": lambda v: b64(b64(v.encode()).encode()),
    "base64 gzip": lambda v: b64(gzip.compress(v.encode())),
    "base64 zlib": lambda v: b64(zlib.compress(v.encode())),
    "base64 bz2": lambda v: b64(bz2.compress(v.encode())),
    "base64 xz": lambda v: b64(lzma.compress(v.encode())),
    "base32": lambda v: base64.b32encode(v.encode()).decode(),
    "hex": lambda v: v.encode().hex(), "hex upper": lambda v: v.encode().hex().upper(),
    "hex wrapped 7": lambda v: "\n".join(textwrap.wrap(v.encode().hex(), 7)),
    "hex colons": lambda v: v.encode().hex(":"),
    "xxd": xxd, "od": lambda v: xxd(v, -1),
    "octal": lambda v: " ".join(f"{b:03o}" for b in v.encode()),
    "numbers": lambda v: str(list(v.encode())),
    "reversed": lambda v: v[::-1], "upper": str.upper, "swapped": str.swapcase,
    "wrapped 5": lambda v: "\n".join(textwrap.wrap(v, 5)),
    "one a line": lambda v: "\n".join(v),
    "indented": lambda v: "\n    ".join(textwrap.wrap(v, 9)),
    "dashes": lambda v: "-".join(v), "soft hyphens": lambda v: "\u00ad".join(v),
    "zero width": lambda v: "\u200b".join(v), "quoted pieces": lambda v: "'+'".join(
        textwrap.wrap(v, 8)),
    "prefix": lambda v: v[:16] + "...", "middle": lambda v: v[5:27], "end": lambda v: v[-18:],
    "utf-16": lambda v: "\x00".join(v), "ansi": lambda v: "\x1b[1m".join(v),
    "json in base64": lambda v: b64(json.dumps({"t": v}).encode()),
    "header and payload": lambda v: ".".join(v.split(".")[:2]),
    "payload": lambda v: v.split(".")[1 if v.count(".") == 2 else 0],
}

def say(text, stream=sys.stdout):
    stream.write(text + "\n"); stream.flush()

form = sys.argv[1]
# Blocks wait for each other: the end of a value is enough to be found.
SHOWN = 72
for value in leaves:
    if form == "halves":
        half = len(value) // 2
        say(value[:half]); say(value[half:], sys.stderr)
    elif form == "blocks":
        value = value[-SHOWN:]
        for at in range(0, len(value), 9):
            sys.stdout.write(value[at:at + 9]); sys.stdout.flush(); time.sleep(0.12)
        say("")
    elif form == "blocks on two streams":
        value = value[-SHOWN:]
        for at in range(0, len(value), 8):
            stream = (sys.stdout, sys.stderr)[at // 8 % 2]
            stream.write(value[at:at + 8] + "\n"); stream.flush(); time.sleep(0.11)
    elif form == "all":
        for name, made in FORMS.items():
            say(f"{name}: {made(value)}")
            say(made(value), sys.stderr)
    else:
        say("before " + FORMS[form](value) + " after")
if len(sys.argv) > 2:
    say("printed")
    while True:
        time.sleep(1)
"""
BOOK = """---
schema: smoke/1
id: canary
title: A canary
---

# A canary

## Print it

Print it.

```bash run
python3 printer.py FORM
```

```toml step
id = "print-it"
kind = "run"
```
"""


@pytest.fixture(name="bundle")
def _bundle(tmp_path: Path) -> set[str]:
    account = mint("acct-")
    values = {
        "access_token": jwt(**{AUTH_CLAIM: {"chatgpt_account_id": account}, "who": mint()}),
        "refresh_token": mint("rt_"),
        "id_token": jwt(sub=mint("user-")),
        "account_id": account,
        "a_later_field": mint(),
    }
    (tmp_path / "bundle.json").write_text(json.dumps(values, indent=2))
    (tmp_path / "printer.py").write_text(PRINTER)
    return set(values.values())


def pieces(value: str) -> Iterator[bytes]:
    """Every run of 12 characters that is neither a token's public header nor common to all."""
    public = value.index(".") + 4 if value.startswith("eyJ") else 0
    for at in range(public, len(value) - 11):
        piece = value[at : at + 12]
        if piece[:10] not in "FAKECANARY":
            yield piece.encode()


def check(search: LeakSearch, values: set[str]) -> None:
    assert search.finds() == {}
    wanted = {piece for value in values for piece in pieces(value)}
    for place, content in search.places.items():
        squeezed = content.replace(b"\\n", b"").translate(
            None, b" \r\n\t,'\"+-\xc2\xad\xe2\x80\x8b"
        )
        for form in (content, squeezed, content[::-1], content.swapcase()):
            told = [piece for piece in wanted if piece in form]
            assert not told, (place, told[:3])


def given_out(search: LeakSearch, root: Path) -> None:
    """All that another process gives out, and a machine that has only the archive."""
    state = ["--state-dir", str(root / "state")]
    for kind in FORMATS:
        code, _ = search.command(*state, "report", "last", "--format", kind)
        assert code == 0
    search.command(*state, "--check", "last", "--json")
    assert search.command(*state, "archive", "last", "-o", str(root / "last.smoke"))[0] == 0
    search.archive(root / "last.smoke")
    elsewhere = ["--state-dir", str(root / "elsewhere")]
    for kind in FORMATS:
        code, _ = search.command(*elsewhere, "report", str(root / "last.smoke"), "--format", kind)
        assert code == 0
    search.walk(root / "state")


@pytest.mark.parametrize("form", ["all", "halves", "blocks", "blocks on two streams"])
def test_no_form_stays(
    tmp_path: Path, bundle: set[str], form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.md").write_text(BOOK.replace("FORM", f"'{form}'"))
    search = LeakSearch(set(bundle))
    code, _ = search.command(
        "--state-dir",
        str(tmp_path / "state"),
        "--check",
        "book.md",
        "--live",
        "-v",
        "--json",
        "--bundle",
        "bundle.json",
        "--report",
        str(tmp_path / "state" / "report.md"),
    )
    assert code == 0
    given_out(search, tmp_path)
    check(search, bundle)


def test_no_form_stays_after_a_kill(
    tmp_path: Path, bundle: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.md").write_text(BOOK.replace("FORM", "all stay"))
    env = {name: value for name, value in os.environ.items() if name != "CI"}
    search = LeakSearch(set(bundle))
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "smoke_tui",
            "--state-dir",
            "state",
            "--check",
            "book.md",
            "--live",
            "-v",
            "--bundle",
            "bundle.json",
        ],
        env={**env, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as program:
        end = time.monotonic() + 90
        while not any(
            event.kind == "process" and "printed" in str(data_of(event).get("text"))
            for folder in (tmp_path / "state" / "sessions").glob("*")
            for event in read_journal(folder).events
        ):
            assert time.monotonic() < end
            assert program.poll() is None
            time.sleep(0.1)
        program.send_signal(signal.SIGKILL)
        assert program.stdout is not None
        search.keep("what was printed", program.stdout.read())
    given_out(search, tmp_path)
    check(search, bundle)


PLANTER = """
import hashlib, json, pathlib
text = json.load(open("bundle.json"))["refresh_token"][::-1].encode()
(session,) = pathlib.Path("state/sessions").iterdir()
folder = session / "evidence"
folder.mkdir(mode=0o700, exist_ok=True)
path = folder / hashlib.sha256(text).hexdigest()
path.write_bytes(text)
path.chmod(0o600)
"""
"""A child that puts evidence with a reversed secret into its own session."""


def test_what_a_last_scan_finds_is_never_given_out(
    tmp_path: Path, bundle: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came in another way than by the event stream is found at the end, for ever after."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "printer.py").write_text(PLANTER)
    (tmp_path / "book.md").write_text(BOOK)
    state = ["--state-dir", str(tmp_path / "state")]
    search = LeakSearch(set(bundle))
    search.command(*state, "--check", "book.md", "--live", "--json", "--bundle", "bundle.json")
    for argv in (
        ["report", "last"],
        ["report", "last", "--format", "json"],
        ["archive", "last", "-o", str(tmp_path / "last.smoke")],
    ):
        code, said = search.command(*state, *argv)
        assert (code, said) == (7, "")
    assert search.command(*state, "--check", "last", "--json")[0] == 7
    assert not (tmp_path / "last.smoke").exists()
    (scan,) = (tmp_path / "state").rglob("scan.json")
    found = json.loads(scan.read_text())["findings"]
    assert {row["how"].split()[0] for row in found} >= {"reversed"}
    assert search.finds() == {}


def test_bytes_that_were_not_scanned_are_not_given_out(
    tmp_path: Path, bundle: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.md").write_text(BOOK.replace("FORM", "raw"))
    state = ["--state-dir", str(tmp_path / "state")]
    search = LeakSearch(set(bundle))
    search.command(*state, "--check", "book.md", "--live", "--json", "--bundle", "bundle.json")
    (scan,) = (tmp_path / "state").rglob("scan.json")
    good = scan.read_text()
    scan.write_text(good.replace('"bytes": ', '"bytes": 1'))
    assert search.command(*state, "report", "last")[0] == 7
    scan.write_text("{}")
    assert search.command(*state, "report", "last")[0] == 7
    scan.write_text(good)
    assert search.command(*state, "report", "last")[0] == 0
