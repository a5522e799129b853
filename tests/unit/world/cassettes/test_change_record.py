"""The change record: only appended to, and damage is an error."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoke_tui.judging.acceptance import Act
from smoke_tui.world.cassettes.change_record import (
    ChangeRecordError,
    append_act,
    parse_changes,
    read_changes,
    render_act,
)

A, B = "a" * 64, "b" * 64


def act(who: str = "op", why: str = "new prompt") -> Act:
    return Act("2026-11-28T12:00:00Z", who, "accepted", "expected", why, A, B)


def test_acts_come_back_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "a.changes.jsonl"
    assert read_changes(path) == ()
    opened = Act("2026-11-28T11:00:00Z", "op", "opened", None, "", None, A)
    append_act(path, opened)
    append_act(path, act())
    assert read_changes(path) == (opened, act())
    assert path.stat().st_mode & 0o777 == 0o600


@given(st.text(), st.text())
def test_any_text_comes_back(who: str, why: str) -> None:
    assert parse_changes(render_act(act(who, why)), "x") == (act(who, why),)


@given(st.data())
def test_every_changed_byte_is_damage(data: st.DataObject) -> None:
    line = render_act(act())
    at = data.draw(st.integers(0, len(line) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != line[at]))
    with pytest.raises(ChangeRecordError, match="x:"):
        parse_changes(line[:at] + bytes([byte]) + line[at + 1 :], "x")


def test_a_torn_line_is_damage_and_nothing_is_hidden_below_it(tmp_path: Path) -> None:
    path = tmp_path / "a.changes.jsonl"
    append_act(path, act())
    torn = path.read_bytes() + render_act(act())[:-7]
    path.write_bytes(torn)
    with pytest.raises(ChangeRecordError, match=r"a\.changes\.jsonl:2: the last line is torn"):
        read_changes(path)
    with pytest.raises(ChangeRecordError):
        append_act(path, act())
    assert path.read_bytes() == torn


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"")
    (tmp_path / "link").symlink_to(target)
    for use in (lambda p: append_act(p, act()), read_changes):
        with pytest.raises(ChangeRecordError):
            use(tmp_path / "link")
    assert target.read_bytes() == b""


def _write_many(path: Path, who: str) -> None:
    for number in range(25):
        append_act(path, act(who, str(number)))


@pytest.mark.slow
def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.changes.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(path, f"w{n}")) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    acts = read_changes(path)
    assert len(acts) == 100
    for n in range(4):
        assert [a.why for a in acts if a.who == f"w{n}"] == [str(number) for number in range(25)]
