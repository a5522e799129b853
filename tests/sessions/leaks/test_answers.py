"""Canaries in what others answer, in every form: bodies, headers, events of a stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.helpers.canaries import Answer, LeakSearch, provider
from tests.helpers.minted_secrets import Bundle
from tests.sessions.leaks.test_encodings import PRINTER, check, given_out
from tests.sessions.leaks.test_returned_secrets import CALL, FRONT, answering, sse

LOOK = (
    FRONT
    + """
## Look

Look at the page.

```toml step
id     = "look-at"
kind   = "check"
url    = "{{ stack_url }}/page"
expect = [{ body_contains = "never there" }]
```
"""
)


def forms(value: str) -> dict[str, str]:
    """The value in every form that the printer of the other canaries knows."""
    code = PRINTER.partition("def say(")[0].replace(
        'open("bundle.json").read()', "json.dumps({'t': GIVEN})"
    )
    space = {"GIVEN": value}
    exec(compile(code, "printer", "exec"), space)
    table: Mapping[str, Callable[[str], str]] = space["FORMS"]  # type: ignore[assignment]
    return {name: made(value) for name, made in table.items()}


def carriers(value: str) -> dict[str, Answer]:
    """Answers that hold every form, each in another place."""
    made = forms(value)
    text = {"type": "response.output_text.delta"}
    lines = {name: form.replace("\n", " ").replace("\0", " ") for name, form in made.items()}
    few = {name: lines[name] for name in ("raw", "hex", "reversed", "html", "base64 gzip")}
    return {
        "json": (
            400,
            {"content-type": "application/json"},
            json.dumps({"error": {"message": "no", "param": made}}).encode(),
        ),
        "message": (
            400,
            {"content-type": "application/json"},
            json.dumps({"error": {"message": " ; ".join(made.values()), "code": "x"}}).encode(),
        ),
        "page": (
            403,
            {"content-type": "text/html"},
            "".join(f"<p title='{name}'>{form}</p>\n" for name, form in made.items()).encode(),
        ),
        "title": (
            403,
            {"content-type": "text/html"},
            f"<title>{value[::-1]} {made['hex']}</title><h1>{made['dashes']}</h1>".encode(),
        ),
        "utf-16": (500, {"content-type": "text/plain"}, "\n".join(few.values()).encode("utf-16")),
        "headers": (
            401,
            {
                f"x-{name.replace(' ', '-')}": form.encode("ascii", "replace").decode()
                for name, form in lines.items()
                if len(form) < 1500
            },
            b"",
        ),
        "stream": (
            200,
            {"content-type": "text/event-stream"},
            sse(
                *({**text, "delta": form} for form in made.values()),
                {"type": "response.failed", "response": {"error": {"message": lines["xxd"]}}},
            ),
        ),
        "characters": (
            200,
            {"content-type": "text/event-stream"},
            sse(*({**text, "delta": char} for char in value)),
        ),
        "comments": (
            200,
            {"content-type": "text/event-stream"},
            b"".join(
                f": {form}\nevent: {form[:40]}\nid: {form}\n\n".encode() for form in few.values()
            ),
        ),
    }


@pytest.mark.parametrize("carrier", list(carriers("x.y.FAKE-0123456789")))
@pytest.mark.parametrize("book", ["call", "look"])
def test_no_form_of_an_answer_stays(
    tmp_path: Path, book: str, carrier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bundle = Bundle(tmp_path)
    (tmp_path / "book.md").write_text(CALL if book == "call" else LOOK)
    search = LeakSearch(bundle.values)
    answer = carriers(bundle.access)[carrier]
    with provider(answering(answer) if book == "call" else lambda *_: answer) as url:
        code, _ = search.command(
            "--state-dir",
            str(tmp_path / "state"),
            "--check",
            "book.md",
            "--live",
            "--json",
            "-v",
            "--bundle",
            str(bundle.path),
            "--codex-url",
            url,
            "--issuer",
            url,
            "--stack-url",
            url,
            "--model",
            "gpt-5.5",
            "--instructions",
            __file__,
        )
    assert code in (1, 4)
    given_out(search, tmp_path)
    check(search, bundle.values)
