"""What children print: bounded, without secrets and without anything a terminal would obey."""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from smoke_tui.journal.events.codec import encode
from smoke_tui.redaction import Secret, Vault
from smoke_tui.world.live.processes.output import KEPT_BYTES, LEAD_BYTES, TAIL_BYTES, Clear, Output
from tests.helpers.loopback_servers import soon, until
from tests.helpers.shell_children import SEQ, TOKEN, Child, is_clear, python, ran

MIB = 1024 * 1024
ODD = "FAKE" + '"odd+tok/en\\with=marks&0123456789é'


def knowing(*values: str) -> Vault:
    vault = Vault()
    for number, value in enumerate(values):
        vault.add(Secret(value, kind="access-token", ref=f"s.{number + 1}"))
    return vault


def mebibytes(name: str) -> float:
    line = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.M)
    assert line is not None
    return int(line[1]) / 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


# --- bounds -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "printed"),
    [
        ("yes 'a line of words' | head -c 1073741824", 1 << 30),
        ("head -c 209715200 /dev/zero | tr '\\0' x", 200 * MIB),
    ],
)
def test_a_flood_is_bounded_and_what_is_left_out_is_counted(script: str, printed: int) -> None:
    forget_peak()
    before = mebibytes("VmRSS")
    child = ran("/bin/sh", "-c", script)
    assert mebibytes("VmHWM") - before < 64
    blocks = [fact for fact in child.facts if fact["what"] == "output"]
    posted = len(child.text())
    assert KEPT_BYTES + TAIL_BYTES <= posted < KEPT_BYTES + TAIL_BYTES + 128 * 1024
    assert blocks[-1]["dropped"] == printed - posted
    assert [block["dropped"] for block in blocks[:-1]] == [0] * (len(blocks) - 1)
    assert child.code == 0


def test_the_end_of_a_flood_is_kept() -> None:
    script = (
        "import sys\n"
        "for n in range(5000): sys.stdout.write('é' * 999 + '\\n')\n"
        "print('the last words')\n"
    )
    child = ran(*python(script))
    assert child.text().startswith("é" * 999 + "\n")
    assert child.text().endswith("é" * 999 + "\nthe last words\n")
    printed = 5000 * 1999 + len("the last words\n")
    last = [fact for fact in child.facts if fact["what"] == "output"][-1]
    # A character may be cut on each side of what is left out.
    assert abs(printed - len(child.text().encode()) - last["dropped"]) < 12


@pytest.mark.parametrize("more", [0, TAIL_BYTES - 5000, TAIL_BYTES + 5000, 3 * TAIL_BYTES])
def test_nothing_is_lost_at_the_edge_of_the_bounds(more: int) -> None:
    size = KEPT_BYTES + more
    script = f"import sys; sys.stdout.write(('0123456789abcde\\n' * {size // 16}))"
    child = ran(*python(script))
    last = [fact for fact in child.facts if fact["what"] == "output"][-1]
    assert len(child.text()) + last["dropped"] == size // 16 * 16
    assert (last["dropped"] == 0) == (more < TAIL_BYTES)


