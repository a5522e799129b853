"""The rehearsed Codex backend: catalogue, Responses over server-sent events, side requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from smoke_tui.httpd.messages import ServerRequest, ServerResponse
from smoke_tui.rehearsal.provider import instructions, judge, replies, request_checks
from smoke_tui.rehearsal.provider.catalogue import UNFILTERED, entry, listed_for, version_of
from smoke_tui.rehearsal.provider.http_answers import (
    Answer,
    Headers,
    json_answer,
    json_body,
    reset,
    respond,
)
from smoke_tui.rehearsal.provider.issuer import Issuer
from smoke_tui.rehearsal.provider.replies import RESET_SECONDS, Reply
from smoke_tui.rehearsal.provider.request_bodies import plain_body
from smoke_tui.rehearsal.provider.request_checks import Call
from smoke_tui.rehearsal.provider.streaming import (
    CALLING,
    DELTA_SECONDS,
    WHOLE,
    StreamedResponse,
    play,
)
from smoke_tui.rehearsal.scenarios.scenario import Scenario
from smoke_tui.structs import Struct, field, replace

PRIMARY_MINUTES: Final = 300
SECONDARY_MINUTES: Final = 10_080
_SECONDARY_RESET_SECONDS: Final = 400_000
_PERCENT_A_CALL: Final = 0.4
_EACH: Final = 7
"""Of so many judged calls a scenario changes the last."""


class Backend(Struct, dict=True):
    """State of one backend: its issuer, completed and judged calls, used quota.

    `paced`: somebody looks on while an answer comes, so there are pauses between its deltas.
    """

    issuer: Issuer
    scenario: Scenario
    paced: bool = False
    completed: int = 0
    judged: int = 0
    judged_of: dict[int, int] = field(default_factory=dict)
    used_percent: float = 12.0

    def __post_init__(self) -> None:
        self._window_end = self.now + RESET_SECONDS

    @property
    def now(self) -> int:
        """The time, in whole seconds of the epoch."""
        return int(self.issuer.mint.now())

    @property
    def drifted(self) -> bool:
        """Whether only the current instructions are accepted now."""
        after = self.scenario.drift_after
        return after is not None and self.completed >= after

    # Responses

    async def get_responses(self, request: ServerRequest) -> Answer:
        """GET …/responses: no WebSocket; to a preflight it means "reachable"."""
        if (request.header("upgrade") or "").lower() == "websocket":
            return ServerResponse(426, (("content-type", "text/plain"),), b"Upgrade Required")
        return respond(replies.detail(405, "Method Not Allowed"), headers=(("allow", "POST"),))

    async def post_responses(self, request: ServerRequest) -> Answer:
        """POST …/responses: a stream, or a refusal of the scenario or a rule."""
        content = plain_body(request)
        if isinstance(content, Reply):
            return respond(content)
        request = replace(request, body=content)
        body = json_body(request)
        if body is None:
            return respond(replies.BAD_REQUEST)
        call = Call(
            request,
            body,
            self.issuer.access,
            self.scenario.listed,
            self.drifted,
        )
        if (problem := self._refuse(call)) is not None:
            return problem
        if judge.is_judged(call.prompt()):
            return self._judge(call)
        return self._stream(call)

    async def post_api_responses(self, request: ServerRequest) -> Answer:
        """POST /v1/responses with an API key: the scenario's answers, billed and without a quota."""
        body = json_body(request)
        if request_checks.bearer_of(request) != self.issuer.mint.api_key:
            return respond(replies.WRONG_KEY)
        if body is None or not isinstance(body.get("model"), str) or body.get("stream") is not True:
            return respond(replies.BAD_REQUEST)
        call = Call(request, body, {}, (), drifted=False, by_key=True)
        if self.scenario.reset:
            return reset()
        if self.scenario.refusal is not None:
            return respond(self.scenario.refusal, call.model, now=self.now)
        return self._judge(call) if judge.is_judged(call.prompt()) else self._stream(call)

    def _judge(self, call: Call) -> Answer:
        """A verdict; the scenario decides which judged calls are answered otherwise."""
        scenario, number = self.scenario, self.judged
        self.judged += 1
        first, last = scenario.judge_limited or (0, 0)
        if first <= number < last:
            return respond(replace(replies.RATE_LIMITED, headers=(("retry-after", "0"),)))
        if scenario.verdict is not None:
            return self._stream(call, scenario.verdict)
        text = judge.verdict_for(call.prompt())
        # By case and repeat, not by arrival, so that each run is the same.
        place = judge.place_of(call.prompt())
        number = self.judged_of.get(place, 0) * judge.CASES + place
        self.judged_of[place] = self.judged_of.get(place, 0) + 1
        if scenario.judge != "right" and number % _EACH == _EACH - 1:
            turn = number // _EACH
            wrong = judge.ADVERSARIAL[turn % len(judge.ADVERSARIAL)]
            text = judge.contrary(text) if scenario.judge == "wrong" else wrong
        return self._stream(call, text)

    def _refuse(self, call: Call) -> Answer | None:
        if self.scenario.reset:
            return reset()
        reply = request_checks.refusal(call)
        # A request without a credential is refused for that in every scenario.
        if self._scenario_applies(call) and reply is not replies.NO_BEARER:
            reply = self.scenario.refusal
        if reply is None:
            return None
        limits = self.limits(100.0) if reply is replies.USAGE_LIMIT else ()
        return respond(reply, call.model, limits, now=self.now)

    def _scenario_applies(self, call: Call) -> bool:
        """Whether the scenario's refusal applies to this call: its model, its client's version."""
        scenario = self.scenario
        if scenario.refusal is None or (scenario.only_model or call.model) != call.model:
            return False
        if scenario.only_plain and (call.lite or not request_checks.is_lite(call.model)):
            return False
        version = version_of(call.request.header("version"))
        return scenario.raised is None or (version or scenario.raised) < scenario.raised

    def _stream(self, call: Call, text: str | None = None) -> Answer:
        """The stream of the scenario's answer, or of another text."""
        percent = _PERCENT_A_CALL if text is None else judge.PERCENT_A_CALL
        tokens = judge.tokens_of(call.characters())
        if text is None:
            tokens = max(1, len(call.request.body) // 4)
            text = self.scenario.answer.replace("{nonce}", call.last_word())
        answer = StreamedResponse(
            self.scenario.script,
            call.model,
            text,
            input_tokens=tokens,
            created_at=self.now,
            pause=DELTA_SECONDS if self.paced else 0.0,
        )
        limits: Headers = ()
        if not call.by_key:
            self.used_percent = min(99.0, self.used_percent + percent)
            limits = self.limits(self.used_percent)
        headers = (
            ("content-type", "text/event-stream; charset=utf-8"),
            ("cache-control", "no-cache"),
            ("openai-model", answer.served_by_header),
            *self.scenario.answer_headers,
            *limits,
        )
        return ServerResponse(200, headers, self._counted(answer))

    async def _counted(self, answer: StreamedResponse) -> AsyncIterator[bytes]:
        async for chunk in play(answer):
            yield chunk
        if answer.script.acts in (WHOLE, CALLING):
            self.completed += 1

    def limits(self, primary: float) -> Headers:
        """The rate-limit headers (names from the client's source); `primary` in percent."""
        secondary = str(self.now + _SECONDARY_RESET_SECONDS)
        return (
            ("x-codex-plan-type", self.issuer.mint.plan_type),
            ("x-codex-primary-used-percent", f"{primary:.1f}"),
            ("x-codex-primary-window-minutes", str(PRIMARY_MINUTES)),
            ("x-codex-primary-reset-at", str(self._window_end)),
            ("x-codex-secondary-used-percent", "31.0"),
            ("x-codex-secondary-window-minutes", str(SECONDARY_MINUTES)),
            ("x-codex-secondary-reset-at", secondary),
        )

    # Side requests; their shapes are from the client's captures and source.

    async def models(self, request: ServerRequest) -> Answer:
        """GET …/models: the catalogue."""
        if (problem := request_checks.check_bearer(request, self.issuer.access)) is not None:
            return respond(problem)
        # Under drift the catalogue is stale too, else the real CLI would repair itself from it.
        stale = self.scenario.drift_after is not None
        text = instructions.STALE if stale else instructions.CURRENT
        client_version = dict(request.query).get("client_version")
        scenario = self.scenario
        listed = [entry(model, text) for model in listed_for(client_version, scenario.listed)]
        if scenario.raised is not None:
            minimum = ".".join(str(part) for part in scenario.raised)
            is_new_enough = (version_of(client_version) or scenario.raised) >= scenario.raised
            if scenario.hides_raised and not is_new_enough and client_version != UNFILTERED:
                listed = []
            for listed_model in listed:
                # An older client still sees the old minimum.
                if (is_new_enough or client_version == UNFILTERED) and scenario.only_model in (
                    None,
                    listed_model["slug"],
                ):
                    listed_model["minimal_client_version"] = minimum
        return json_answer(200, {"models": listed}, ("etag", 'W/"rehearsal"'))

    async def accounts_check(self, request: ServerRequest) -> Answer:
        """GET /backend-api/wham/accounts/check; required by client 0.156 and later.

        The real response is in openai/codex#47374; the two routing fields, which that report does
        not show, are those that the client reads (captured from 0.169).
        """
        account_id = request.header("chatgpt-account-id") or self.issuer.mint.account_id
        account = {
            "id": account_id,
            "structure": "personal",
            "plan_type": self.issuer.mint.plan_type,
            "account_user_role": "account-owner",
            "can_access_with_session": True,
            "workspace_backend_origin": "NO_CONSTRAINT",
            "account_routing_override": "NO_CONSTRAINT",
        }
        return json_answer(
            200,
            {
                "account_ordering": [account_id],
                "accounts": [account],
                "default_account_id": account_id,
            },
        )

    async def usage(self, request: ServerRequest) -> Answer:
        """GET /backend-api/wham/usage: the quota windows."""
        if (problem := request_checks.check_bearer(request, self.issuer.access)) is not None:
            return respond(problem)
        now = self.now
        primary = {
            "used_percent": self.used_percent,
            "limit_window_seconds": PRIMARY_MINUTES * 60,
            "reset_after_seconds": max(0, self._window_end - now),
            "reset_at": self._window_end,
        }
        secondary = {
            "used_percent": 31.0,
            "limit_window_seconds": SECONDARY_MINUTES * 60,
            "reset_after_seconds": _SECONDARY_RESET_SECONDS,
            "reset_at": now + _SECONDARY_RESET_SECONDS,
        }
        limit = {
            "allowed": True,
            "limit_reached": False,
            "primary_window": primary,
            "secondary_window": secondary,
        }
        credits_left = {"has_credits": False, "unlimited": False, "balance": "0"}
        plan = self.issuer.mint.plan_type
        return json_answer(200, {"plan_type": plan, "rate_limit": limit, "credits": credits_left})

    async def mcp(self, request: ServerRequest) -> Answer:
        """POST /backend-api/ps/mcp: the plug-ins' MCP server, with no tools (form of MCP)."""
        message = json_body(request) or {}
        if "id" not in message:
            return ServerResponse(202)
        parameters = message.get("params")
        version = parameters.get("protocolVersion") if isinstance(parameters, dict) else None
        results: dict[object, object] = {
            "initialize": {
                "protocolVersion": version or "2025-06-18",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "rehearsal", "version": "1"},
            },
            "tools/list": {"tools": []},
        }
        answer: dict[str, object] = {"jsonrpc": "2.0", "id": message["id"]}
        if message.get("method") in results:
            answer["result"] = results[message["method"]]
        else:
            answer["error"] = {"code": -32601, "message": "Method not found"}
        return json_answer(200, answer)

    async def empty(self, request: ServerRequest) -> Answer:
        """Settings, plug-ins and analytics: an empty object."""
        return json_answer(200, {})
