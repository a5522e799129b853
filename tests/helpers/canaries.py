"""Canaries: made-up secrets, every form in which one could be found again, and the search for them."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import secrets
import tarfile
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from smoke_tui.__main__ import main
from smoke_tui.redaction import Secret, Vault
from smoke_tui.rehearsal import Rehearsal

SHORTEST = 8


def mint(prefix: str = "") -> str:
    """An unmistakably made-up secret that looks like nothing known."""
    return f"{prefix}FAKECANARY{secrets.token_hex(12)}Zz"


def forms(value: str) -> Iterator[bytes]:
    """The value and what it becomes on its way through other programs."""
    raw, half = value.encode(), len(value) // 2
    yield raw
    yield urllib.parse.quote(value, safe="").encode()
    yield "".join(f"%{byte:02X}" for byte in raw).encode()
    yield json.dumps(value)[1:-1].encode()
    yield "".join(f"\\u{ord(char):04x}" for char in value).encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield (value[half:] + value[:half]).encode()
    yield raw[::-1]
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # What stands before and behind it changes the first and the last characters.
            yield encode(b"x" * shift + raw)[4 : -4 or None]


def searched_forms(values: set[str]) -> set[bytes]:
    return {form for value in values if len(value) >= SHORTEST for form in forms(value)}


@dataclass
class LeakSearch:
    """Files and outputs of a program by place, and the secret values to search for in them."""

    values: set[str] = field(default_factory=set)
    places: dict[str, bytes] = field(default_factory=dict)

    def keep(self, place: str, content: bytes) -> None:
        self.places[f"{len(self.places)} {place}"] = content

    def walk(self, root: Path, *but: Path) -> None:
        """Every file below a folder, and the names of all of them."""
        for path in sorted(root.rglob("*")):
            self.keep("name", str(path.relative_to(root)).encode())
            if path.is_file() and path not in but:
                self.keep(str(path.relative_to(root)), path.read_bytes())

    def command(self, *argv: str, stdin: str = "") -> tuple[int, str]:
        """Run the program in this process; its code, and standard output."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(list(argv))
            except SystemExit as end:
                code = int(end.code or 0)
            out.flush()
            err.flush()
        said = out.buffer.getvalue()
        self.keep(f"stdout of {' '.join(argv[2:])}", said)
        self.keep(f"stderr of {' '.join(argv[2:])}", err.buffer.getvalue())
        return code, said.decode()

    def archive(self, path: Path) -> None:
        """An archive, packed and unpacked."""
        self.keep(path.name, path.read_bytes())
        with tarfile.open(path) as packed:
            for member in packed.getmembers():
                content = packed.extractfile(member)
                assert content is not None
                self.keep(f"{path.name}: {member.name}", content.read())

    def finds(self) -> dict[str, list[bytes]]:
        """Where any of the values is in any form."""
        wanted = searched_forms(self.values)
        found = {
            place: [form for form in wanted if form in content]
            for place, content in self.places.items()
        }
        return {place: hits for place, hits in found.items() if hits}


@pytest.fixture(scope="module", name="known_secrets")
def _known_secrets() -> Iterator[set[str]]:
    """Every value that any vault learnt, and every one that a rehearsal minted."""
    values: set[str] = set()
    worlds: list[Rehearsal] = []
    add, start = Vault.add, Rehearsal.start

    def adding(self: Vault, secret: Secret) -> Secret:
        if secret.scrub and secret.available:
            values.add(secret.reveal())
        return add(self, secret)

    def starting(*args: Any, **kwargs: Any) -> Rehearsal:
        world = start(*args, **kwargs)
        stop = world.stop

        def stopping() -> None:
            values.update(world.minted())
            stop()

        world.stop = stopping  # type: ignore[method-assign]
        worlds.append(world)
        return world

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Vault, "add", adding)
        patch.setattr(Rehearsal, "start", staticmethod(starting))
        yield values


Answer = tuple[int, Mapping[str, str], bytes]


@contextlib.contextmanager
def provider(answer: Callable[[str, str, Mapping[str, str]], Answer]) -> Iterator[str]:
    """A server on loopback that answers (method, path, headers) by a given function."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            status, headers, body = answer(self.command, self.path, dict(self.headers.items()))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
