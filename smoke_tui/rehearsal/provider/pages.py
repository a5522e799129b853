"""The issuer's pages: accessible HTML without scripts."""

from __future__ import annotations

from typing import Final

from smoke_tui.httpd.messages import ServerResponse
from smoke_tui.rehearsal.provider.replies import HTML
from smoke_tui.rehearsal.stack.tools.dev import stack_markup as markup

_ABOUT: Final = "No account exists, and nothing here is real."
_CALLBACKS: Final = "'self' http://localhost:* http://127.0.0.1:*"
"""Allowed targets of forms; browsers apply the rule to redirects of a form too."""


def answer(status: int, body: bytes, *headers: tuple[str, str]) -> ServerResponse:
    """A page as an HTTP response."""
    return ServerResponse(
        status, (("content-type", HTML), *markup.page_headers(_CALLBACKS), *headers), body
    )


def sign_in(session: str, email: str = "", problem: str = "") -> bytes:
    """The sign-in form; `problem` is why it is shown again, with an empty password."""
    problems = {"email": problem, "password": "Type the password again."} if problem else {}
    notice = markup.alert("You are not signed in.", problems) if problems else ""
    fields = markup.group(
        "Your account",
        (
            markup.text_field(
                "email",
                "Email address",
                'type="email" autocomplete="username"',
                value=email,
                problem=problems.get("email", ""),
            ),
            markup.text_field(
                "password",
                "Password",
                'type="password" autocomplete="current-password"',
                problem=problems.get("password", ""),
            ),
        ),
    )
    form = markup.form(
        "/log-in",
        {"login_challenge": session},
        fields + markup.button("Continue", "action", "default"),
    )
    return _page("Rehearsal: sign in", notice + form, failed=bool(problem))


def consent(challenge: str) -> bytes:
    """The consent form."""
    return _page(
        "Rehearsal: sign in to Codex with ChatGPT",
        "<p>Codex will get your name, email address and profile picture.</p>"
        + markup.form(
            "/sign-in-with-chatgpt/codex/consent",
            {"consent_challenge": challenge},
            markup.button("Continue", "action", "accept"),
        ),
    )


def device(typed: str = "", problem: str = "") -> bytes:
    """The form for a device code; `problem` is why it is shown again."""
    notice = markup.alert("This device is not signed in.", {"user_code": problem})
    field = markup.text_field(
        "user_code",
        "Code shown on your device",
        'autocomplete="one-time-code" autocapitalize="characters" spellcheck="false"',
        value=typed,
        problem=problem,
    )
    form = markup.form("/codex/device", {}, field + markup.button("Continue"))
    body = (notice if problem else "") + form
    return _page("Rehearsal: device code", body, failed=bool(problem))


def device_signed_in() -> bytes:
    """The page after a correct device code."""
    return _page(
        "Rehearsal: signed in", markup.status("Your device is signed in. You can close this page.")
    )


def problem(code: str, sentence: str) -> bytes:
    """An error page; as the real one, it shows an error code and never redirects."""
    message = f"An error occurred during authentication ({code}). {sentence}"
    return _page("Rehearsal: authentication error", markup.alert(message))


def _page(heading: str, body: str, *, failed: bool = False) -> bytes:
    title = f"{'Error: ' if failed else ''}{heading}"
    return markup.document(title, _ABOUT, heading, body)
