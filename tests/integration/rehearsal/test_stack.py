"""The stand-in stack as a child: boot, seed, form, turn, ledger; and its manners."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from smoke_tui.config.questions import Answer, Verb
from smoke_tui.rehearsal import Rehearsal
from smoke_tui.rehearsal.operator.browser import Browser
from smoke_tui.rehearsal.provider.catalogue import DEFAULT
from tests.helpers.rehearsal_requests import (
    environment,
    post_form,
    script,
    send,
    stack,
    turn,
    until,
)

VARIABLE = "SPECTRAL_OPENAI_CODEX_INSTRUCTIONS"


def seed(rehearsal: Rehearsal) -> dict[str, str]:
    done = script(rehearsal, "tools/dev/customer_seed.py")
    assert done.returncode == 0, done.stderr
    made: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return made


def save(rehearsal: Rehearsal) -> str:
    """The hands fill the form; what they report."""

    async def hands() -> str:
        await rehearsal.put_credential(json.dumps(rehearsal.bundle()))
        answer = await rehearsal.answer("confirm", {"text": "Is it saved?"})
        assert answer is not None
        assert answer.do == "yes", answer
        return answer.words or ""

    return asyncio.run(hands())


def test_boot_seed_save_turn_ledger(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Rehearsal.start() as rehearsal, stack(rehearsal, log) as child:
        made = seed(rehearsal)
        assert set(made) == {"org_id", "domain_id", "world"}
        assert turn(rehearsal).status == 409
        assert save(rehearsal) == f"Saved: Settings saved for {made['org_id']}."
        got = turn(rehearsal)
        assert got.status == 200
        answer = got.json()
        assert "t-9" in answer["output_text"]
        assert answer["route"] == {
            "provider": "openai",
            "credential": "subscription",
            "model": DEFAULT,
            "host": rehearsal.issuer.removeprefix("http://"),
        }
        assert answer["response_id"].startswith("resp_")
        assert answer["fallback_used"] is False
        assert answer["usage"]["total_tokens"] > 0
        assert answer["org_id"] == made["org_id"]
        rows = send(
            "GET", f"{rehearsal.stack_url}/internal/llm_usage?org_id={made['org_id']}"
        ).json()["rows"]
        assert [row["credential"] for row in rows] == ["subscription"]
        assert set(rows[0]) >= {
            "recorded_at",
            "model",
            "domain_id",
            "credential",
            "cost_estimate",
        }
        proc = Path(f"/proc/{child.pid}")
        shown = (proc / "cmdline").read_bytes() + (proc / "environ").read_bytes()
        page = send("GET", f"{rehearsal.stack_url}/org-settings").text
        told = shown.decode() + page + log.read_text("utf-8")
        assert not [secret for secret in rehearsal.minted() if secret in told]
        state = rehearsal.stack_dir / ".rehearsal/state.json"
        assert state.stat().st_mode & 0o777 == 0o600
        assert rehearsal.stack_dir.stat().st_mode & 0o777 == 0o700


def test_a_restart_keeps_the_state_and_sees_the_variable(tmp_path: Path) -> None:
    with Rehearsal.start("instructions-drift") as rehearsal:
        with stack(rehearsal, tmp_path / "log"):
            seed(rehearsal)
            save(rehearsal)
            refused = turn(rehearsal)
            assert refused.status == 502
            error = refused.json()["error"]
            assert error["upstream_status"] == 400
            assert error["upstream_body"] == '{"detail":"Instructions are not valid"}'
            assert "x-request-id" in error["upstream_headers"]
        current = rehearsal.current_instructions_file.read_text("utf-8")
        with stack(rehearsal, tmp_path / "log", {VARIABLE: current}):
            assert turn(rehearsal).status == 200
        with stack(rehearsal, tmp_path / "log", {VARIABLE: "  "}):
            assert turn(rehearsal).status == 502


@pytest.mark.parametrize(
    ("name", "status"),
    [("edge-challenge", 403), ("usage-limit-reached", 429), ("stream-cut", 200), ("network", None)],
)
def test_a_scenario_strikes_the_turn_too(name: str, status: int | None, tmp_path: Path) -> None:
    with Rehearsal.start(name) as rehearsal, stack(rehearsal, tmp_path / "log"):
        seed(rehearsal)
        save(rehearsal)
        got = turn(rehearsal)
        assert got.status == 502
        assert got.json()["error"]["upstream_status"] == status


def test_the_stacks_own_degrades(tmp_path: Path) -> None:
    with Rehearsal.start("degraded-route") as rehearsal, stack(rehearsal, tmp_path / "log"):
        made = seed(rehearsal)
        save(rehearsal)
        answer = turn(rehearsal).json()
        assert answer["route"]["host"] == "api.openai.com"
        assert answer["fallback_used"] is True
        where = f"{rehearsal.stack_url}/internal/llm_usage?org_id={made['org_id']}"
        assert send("GET", where).json()["rows"][0]["domain_id"] is None
        assert rehearsal.requests() == []
    with Rehearsal.start("route-unproven") as rehearsal, stack(rehearsal, tmp_path / "log"):
        made = seed(rehearsal)
        save(rehearsal)
        assert set(turn(rehearsal).json()) == {"output_text", "org_id"}
        where = f"{rehearsal.stack_url}/internal/llm_usage?org_id={made['org_id']}"
        assert send("GET", where).json()["rows"] == []


@pytest.mark.parametrize(
    ("name", "status", "told"),
    [
        ("degraded-route-header", 200, '"openai-organization": "org-FAKE-platform-tier"'),
        ("degraded-route-own-key", 200, '"credential": "organization_api_key"'),
        ("degraded-model-swapped", 200, '"model": "gpt-6-luna"'),
        ("expectation-unmet-page", 200, "<h1>Sign in to the dashboard</h1>"),
        ("route-unproven-canned", 200, '{"output_text": "As you said before: t-9", "org_id": '),
    ],
)
def test_a_stack_that_saves_and_then_goes_wrong(
    name: str, status: int, told: str, tmp_path: Path
) -> None:
    with Rehearsal.start(name) as rehearsal, stack(rehearsal, tmp_path / "log"):
        seed(rehearsal)
        save(rehearsal)
        got = turn(rehearsal)
        assert got.status == status
        assert told in got.text


def test_what_is_stored_is_changed_after_the_page_said_otherwise(tmp_path: Path) -> None:
    for name, shown in (
        ("degraded-model-swapped", "openai, gpt-6-luna, Subscription (OAuth bundle)"),
        ("degraded-route-own-key", "openai, gpt-6.2-sol, API key"),
    ):
        with Rehearsal.start(name) as rehearsal, stack(rehearsal, tmp_path / "log"):
            seed(rehearsal)
            save(rehearsal)
            assert shown in send("GET", f"{rehearsal.stack_url}/org-settings").text


def test_a_stack_that_saves_and_says_that_it_did_not(tmp_path: Path) -> None:
    name = "operator-declined-saved"
    with Rehearsal.start(name) as rehearsal, stack(rehearsal, tmp_path / "log"):
        made = seed(rehearsal)

        async def hands() -> object:
            await rehearsal.put_credential(json.dumps(rehearsal.bundle()))
            return await rehearsal.answer("confirm", {"text": "Is it saved?"})

        said = "The settings could not be saved: the database did not answer in time."
        assert asyncio.run(hands()) == Answer(Verb.NO, words=said)
        page = send("GET", f"{rehearsal.stack_url}/org-settings").text
        assert f"{made['org_id']}: openai, gpt-6.2-sol, Subscription (OAuth bundle)" in page


@pytest.mark.parametrize(
    ("name", "code", "last"),
    [
        ("command-failed-half-way", 1, '{"org_id": "org_'),
        ("expectation-unmet", 0, "seeding: done"),
        ("expectation-unmet-field", 0, '{"org_id": "org_'),
    ],
)
def test_a_seed_that_does_not_say_all(name: str, code: int, last: str, tmp_path: Path) -> None:
    with Rehearsal.start(name) as rehearsal, stack(rehearsal, tmp_path / "log"):
        done = script(rehearsal, "tools/dev/customer_seed.py")
        assert done.returncode == code
        line = done.stdout.splitlines()[-1]
        assert line.startswith(last)
        assert "world" not in line
        assert "world-" in send("GET", f"{rehearsal.stack_url}/org-settings").text


def test_a_stack_that_dies(tmp_path: Path) -> None:
    with Rehearsal.start("service-died") as rehearsal, stack(rehearsal, tmp_path / "log") as child:
        seed(rehearsal)
        save(rehearsal)
        assert child.wait(5) == 1


def test_a_stack_that_never_is_ready_and_a_seed_that_fails(tmp_path: Path) -> None:
    with (
        Rehearsal.start("not-ready") as rehearsal,
        stack(rehearsal, tmp_path / "log", ready=503),
    ):
        assert send("GET", f"{rehearsal.stack_url}/healthz").json() == {"status": "starting"}
    with Rehearsal.start("command-failed") as rehearsal:
        assert script(rehearsal, "tools/dev/customer_seed.py").returncode == 1


def test_the_form_is_checked(tmp_path: Path) -> None:
    with Rehearsal.start() as rehearsal, stack(rehearsal, tmp_path / "log"):
        made = seed(rehearsal)
        where = f"{rehearsal.stack_url}/org-settings"
        page = Browser().open(where)
        assert page.form is not None
        assert set(page.form.labels) == {
            "org_id",
            "provider",
            "model",
            "credential_type",
            "bundle",
            "tos",
        }
        right = {
            **page.form.fields,
            "org_id": made["org_id"],
            "provider": "openai",
            "model": DEFAULT,
            "credential_type": "oauth_bundle",
            "bundle": json.dumps(rehearsal.bundle()),
            "tos": "accepted",
        }
        for name, value, told in (
            ("org_id", "org_other", "Choose an organization."),
            ("provider", "", "Choose the provider OpenAI."),
            ("model", " ", "Name a model."),
            ("credential_type", "api_key", "Choose the credential type Subscription."),
            ("bundle", "", "Paste the bundle."),
            ("bundle", "{", "The bundle is not JSON."),
            ("bundle", "[" * 100_000, "The bundle is not JSON."),
            ("bundle", "{}", "The bundle lacks access_token, refresh_token, account_id."),
            ("tos", "", "Accept the terms of service."),
        ):
            got = post_form(where, {**right, name: value})
            assert got.status == 422
            page = Browser().open(where, {**right, name: value})
            assert page.notice == f"Nothing was saved. {told}"
            assert f'id="{name}-problem">{told}' in got.text
            assert got.text.count('aria-invalid="true"') == 1
            assert right["bundle"] not in got.text
        several = post_form(where, {"csrf": right["csrf"], "model": '"><b>'})
        assert several.text.count('aria-invalid="true"') == 5
        assert 'value="&quot;&gt;&lt;b&gt;"' in several.text
        assert post_form(where, {**right, "csrf": "x"}).status == 403
        assert post_form(where, right).status == 200
        assert send("GET", where, headers={"host": "evil.example"}).status == 421


def test_the_products_login(tmp_path: Path) -> None:
    with Rehearsal.start() as rehearsal:
        done = script(rehearsal, "tools/dev/oauth_login.py", "--provider", "openai")
        assert done.returncode == 0, done.stderr
        bundle = json.loads(done.stdout.splitlines()[-1])
        assert set(bundle) == set(rehearsal.bundle())
        assert bundle["access_token"] in rehearsal.minted()
        assert [one.path for one in rehearsal.requests()].count("/oauth/token") == 1
    with Rehearsal.start("login-denied") as rehearsal:
        done = script(rehearsal, "tools/dev/oauth_login.py", "--provider", "openai")
        assert done.returncode == 1
        assert "access_denied" in done.stderr


def test_scripts_without_a_stack_say_so() -> None:
    with Rehearsal.start() as rehearsal:
        done = script(rehearsal, "tools/dev/customer_seed.py")
        assert done.returncode == 1
        assert "not running" in done.stderr


def test_a_taken_port_is_reported(tmp_path: Path) -> None:
    with Rehearsal.start() as rehearsal, stack(rehearsal, tmp_path / "log"):
        done = subprocess.run(
            ["tools/dev/start.sh"],
            cwd=rehearsal.stack_dir,
            env=environment(rehearsal),
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
        assert done.returncode == 1
        assert "already in use" in done.stderr


def test_sigterm_ends_it_at_once(tmp_path: Path) -> None:
    with Rehearsal.start() as rehearsal, stack(rehearsal, tmp_path / "log") as child:
        started = time.monotonic()
        child.terminate()
        child.wait(5)
        assert time.monotonic() - started < 1


def test_it_leaves_with_its_parent(tmp_path: Path) -> None:
    with Rehearsal.start() as rehearsal:
        code = (
            "import subprocess, sys; "
            "subprocess.Popen(['tools/dev/start.sh'], stdout=subprocess.DEVNULL); "
            "sys.stdin.read()"
        )
        parent = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=rehearsal.stack_dir,
            env=environment(rehearsal),
            stdin=subprocess.PIPE,
        )
        until(lambda: _up(rehearsal) or None)
        assert parent.stdin is not None
        parent.stdin.close()
        parent.wait(5)
        until(lambda: None if _up(rehearsal) else True, seconds=2)


def _up(rehearsal: Rehearsal) -> bool:
    try:
        return send("GET", f"{rehearsal.stack_url}/healthz").status == 200
    except (OSError, http.client.HTTPException):
        # Refused, or the stack left in the middle of its answer.
        return False


def test_stop_leaves_nothing(tmp_path: Path) -> None:
    threads = set(threading.enumerate())
    rehearsal = Rehearsal.start(folder=tmp_path)
    child = subprocess.Popen(
        ["tools/dev/start.sh"],
        cwd=rehearsal.stack_dir,
        env=environment(rehearsal),
        stdout=subprocess.DEVNULL,
    )
    until(lambda: _up(rehearsal) or None)
    rehearsal.stop()
    rehearsal.stop()
    assert child.wait(3) == 0
    assert list(tmp_path.iterdir()) == []
    assert not _up(rehearsal)
    with pytest.raises(OSError, match="refused"):
        send("GET", f"{rehearsal.issuer}/")
    assert set(threading.enumerate()) <= threads


def test_a_taken_issuer_port_goes_up(tmp_path: Path) -> None:
    with Rehearsal.start() as rehearsal:
        port = int(rehearsal.issuer.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            Rehearsal.start(port=port, folder=tmp_path)
    assert os.listdir(tmp_path) == []
