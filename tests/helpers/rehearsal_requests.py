"""What the rehearsal's tests share: requests, a PKCE login, the stack as a child."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from smoke_tui.rehearsal import Rehearsal
from smoke_tui.rehearsal.operator.browser import read_page
from smoke_tui.rehearsal.provider.catalogue import DEFAULT
from smoke_tui.rehearsal.provider.tokens import CLIENT_ID, SCOPES, s256

T = TypeVar("T")
REDIRECT = "http://localhost:1/auth/callback"
VERIFIER = "v" * 86


@dataclass(frozen=True)
class Got:
    """An answer, read whole."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


def send(
    method: str, url: str, body: str | bytes | None = None, headers: Mapping[str, str] | None = None
) -> Got:
    """One request on a connection of its own."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=20)
    path = f"{target.path}?{target.query}" if target.query else target.path
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        text = response.read().decode()
        return Got(response.status, {k.lower(): v for k, v in response.getheaders()}, text)
    finally:
        connection.close()


def post_form(url: str, fields: Mapping[str, str], **headers: str) -> Got:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return send("POST", url, urlencode(fields), {**kind, **headers})


def post_json(url: str, body: object, **headers: str) -> Got:
    return send("POST", url, json.dumps(body), {"content-type": "application/json", **headers})


def until(probe: Callable[[], T | None], seconds: float = 10.0) -> T:
    """The first result of `probe` that is not None."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = probe()
        if result is not None:
            return result
        time.sleep(0.01)
    raise AssertionError("the condition did not come true in time")


# Login


def authorize_url(rehearsal: Rehearsal, **changes: str) -> str:
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT,
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
        "state": "s" * 43,
        "scope": " ".join(SCOPES),
        **changes,
    }
    return f"{rehearsal.issuer}/oauth/authorize?{urlencode(query)}"


def sign_in(rehearsal: Rehearsal, **changes: str) -> dict[str, str]:
    """Sign in by hand, up to the redirect; its query."""
    redirect = sign_in_at(rehearsal, authorize_url(rehearsal, **changes))
    assert redirect.startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(redirect).query).items()}


def sign_in_at(rehearsal: Rehearsal, url: str) -> str:
    """Sign in at an address, as on another machine; where the browser is sent at the end."""
    first = send("GET", url)
    assert first.status == 200
    set_cookie = first.headers["set-cookie"]
    assert "HttpOnly" in set_cookie
    cookie = set_cookie.partition(";")[0]
    email, password = rehearsal.account
    filled = {**_form(first.text), "email": email, "password": password}
    second = post_form(f"{rehearsal.issuer}/log-in", filled, cookie=cookie)
    assert second.status == 302
    where = rehearsal.issuer + second.headers["location"]
    third = send("GET", where, headers={"cookie": cookie})
    assert third.status == 200
    consent = f"{rehearsal.issuer}/sign-in-with-chatgpt/codex/consent"
    last = post_form(consent, _form(third.text), cookie=cookie)
    assert last.status == 302
    return last.headers["location"]


def _form(text: str) -> dict[str, str]:
    form = read_page("", 200, text).form
    assert form is not None
    return form.fields


def exchange(rehearsal: Rehearsal, code: str, **changes: str) -> Got:
    fields = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        **changes,
    }
    return post_form(f"{rehearsal.issuer}/oauth/token", fields)


# Calls


def credentials(bundle: Mapping[str, Any]) -> dict[str, str]:
    found = {"authorization": f"Bearer {bundle['access_token']}"}
    if bundle["account_id"]:
        found["chatgpt-account-id"] = str(bundle["account_id"])
    return found


def call_body(rehearsal: Rehearsal, prompt: str = "Say it.\nNonce: n-77") -> dict[str, Any]:
    return {
        "model": DEFAULT,
        "stream": True,
        "store": False,
        "instructions": rehearsal.instructions_file.read_text("utf-8"),
        "input": [message("user", prompt)],
    }


def message(role: str, text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": role, "content": content}


def call(rehearsal: Rehearsal, body: object | None = None, **headers: str) -> Got:
    sent = call_body(rehearsal) if body is None else body
    held = headers or credentials(rehearsal.bundle())
    return post_json(f"{rehearsal.codex_url}/responses", sent, **held)


def events(text: str) -> list[dict[str, Any]]:
    found = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    return [event for event in found if isinstance(event, dict)]


# Stack


def environment(rehearsal: Rehearsal, **more: str) -> dict[str, str]:
    return {"PATH": f"{rehearsal.bin_dir}{os.pathsep}{os.environ['PATH']}", **more}


def script(rehearsal: Rehearsal, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["uv", "run", "python", *command],
        cwd=rehearsal.stack_dir,
        env=environment(rehearsal),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@contextmanager
def stack(
    rehearsal: Rehearsal, log: Path, more: Mapping[str, str] | None = None, *, ready: int = 200
) -> Iterator[subprocess.Popen[bytes]]:
    """The stack, started as an operator would, answering `ready`; `log` gets its output."""
    with log.open("wb") as out:
        child = subprocess.Popen(
            ["tools/dev/start.sh", "--full"],
            cwd=rehearsal.stack_dir,
            env=environment(rehearsal, **(more or {})),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            until(lambda: _answers(rehearsal, child, ready))
            yield child
        finally:
            child.terminate()
            child.wait(5)


def _answers(rehearsal: Rehearsal, child: subprocess.Popen[bytes], status: int) -> bool | None:
    assert child.poll() is None, "the stack ended"
    try:
        return send("GET", f"{rehearsal.stack_url}/healthz").status == status or None
    except OSError:
        return None


def turn(rehearsal: Rehearsal, prompt: str = "Tell.\nNonce: t-9") -> Got:
    return post_json(f"{rehearsal.stack_url}/api/authoring-turn", {"prompt": prompt})