@pytest.mark.parametrize("between", ["", " "])
def test_a_secret_at_the_edges_of_what_is_left_out_is_not_seen_by_half(between: str) -> None:
    text = ("x" * 63 + "\n") * (2 * MIB // 64)
    for edge in (KEPT_BYTES, -TAIL_BYTES - LEAD_BYTES, -TAIL_BYTES):
        dense = (TOKEN + between) * 160
        start = edge % len(text) - len(dense) // 2 + len(TOKEN) // 2
        text = text[:start] + dense + text[start + len(dense) :]
    facts: list[dict[str, Any]] = []

    async def main() -> None:
        output = Output(knowing(TOKEN), "out", lambda answer: facts.append(encode(answer.body)))
        at = 0
        while at < len(text):
            # Much smaller than a secret: what is left out ends within one.
            step = 1009 if at < KEPT_BYTES + 65536 else 11
            output.take(text[at : at + step].encode())
            at += step
        await output.finish()

    soon(main())
    seen = "".join(fact["text"] for fact in facts)
    assert facts[-1]["dropped"] > MIB // 2
    assert seen.count("[REDACTED:access-token#s.1]") > 100
    assert not any(piece in seen for piece in pieces(TOKEN, 6))


def test_a_child_that_closes_its_output_lives_on() -> None:
    script = (
        "import os, time\nos.write(1, b'last words'); os.close(1); os.close(2); time.sleep(600)\n"
    )
    child = Child(*python(script), stays=True)

    async def main() -> None:
        task = child.begin()
        await until(lambda: child.text() == "last words")
        assert child.shell.holds(SEQ)
        await child.stop()
        await task

    soon(main())
    assert child.facts[-1] == {"what": "stopped", "gone": True}


# --- controls -----------------------------------------------------------------------------

NASTY = [
    b"\x1b]0;title\x07",
    b"\x1b]52;c;cHduZWQ=\x1b\\",
    b"\x1b]8;;http://x/\x07link\x1b]8;;\x07",
    b"\x1bP+q544e\x1b\\",
    b"\x1b_Ga=T;AAAA\x1b\\",
    b"\x1b[2J",
    b"\x1b[?1049h",
    b"\x1bc",
    b"\x9b31m",
    "\x9b31m".encode(),
    "\x9d0;t\x9c".encode(),
    "\u202e\u2066\u200b\ufeff".encode(),
    b"\x07" * 50,
    b"a\rb",
    b"a\bb",
    b"\x00\x0e\x0f\x7f",
    b"\xc3",
    b"\xf0\x9f\x92",
    b"\xed\xa0\x80",
    b"\x1b[31",
    b"\x1b]0;never ended",
    b"\x1b",
    b"\r\n",
    "é€💩".encode(),
]


def test_noise_never_reaches_a_fact_as_control(tmp_path: Path) -> None:
    noise = random.Random(20)
    (tmp_path / "noise").write_bytes(
        b"".join(
            noise.choice((noise.choice(NASTY), noise.randbytes(noise.randrange(1, 300)), b"word\n"))
            for _ in range(4000)
        )
    )
    script = (
        "import os, random\n"
        "data, cuts = open('noise', 'rb').read(), random.Random(21)\n"
        "while data:\n"
        "    n = os.write(cuts.choice((1, 2)), data[:cuts.randrange(1, 300)])\n"
        "    data = data[n:]\n"
    )
    child = ran(*python(script), cwd=str(tmp_path))
    for source in ("out", "err"):
        assert is_clear(child.text(source))
        assert child.text(source).count("word") > 100


def test_a_sequence_cut_anywhere_is_still_dropped() -> None:
    for sequence in NASTY:
        whole = Clear(Vault())
        expected = whole.feed(b"a" + sequence + b"\nb") + whole.flush()
        assert is_clear(expected)
        assert expected.endswith("b")
        for cut in range(len(sequence) + 1):
            clear = Clear(Vault())
            text = clear.feed(b"a" + sequence[:cut]) + clear.feed(sequence[cut:] + b"\nb")
            assert text + clear.flush() == expected


def test_output_is_cleaned_for_a_terminal() -> None:
    child = ran("/usr/bin/printf", r"a\033]0;title\007b\033[31mred\033[0m\377\xc3\xa9\n")
    assert child.text() == "abred\ufffdé\n"


# --- secrets ------------------------------------------------------------------------------


def forms(value: str) -> Iterator[bytes]:
    raw = value.encode()
    yield raw
    yield quote(value, safe="").encode()
    yield json.dumps(value).encode()
    yield raw.hex().encode()
    for offset in range(3):
        yield base64.b64encode(b"xyz"[:offset] + raw + b"tail")


def pieces(value: str, length: int = 12) -> list[str]:
    """What of a value is too much to be seen."""
    return [value[at : at + length] for at in range(len(value) - length + 1)]


@pytest.mark.parametrize(
    "form",
    list(forms(ODD)),
    ids=[
        "plain",
        "percent",
        "json",
        "hex",
        "base64",
        "base64+1",
        "base64+2",
    ],
)
def test_a_secret_cut_at_any_place_is_redacted(form: bytes) -> None:
    vault = knowing(ODD)
    whole = Clear(vault)
    expected = whole.feed(b"before " + form + b" after\n") + whole.flush()
    assert "[REDACTED:access-token#s.1]" in expected
    for cut in range(len(form) + 1):
        clear = Clear(vault)
        text = clear.feed(b"before " + form[:cut])
        assert not any(piece in text for piece in pieces(form.decode()[4:], 8))
        assert text + clear.feed(form[cut:] + b" after\n") + clear.flush() == expected


PARTING = ["\x1b[0m", "\x1b]0;title\x07", "\x1bP1q\x1b\\", "\x9b1m", "\x1b(B", "\x00", "\b", "\x7f"]


@pytest.mark.parametrize("parting", PARTING)
def test_a_secret_parted_by_what_cleaning_drops_is_redacted(parting: str) -> None:
    vault = knowing(TOKEN)
    for at in range(1, len(TOKEN)):
        for cut in (0, 1, len(parting)):
            text = f"{TOKEN[:at]}{parting}"
            clear = Clear(vault)
            seen = clear.feed(text[: at + cut].encode())
            seen += clear.feed((text[at + cut :] + TOKEN[at:] + " end\n").encode())
            assert seen + clear.flush() == "[REDACTED:access-token#s.1] end\n"
    clear = Clear(vault)
    seen = "".join(clear.feed((char + parting).encode()) for char in TOKEN)
    assert seen + clear.flush() == "[REDACTED:access-token#s.1]"


def test_a_real_child_can_not_show_a_secret_in_pieces() -> None:
    vault = knowing(TOKEN)
    # Each write is a block of its own: the child waits until the one before has been read.
    script = (
        "import fcntl, os, sys, termios, time\n"
        "def say(fd, text):\n"
        "    os.write(fd, text.encode())\n"
        "    while any(fcntl.ioctl(fd, termios.FIONREAD, bytes(4))): time.sleep(0.001)\n"
        "token = sys.argv[1]\n"
        "for at in range(1, len(token)):\n"
        "    say(1, token[:at]); say(2, 'noise\\n'); say(1, token[at:] + '\\n')\n"
        "    say(1, token[:at] + '\\033['); say(1, '0m'); say(1, token[at:] + '\\n')\n"
    )
    child = ran(*python(script, TOKEN), vault=vault)
    assert child.text() == "[REDACTED:access-token#s.1]\n" * 2 * (len(TOKEN) - 1)
    assert child.text("err") == "noise\n" * (len(TOKEN) - 1)


def test_what_was_out_before_a_pause_is_no_part_of_a_secret() -> None:
    vault = knowing(TOKEN)
    script = (
        "import sys, time\n"
        "for part in sys.argv[1:]:\n"
        "    sys.stdout.write(part); sys.stdout.flush(); time.sleep(0.15)\n"
    )
    parts = ("before ", TOKEN[:13], "\x1b[1m", TOKEN[13:25], TOKEN[25:] + " after\n")
    child = ran(*python(script, *parts), vault=vault)
    assert child.text() == "before [REDACTED:access-token#s.1] after\n"
    blocks = [fact["text"] for fact in child.facts if fact["what"] == "output"]
    assert blocks[0] == "before "


def test_a_character_cut_across_writes_stays_whole() -> None:
    clear = Clear(Vault())
    assert "".join(clear.feed(bytes([byte])) for byte in "é€💩".encode()) + clear.flush() == "é€💩"
