"""The stack's own login command, rehearsed: `oauth_login.py --provider openai`.

It runs a PKCE login against the rehearsed issuer, signs in by itself, and prints the bundle as the
last line of its output. Progress goes to standard error.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import http.client
import http.server
import json
import secrets
import sys
import threading
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

# The scripts run from a copy without the package.
if TYPE_CHECKING:
    from smoke_tui.rehearsal.stack.tools.dev.stack_state import load_config
else:
    from stack_state import load_config

CLIENT_ID = "app_EMoamEEZ73f0CkXaXp7hrann"
SCOPE = "openid profile email offline_access api.connectors.read api.connectors.invoke"
CALLBACK_SECONDS = 15.0


class LoginFailedError(Exception):
    """The login ended without a bundle."""


class Callback(http.server.BaseHTTPRequestHandler):
    """Receives the one redirect."""

    result: dict[str, str] = {}  # noqa: RUF012
    received = threading.Event()

    def do_GET(self) -> None:
        """Accept the redirect; anything else is 404."""
        parts = urlsplit(self.path)
        is_callback = parts.path == "/auth/callback"
        body = b"You can close this page." if is_callback else b"Not Found"
        self.send_response(200 if is_callback else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if is_callback:
            type(self).result = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.received.set()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing: the callback's address contains a code."""


class Fields(HTMLParser):
    """Parser of a form: its action, and its inputs' names and values."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect a form's action or an input."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = attributes.get("action", "")
        elif tag == "input" and "name" in attributes:
            self.fields[attributes["name"]] = attributes.get("value", "")


def send(
    method: str, url: str, fields: dict[str, str] | None = None, cookie: str = ""
) -> tuple[int, dict[str, str], str]:
    """Send one request; return status, headers with lower-case names, text."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
    if cookie:
        headers["Cookie"] = cookie
    path = f"{target.path}?{target.query}" if target.query else target.path
    try:
        connection.request(method, path, urlencode(fields) if fields else None, headers)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        response_headers = {name.lower(): value for name, value in response.getheaders()}
        return response.status, response_headers, text
    finally:
        connection.close()


def sign_in(config: dict[str, Any], url: str) -> None:
    """Sign in as a person: credentials, consent, redirect."""
    issuer = config["issuer"]
    status, headers, text = send("GET", url)
    cookie = headers.get("set-cookie", "").partition(";")[0]
    for _ in range(4):
        if status in (302, 303):
            location = headers["location"]
            location = location if location.startswith("http") else issuer + location
            status, headers, text = send("GET", location, cookie=cookie)
            if not location.startswith(issuer):
                return
            continue
        form = Fields()
        form.feed(text)
        if status != 200 or not form.action:
            break
        account = {"email": config["email"], "password": config["password"]}
        filled = {name: account.get(name, value) for name, value in form.fields.items()}
        status, headers, text = send("POST", issuer + form.action, filled, cookie)
    raise LoginFailedError(f"the issuer answered {status} and did not send the browser back")


def account_of(token: str) -> dict[str, Any]:
    """The account claims of a JWT."""
    middle = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    account: dict[str, Any] = claims.get("https://api.openai.com/auth", {})
    return account


def log_in(config: dict[str, Any]) -> dict[str, Any]:
    """Run the whole login; return the bundle."""
    server = http.server.HTTPServer(("127.0.0.1", 0), Callback)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    redirect_uri = f"http://localhost:{server.server_port}/auth/callback"
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "state": state,
        "id_token_add_organizations": "true",
        "codex_cli_simplified_flow": "true",
        "originator": "codex_cli_rs",
    }
    print("login: the rehearsal's person signs in", file=sys.stderr, flush=True)
    sign_in(config, f"{config['issuer']}/oauth/authorize?{urlencode(query)}")
    if not Callback.received.wait(CALLBACK_SECONDS):
        raise LoginFailedError("the callback never came")
    server.shutdown()
    server.server_close()
    result = Callback.result
    if "error" in result:
        raise LoginFailedError(f"{result['error']}: {result.get('error_description', '')}")
    if result.get("state") != state:
        raise LoginFailedError("the state does not match")
    form = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "code": result["code"],
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    status, _, text = send("POST", f"{config['issuer']}/oauth/token", form)
    if status != 200:
        raise LoginFailedError(f"the token endpoint answered {status}: {text}")
    tokens = json.loads(text)
    account = account_of(tokens["id_token"])
    now = datetime.now(UTC)
    expires = now + timedelta(seconds=tokens["expires_in"])
    return {
        "provider": "openai",
        "access_token": tokens["access_token"],
        "refresh_token": tokens.get("refresh_token"),
        "id_token": tokens["id_token"],
        "account_id": account.get("chatgpt_account_id"),
        "plan_type": account.get("chatgpt_plan_type"),
        "expires_at": expires.replace(microsecond=0).isoformat().replace("+00:00", "Z"),
    }


def main() -> int:
    """Log in and print the bundle."""
    parser = argparse.ArgumentParser(description="Log in and print the credential bundle.")
    parser.add_argument("--provider", choices=["openai"], required=True)
    parser.parse_args()
    try:
        bundle = log_in(load_config())
    except (LoginFailedError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(bundle))
    return 0


if __name__ == "__main__":
    sys.exit(main())
