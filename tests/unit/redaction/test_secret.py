"""A secret does not show itself, whoever looks."""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
import pickle
import pprint
import traceback

import pytest

from smoke_tui.redaction import Secret, SecretUnavailableError
from tests.helpers.minted_secrets import token


@dataclasses.dataclass
class Holder:
    secret: Secret


def make(value: str | None = None, ref: str = "login.1") -> Secret:
    return Secret(token() if value is None else value, kind="access_token", ref=ref)


def test_every_rendering_is_the_placeholder() -> None:
    secret = make()
    shown = "[REDACTED:access_token#login.1]"
    assert secret.placeholder == shown
    assert [str(secret), repr(secret), f"{secret}", "%s %r" % (secret, secret)] == [  # noqa: UP031
        shown, shown, shown, f"{shown} {shown}",
    ]  # fmt: skip
    assert f"{secret:>40}" == shown.rjust(40)


def test_nothing_that_walks_objects_finds_the_value(caplog: pytest.LogCaptureFixture) -> None:
    value = token()
    secret = make(value)
    logging.getLogger("t").warning("%r %s", secret, [secret])
    seen = [
        repr(dataclasses.asdict(Holder(secret))),
        repr([getattr(secret, name) for name in Secret.__slots__]),
        pprint.pformat({"a": [secret]}),
        repr(secret.public),
        caplog.text,
    ]
    assert all(value not in text for text in seen)
    with pytest.raises(TypeError):
        vars(secret)
    with pytest.raises(TypeError):
        json.dumps({"s": secret})


def test_a_traceback_with_locals_does_not_show_it() -> None:
    value = token()
    try:
        Secret(value, kind="two words", ref="1")
    except ValueError as error:
        stack = traceback.TracebackException.from_exception(error, capture_locals=True)
        own = [frame for frame in stack.stack if frame.filename.endswith("redaction/secret.py")]
        assert own
        assert value not in repr([frame.locals for frame in own])
    else:
        pytest.fail("a kind with a blank was accepted")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(make(), protocol)


def test_state_and_attributes_are_closed() -> None:
    secret = make()
    with pytest.raises(TypeError):
        secret.__getstate__()
    with pytest.raises(AttributeError):
        secret.kind = "other"
    with pytest.raises(AttributeError):
        del secret.ref
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret


def test_matches_takes_any_text() -> None:
    value = token()
    secret = make(value)
    assert secret.matches(value)
    assert secret.matches(value.encode())
    assert secret.matches(make(value, ref="other"))
    for other in ("", "\ud800", "é", value + "x", b"\xff\x00"):
        assert not secret.matches(other)
    assert Secret("\ud800x", kind="k", ref="1").matches("\ud800x")


def test_a_stand_in_has_no_value() -> None:
    stand_in = Secret(None, kind="state", ref="1", public={"length": 43})
    assert not stand_in.available
    assert stand_in.public == {"length": 43}
    assert not stand_in.matches("")
    assert not stand_in.matches(stand_in)
    with pytest.raises(SecretUnavailableError, match="REDACTED:state#1"):
        stand_in.reveal()


def test_equality_and_hash() -> None:
    value = token()
    assert make(value) == make(value)
    assert hash(make(value)) == hash(make())
    assert make(value) != make()
    assert make(value) != make(value, ref="2")
    assert make(value) != Secret(None, kind="access_token", ref="login.1")
    assert Secret(None, kind="a", ref="1") == Secret(None, kind="a", ref="1")
    assert make(value) != value


@pytest.mark.parametrize("ref", ["", "a b", "a]", 'a"', "ä", "x" * 129])
def test_a_ref_that_would_not_survive_is_refused(ref: str) -> None:
    with pytest.raises(ValueError, match="ref"):
        make(ref=ref)
