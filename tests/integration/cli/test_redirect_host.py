"""The redirect's host is data: the operator may start again with the other one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smoke_tui.cli.answers_file import Scripted
from smoke_tui.config.questions import Answer, Verb
from smoke_tui.config.settings import Settings
from smoke_tui.journal.load import load_state
from smoke_tui.outcomes import Verdict
from smoke_tui.replay.run import replay
from smoke_tui.session.configure import config_from, open_runbook
from smoke_tui.session.open import open_session
from smoke_tui.session.rehearsed import ScriptedIO, rehearsal, rehearsed
from smoke_tui.session.request import SessionRequest
from smoke_tui.session.secret_options import SecretOptions
from smoke_tui.world.live.browser_clipboard import OperatorIO


class Undecided(Scripted):
    """Asks for the other host once."""

    asked = 0

    async def answer(self, kind: str, data: Mapping[str, Any]) -> Answer | None:
        if kind == "callback":
            self.asked += 1
            return Answer(Verb.OTHER_HOST) if self.asked == 1 else None
        return await super().answer(kind, data)


class Late(ScriptedIO):
    """A browser that does nothing at the first page."""

    opened = 0

    async def open_page(self, url: str) -> None:
        self.opened += 1
        if self.opened > 1:
            await super().open_page(url)


def test_the_other_host_is_one_answer_away(tmp_path: Path) -> None:
    from smoke_tui.structs import replace

    runbook = open_runbook("openai-subscription")
    with rehearsal(Settings({}), "happy") as world:
        config = rehearsed(config_from(Settings({}), runbook, SecretOptions({}, "none")), world)
        hands = Late(world)
        session = open_session(
            SessionRequest(
                runbook=runbook,
                config=replace(config, only="oauth-login"),
                state_dir=tmp_path,
                operator_io=OperatorIO(hands, hands),
                answerer=Undecided(world),
            )
        )
        session.start()
        assert session.done.wait(60)
        tokens = [seen for seen in world.requests() if seen.path == "/oauth/token"]
    assert session.verdict is Verdict.PASS
    assert len(tokens) == 1
    _, _, state = load_state(session.folder)
    shown: list[tuple[str, Any]] = [*state.steps["oauth-login"].tries[0].evidence_values()]
    logins = [value for name, value in shown if name == "login"]
    hosts = [login["redirect"].split("//")[1].split(":")[0] for login in logins]
    assert hosts == ["127.0.0.1", "localhost"]
    assert replay(session.folder).verdict is Verdict.PASS
