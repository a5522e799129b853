"""Decompress request bodies: plain, or zstd as the built-in provider sends them.

Client 0.120 and later send `content-encoding: zstd` with a login and the built-in provider
(captured). `zstandard` is an optional dependency, imported only for such a body.
"""

from __future__ import annotations

from typing import Final

from smoke_tui.extras import install_hint
from smoke_tui.httpd.messages import ServerRequest
from smoke_tui.rehearsal.provider import replies
from smoke_tui.rehearsal.provider.replies import Reply

BODY_BYTES: Final = 16 * 1024 * 1024

DAMAGED: Final = replies.detail(400, "The body is not the zstd data that its header announces.")
TOO_LARGE: Final = replies.detail(413, "The body is larger than the rehearsal reads.")


def plain_body(request: ServerRequest) -> bytes | Reply:
    """The decompressed body, or a refusal."""
    encoding = (request.header("content-encoding") or "identity").strip().lower()
    if encoding == "identity":
        return request.body
    if encoding != "zstd":
        return replies.detail(415, f"The content encoding {encoding[:40]!r} is not known here.")
    try:
        import zstandard
    except ImportError:
        return replies.detail(
            415,
            f"This rehearsal cannot read a zstd body: install the library "
            f"({install_hint('rehearsal')}), or let the client send plain JSON "
            "(codex --disable enable_request_compression).",
        )
    try:
        # Read as a stream: the client's frames do not always contain their size.
        with zstandard.ZstdDecompressor().stream_reader(request.body) as reader:
            body = reader.read(BODY_BYTES + 1)
    except zstandard.ZstdError:
        return DAMAGED
    return TOO_LARGE if len(body) > BODY_BYTES else body
