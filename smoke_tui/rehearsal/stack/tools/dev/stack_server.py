"""The stand-in stack: a dashboard, authoring turns and a usage ledger, on one loopback port.

It stops on SIGTERM, and when the process that started it ends.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

# The scripts run from a copy without the package.
if TYPE_CHECKING:
    from smoke_tui.rehearsal.stack.tools.dev import stack_faults as faults
    from smoke_tui.rehearsal.stack.tools.dev.stack_markup import page_headers
    from smoke_tui.rehearsal.stack.tools.dev.stack_pages import (
        NO_RESULT,
        NOTHING_SAVED,
        FormResult,
        read_form,
        settings_page,
    )
    from smoke_tui.rehearsal.stack.tools.dev.stack_state import (
        CONFIG_FILE,
        State,
        load_config,
        moment,
    )
    from smoke_tui.rehearsal.stack.tools.dev.stack_turn import TurnFailedError, run_turn
else:
    import stack_faults as faults
    from stack_markup import page_headers
    from stack_pages import NO_RESULT, NOTHING_SAVED, FormResult, read_form, settings_page
    from stack_state import CONFIG_FILE, State, load_config, moment
    from stack_turn import TurnFailedError, run_turn

BODY_BYTES = 1024 * 1024
PARENT_POLL_SECONDS = 0.25
DEFAULT_PROMPT = "Write one sentence about the world."
CONFIG = load_config()
MODE = CONFIG["mode"]
CSRF = secrets.token_urlsafe(16)
STATE = State()
JSON_HEADERS = (("cache-control", "no-store"),)


class Handler(BaseHTTPRequestHandler):
    """Routes of the stack."""

    protocol_version = "HTTP/1.1"
    server_version = "stand-in-stack"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Serve health, the settings page and the ledger."""
        self._route(
            {
                "/healthz": self._health,
                "/org-settings": self._settings,
                "/internal/llm_usage": self._ledger,
            }
        )

    def do_POST(self) -> None:
        """Serve the form, the seeding and authoring turns."""
        self._route(
            {
                "/org-settings": self._save,
                "/internal/seed": self._seed,
                "/api/authoring-turn": self._turn,
            }
        )

    def _route(self, routes: dict[str, Any]) -> None:
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        action = routes.get(urlsplit(self.path).path)
        if host not in ("localhost", "127.0.0.1"):
            self._json(421, {"error": {"message": "unknown host"}})
        elif action is None:
            self._json(404, {"error": {"message": "not found"}})
        else:
            action()

    # GET

    def _health(self) -> None:
        ready = MODE != "never-ready"
        self._json(200 if ready else 503, {"status": "ok" if ready else "starting"})

    def _settings(self) -> None:
        self._send_page(200, self._page())

    def _ledger(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        now = moment()
        rows = STATE.usage(query.get("org_id", [""])[0], query.get("since", [""])[0])
        self._json(200, {"now": now, "rows": rows})

    # POST

    def _seed(self) -> None:
        self._body()
        self._json(201, STATE.seed())

    def _save(self) -> None:
        form = dict(parse_qsl(self._body().decode("utf-8", "replace"), keep_blank_values=True))
        if not secrets.compare_digest(form.get("csrf", "").encode(), CSRF.encode()):
            message = "The page is out of date; fill it in again."
            self._send_page(403, self._page(FormResult(form, failed=message)))
            return
        credential, problems = read_form(form, [org["org_id"] for org in STATE.orgs()])
        if credential is None:
            result = FormResult(form, problems, NOTHING_SAVED)
            self._send_page(422, self._page(result))
            return
        org_id = form["org_id"]
        STATE.set_credential(org_id, credential)
        failed = faults.NOT_SAVED if MODE == "save-error" else ""
        page = self._page(FormResult(failed=failed, done=f"Settings saved for {org_id}."))
        # The page is rendered first, so that it shows the submitted credential.
        if MODE in faults.STORED_INSTEAD:
            STATE.set_credential(org_id, faults.STORED_INSTEAD[MODE](credential))
        self._send_page(500 if failed else 200, page)
        if MODE == "dies":
            print("error: the authoring worker lost its database", file=sys.stderr, flush=True)
            self.wfile.flush()
            os._exit(1)

    def _turn(self) -> None:
        try:
            asked = json.loads(self._body() or b"{}")
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            self._json(400, {"error": {"message": "the body is not a JSON object"}})
            return
        org = STATE.org(asked.get("org_id"))
        credential = STATE.credential(org["org_id"]) if org else None
        if org is None or credential is None:
            self._json(409, {"error": {"message": "no credential is stored for this organization"}})
            return
        prompt = str(asked.get("prompt") or DEFAULT_PROMPT)
        if MODE == "platform-key":
            self._json(200, platform_answer(org, prompt))
            return
        if MODE in faults.TURN_ANSWERS:
            self._send(200, *faults.TURN_ANSWERS[MODE](org, prompt))
            return
        if "api_key" in credential:
            STATE.record(org["org_id"], domain_id=org["domain_id"], **faults.OWN_KEY_ROW)
            self._json(200, faults.own_key_answer(org, credential, prompt))
            return
        try:
            done = run_turn(CONFIG, credential, prompt)
        except TurnFailedError as failed:
            self._json(502, {"error": failed.answer})
            return
        if MODE == "unproven":
            self._json(200, {"output_text": done["output_text"], "org_id": org["org_id"]})
            return
        STATE.record(
            org["org_id"],
            provider="openai",
            model=done["model"],
            domain_id=org["domain_id"],
            credential="subscription",
            response_id=done["response_id"],
            cost_estimate="0",
            **{name: (done["usage"] or {}).get(name) for name in ("input_tokens", "output_tokens")},
        )
        route = {
            "provider": "openai",
            "credential": "subscription",
            "model": done["model"],
            "host": done["host"],
        }
        answer = {name: done[name] for name in ("output_text", "response_id", "usage")}
        self._json(
            200,
            {
                **answer,
                "route": route,
                "fallback_used": False,
                "org_id": org["org_id"],
                "upstream_headers": {
                    **done["upstream_headers"],
                    **(faults.ORGANIZATION_HEADER if MODE == "organization-header" else {}),
                },
            },
        )

    # Plumbing

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isdigit() else 0
        if size > BODY_BYTES:
            self.close_connection = True
            return b""
        return self.rfile.read(size)

    def _json(self, status: int, body: object) -> None:
        self._send(status, "application/json", json.dumps(body).encode())

    def _page(self, result: FormResult = NO_RESULT) -> bytes:
        """The settings page with the result of a submitted form."""
        orgs = STATE.orgs()
        stored = {org["org_id"]: STATE.credential(org["org_id"]) for org in orgs}
        credentials = {org_id: stored[org_id] or {} for org_id in stored if stored[org_id]}
        return settings_page(orgs, credentials, CSRF, result)

    def _send_page(self, status: int, page: bytes) -> None:
        self._send(status, "text/html; charset=utf-8", page, page_headers())

    def _send(
        self,
        status: int,
        kind: str,
        body: bytes,
        headers: tuple[tuple[str, str], ...] = JSON_HEADERS,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing here; `log_request` logs path and status, never a query or a body."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log path and status of a request."""
        path = urlsplit(self.path).path
        if path != "/healthz":
            print(f"{self.command} {path} {int(code)}", flush=True)


class Server(ThreadingHTTPServer):
    """A threading server that does not report broken connections."""

    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Report exceptions other than broken connections."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            print(f"error: {type(error).__name__}", file=sys.stderr, flush=True)


def platform_answer(org: dict[str, str], prompt: str) -> dict[str, Any]:
    """A turn answered with the platform's own key; the ledger gets a platform row."""
    STATE.record(
        org["org_id"],
        provider="openai",
        model="gpt-6.2-sol",
        domain_id=None,
        credential="platform",
        cost_estimate="0.004200",
    )
    words = prompt.split()
    return {
        "output_text": f"This answer came from a platform key, with {words[-1]} in it.",
        "route": {
            "provider": "openai",
            "credential": "platform_api_key",
            "model": "gpt-6.2-sol",
            "host": "api.openai.com",
        },
        "response_id": f"resp_FAKE{secrets.token_hex(20)}",
        "fallback_used": True,
        "usage": {"input_tokens": 40, "output_tokens": 16, "total_tokens": 56},
        "org_id": org["org_id"],
    }


def watch_parent() -> None:
    """Exit when the process that started this one ends, or the rehearsal's folder is removed."""
    parent = os.getppid()
    while os.getppid() == parent and CONFIG_FILE.exists():
        time.sleep(PARENT_POLL_SECONDS)
    os._exit(0)


def main() -> int:
    """Serve until stopped; exit code 1 if the port is taken."""
    # State files are replaced atomically, so an immediate exit loses nothing.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    threading.Thread(target=watch_parent, daemon=True).start()
    port = CONFIG["port"]
    try:
        server = Server(("127.0.0.1", port), Handler)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = f"port {port} is already in use" if taken else str(error.strerror)
        print(f"error: the stack cannot start: {reason}", file=sys.stderr, flush=True)
        return 1
    if MODE == "never-ready":
        print("==> database: still waiting for it", flush=True)
    else:
        print(f"==> ready on http://127.0.0.1:{port}", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
