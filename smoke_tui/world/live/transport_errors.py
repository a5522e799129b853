"""What an error of the transport means, in our own words.

A library's text may quote what was sent, a token included (h11 names the bytes of a header that it
refuses), or what a server answered; so none is recorded as it is. What is taken from below comes
from fixed tables alone: the system's reasons, the resolver's, OpenSSL's.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from smoke_tui.regex import regex

_BY_NAME: Final = {
    "ReadError": "the connection was broken off while the answer was waited for",
    "WriteError": "the connection was broken off while the request was sent",
    "ConnectError": "no connection was made",
    "CloseError": "the connection could not be closed",
    "ConnectTimeout": "no connection was made in time",
    "WriteTimeout": "the request could not be sent in time",
    "PoolTimeout": "no connection was free in time",
    "RemoteProtocolError": "the answer was no HTTP",
    "LocalProtocolError": "the request holds characters that can't be sent",
    "InvalidURL": "the address can't be used",
    "UnsupportedProtocol": "the address is no http(s)",
}
_ENDED: Final = (
    ("disconnected without sending", "the server ended the connection without an answer"),
    ("peer closed connection", "the server ended the connection before the answer was complete"),
)
"""Beginnings of h11's own constant sentences, and what they mean."""

_BROKEN_OFF: Final = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
"""The system's reasons for an end of a connection: they say less than when it came."""

_CONSTANT: Final = regex(r"[A-Z0-9_ ]{3,60}")
_STATUS: Final = regex(r"\b[1-5]\d\d\b")


def causes(problem: BaseException) -> Iterator[BaseException]:
    """An error and what is underneath it, ten at most."""
    cause: BaseException | None = problem
    for _ in range(10):
        if cause is None:
            return
        yield cause
        cause = cause.__cause__ or cause.__context__


def in_our_words(problem: BaseException) -> str:
    """A sentence for an error of the transport that quotes nothing of a request or an answer."""
    name = type(problem).__name__
    for cause in causes(problem):
        if name in ("ReadError", "WriteError") and isinstance(cause, _BROKEN_OFF):
            return _BY_NAME[name]
        sentence = _from_tables(cause)
        if sentence:
            return sentence
    text = str(problem)
    for mark, words in _ENDED:
        if mark in text:
            return words
    if name == "ProxyError":
        status = _STATUS.search(text)
        return f"the proxy refused the connection{f' ({status.group()})' if status else ''}"
    return _BY_NAME.get(name, f"the transport failed ({name})")


def _from_tables(cause: BaseException) -> str | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate was not accepted: {str(cause.verify_message)[:200]}"
    if isinstance(cause, ssl.SSLError):
        reason = str(cause.reason or "")
        return f"TLS failed: {reason}" if _CONSTANT.fullmatch(reason) else "TLS failed"
    if isinstance(cause, socket.gaierror):
        return str(cause.strerror or "the name can't be resolved")
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno)
    return None
