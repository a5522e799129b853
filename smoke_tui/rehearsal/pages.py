"""The issuer's pages: plain HTML, labelled, without a script."""

from __future__ import annotations

from html import escape

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title></head>
<body><main><h1>{title}</h1>
{body}
</main></body></html>
"""


def page(title: str, body: str) -> bytes:
    """A whole page; `body` is HTML already."""
    return _PAGE.format(title=escape(title), body=body).encode()


def sign_in(session: str, problem: str = "") -> bytes:
    """The sign-in form."""
    alert = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    return page(
        "Rehearsal: sign in",
        f"""<p>This is a rehearsal. No account exists, and nothing here is real.</p>{alert}
<form method="post" action="/log-in">
<input type="hidden" name="login_challenge" value="{escape(session)}">
<p><label for="email">Email address</label>
<input id="email" name="email" type="email" autocomplete="username" required></p>
<p><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required></p>
<p><button type="submit" name="action" value="default">Continue</button></p>
</form>""",
    )


def consent(challenge: str) -> bytes:
    """The consent form."""
    return page(
        "Rehearsal: sign in to Codex with ChatGPT",
        f"""<p>Codex will get your name, email address and profile picture.</p>
<form method="post" action="/sign-in-with-chatgpt/codex/consent">
<input type="hidden" name="consent_challenge" value="{escape(challenge)}">
<p><button type="submit" name="action" value="accept">Continue</button></p>
</form>""",
    )


def device() -> bytes:
    """Where a device code is typed in."""
    return page(
        "Rehearsal: device code",
        """<form method="post" action="/codex/device">
<p><label for="user_code">Code shown on your device</label>
<input id="user_code" name="user_code" required autocomplete="one-time-code"></p>
<p><button type="submit">Continue</button></p>
</form>""",
    )


def problem(code: str, sentence: str) -> bytes:
    """An error page; the real one shows an error code of this kind and goes nowhere."""
    return page(
        "Rehearsal: authentication error",
        f"<p>An error occurred during authentication ({escape(code)}).</p>"
        f"<p>{escape(sentence)}</p>",
    )
