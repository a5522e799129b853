"""The scripted operator: browser, answers, and the typing behind somebody else's ticks."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.httpd.server import serve
from smoke_tui.rehearsal import Rehearsal, RehearsalError
from smoke_tui.rehearsal.provider.tokens import CLIENT_ID
from tests.helpers.rehearsal_requests import authorize_url, post_json, script, send, stack


def test_the_browser_signs_in_and_reaches_the_callback() -> None:
    async def main() -> None:
        arrived: list[ServerRequest] = []

        async def callback(request: ServerRequest) -> ServerResponse:
            arrived.append(request)
            return ServerResponse(200, (("content-type", "text/plain"),), b"done")

        server = await serve(callback, [("127.0.0.1", 0)])
        port = server.addresses[0][1]
        with Rehearsal.start() as rehearsal:
            redirect = f"http://127.0.0.1:{port}/auth/callback"
            await rehearsal.open_page(authorize_url(rehearsal, redirect_uri=redirect))
        await server.close()
        assert len(arrived) == 1
        query = parse_qs(urlsplit(arrived[0].target).query)
        assert query["code"][0].startswith("ac_")
        assert query["state"] == ["s" * 43]

    asyncio.run(main())


def test_the_browser_says_plainly_what_went_wrong() -> None:
    with Rehearsal.start() as rehearsal:
        for url, words in (
            ("https://chatgpt.com/", "loopback pages only"),
            (f"{rehearsal.issuer}/nowhere", "The page answered 404"),
            (f"{rehearsal.stack_url}/org-settings", "Nothing answers at"),
        ):
            with pytest.raises(RehearsalError, match=words):
                asyncio.run(rehearsal.open_page(url))


def test_the_browser_types_a_device_code() -> None:
    with Rehearsal.start() as rehearsal:
        base = f"{rehearsal.issuer}/api/accounts/deviceauth"
        start = post_json(f"{base}/usercode", {"client_id": CLIENT_ID}).json()
        login = {name: start[name] for name in ("device_auth_id", "user_code")}
        assert post_json(f"{base}/token", login).status == 403
        asyncio.run(rehearsal.open_page(f"{rehearsal.issuer}/codex/device"))
        assert post_json(f"{base}/token", login).status == 200


def test_the_fixed_answers() -> None:
    with Rehearsal.start() as rehearsal:
        current = str(rehearsal.current_instructions_file)
        for kind, wanted in (
            ("begin", Answer(Verb.RUN)),
            ("spend", Answer(Verb.YES)),
            ("callback", None),
            ("tick", Answer(Verb.DONE)),
            ("instructions", Answer(Verb.FILE, path=current)),
            ("manual", Answer(Verb.PASS, words="rehearsed")),
            ("attest", Answer(Verb.NO)),
            ("finish", Answer(Verb.FINISH)),
            ("text", Answer(Verb.TEXT)),
            ("secret", Answer(Verb.SECRET)),
        ):
            assert asyncio.run(rehearsal.answer(kind, {})) == wanted
        unsaved = asyncio.run(rehearsal.answer("confirm", {}))
        assert unsaved == Answer(Verb.NO, words="No credential was handed over.")


def test_ticks_steer_the_typing_and_save_posts_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Rehearsal.start() as rehearsal, stack(rehearsal, log):
        script(rehearsal, "tools/dev/customer_seed.py")

        async def person() -> None:
            await rehearsal.put_credential(json.dumps(rehearsal.bundle()))
            for label, value in (
                ("Provider", "OpenAI"),
                ("Model", "gpt-5.5"),
                ("Credential type", "Subscription (OAuth bundle)"),
                ("Save", ""),
            ):
                data = {"label": label, "value": value}
                await rehearsal.observe("tick", data, Answer(Verb.DONE))
            answer = await rehearsal.answer("confirm", {"text": "?"})
            assert answer is not None
            assert answer.do == "yes"

        asyncio.run(person())
        page = send("GET", f"{rehearsal.stack_url}/org-settings").text
        assert "openai, gpt-5.5, Subscription (OAuth bundle)" in page
        assert log.read_text("utf-8").count("POST /org-settings 200") == 1


def test_a_refused_form_is_reported_in_the_pages_words(tmp_path: Path) -> None:
    with Rehearsal.start() as rehearsal, stack(rehearsal, tmp_path / "log"):
        script(rehearsal, "tools/dev/customer_seed.py")

        async def person() -> None:
            await rehearsal.put_credential("{}")
            answer = await rehearsal.answer("confirm", {})
            assert answer is not None
            assert answer.do == "no"
            assert (answer.words or "").startswith(
                "Nothing was saved. The bundle lacks access_token"
            )
            await rehearsal.put_credential(json.dumps(rehearsal.bundle()))
            again = await rehearsal.answer("confirm", {})
            assert again is not None
            assert again.do == "yes"

        asyncio.run(person())


def test_asked_for_a_model_the_operator_takes_one_that_can_be_had() -> None:
    with Rehearsal.start() as rehearsal:

        def chosen(**data: object) -> object:
            return asyncio.run(rehearsal.answer("model", data))

        assert chosen(wanted="old", listed=["a", "b"]) == Answer(Verb.USE, model="a")
        assert chosen(wanted="a", listed=["a", "b"]) == Answer(Verb.USE, model="b")
        assert chosen(wanted="a", listed=["b", "a"], refused=["b"]) == Answer(Verb.KEEP)
        assert chosen(wanted="a", listed=[]) == Answer(Verb.KEEP)
