"""The table of scenarios: description, source, and what differs from a faultless rehearsal."""

from __future__ import annotations

from typing import Final, Literal

from smoke_tui.rehearsal.provider import replies, streaming
from smoke_tui.rehearsal.provider.replies import Reply
from smoke_tui.rehearsal.provider.streaming import Script
from smoke_tui.rehearsal.scenarios.account import ACCOUNT_ROWS
from smoke_tui.rehearsal.scenarios.answer import ANSWER_ROWS
from smoke_tui.rehearsal.scenarios.local import LOCAL_ROWS
from smoke_tui.rehearsal.scenarios.login import LOGIN_ROWS
from smoke_tui.rehearsal.scenarios.model import MODEL_ROWS
from smoke_tui.rehearsal.scenarios.scenario import Scenario


def _refused(
    name: str, sentence: str, reply: Reply, basis: str, *, at_edge: bool = False
) -> Scenario:
    return Scenario(name, sentence, basis, refusal=reply, at_edge=at_edge)


def _streamed(name: str, sentence: str, script: Script, basis: str) -> Scenario:
    return Scenario(name, sentence, basis, script=script)


def _no_refresh(name: str, sentence: str, reply: Reply | Literal["reset"], basis: str) -> Scenario:
    return Scenario(name, sentence, basis, refusal=replies.TOKEN_EXPIRED, refresh=reply)


_GRAMMAR: Final = "constructed from the event grammar of client 0.169"
_UNREPORTED: Final = "constructed: nobody reported it"
_CLIENT: Final = "strings in the client's source"

ROWS: Final = (
    Scenario("happy", "Everything works."),
    # Instructions
    Scenario(
        "instructions-drift",
        "The backend accepts only the current base instructions; the configured text and the "
        "stack's built-in copy are out of date.",
        "openai/codex#2259",
        drift_after=0,
    ),
    Scenario(
        "instructions-drift-at-turn",
        "The live call is answered; after it, the backend accepts only the current base "
        "instructions, so the drift strikes the authoring turn.",
        "openai/codex#2259",
        drift_after=1,
    ),
    _refused(
        "instructions-missing",
        "The backend says that it got no base instructions.",
        replies.INSTRUCTIONS_REQUIRED,
        "mnfst/llm-gateway#1169",
    ),
    # Shape
    _refused(
        "shape-rejected",
        "The backend rejects the request for a parameter it does not support.",
        replies.unsupported("max_output_tokens"),
        "kortix-ai/suna#5124",
    ),
    _refused(
        "lite-shape",
        "The backend rejects the request because the model is not served in the lite shape.",
        replies.LITE_ON_OTHER_MODEL,
        "openai/codex#30403, envelope inferred",
    ),
    # Model
    *MODEL_ROWS,
    # Credential
    _refused(
        "token-expired",
        "The access token counts as expired, also after a refresh.",
        replies.TOKEN_EXPIRED,
        "openai/codex#18769",
    ),
    _refused(
        "token-revoked",
        "The access token was revoked.",
        replies.TOKEN_REVOKED,
        "CLIProxyAPI#2386",
    ),
    _refused(
        "token-malformed",
        "The backend cannot parse the access token.",
        replies.TOKEN_MALFORMED,
        "looplj/axonhub#799",
    ),
    _refused(
        "unauthorized",
        "The backend refuses the credential without a reason.",
        replies.UNAUTHORIZED,
        "openai/codex#41975",
    ),
    _refused(
        "wrong-host",
        "The answer of the API host to a subscription token: a scope is missing.",
        replies.WRONG_HOST,
        "Wei-Shaw/sub2api#1566",
    ),
    _refused(
        "wrong-workspace",
        "The account id is not a workspace of the token.",
        replies.WRONG_WORKSPACE,
        "openai/codex#24495",
    ),
    # Account
    _refused(
        "workspace-deactivated",
        "The workspace has lapsed.",
        replies.WORKSPACE_DEACTIVATED,
        "yilewang/llm-for-zotero#74",
    ),
    _refused(
        "workspace-region",
        "The workspace may not be used from this region.",
        replies.WORKSPACE_REGION,
        "zed-industries/zed#55384, envelope inferred",
    ),
    Scenario(
        "region-unsupported",
        "The country is not supported; strikes the token exchange of the login, where it was seen.",
        "openclaw#3709",
        exchange=replies.REGION_UNSUPPORTED,
    ),
    _refused(
        "verification-required",
        "The account has to verify an identity first; only the headers say so.",
        replies.VERIFICATION,
        "a public test fixture of the client",
    ),
    _refused(
        "usage-limit-reached",
        "The subscription's usage limit is reached.",
        replies.USAGE_LIMIT,
        "earendil-works/pi#4172",
    ),
    _refused(
        "usage-not-included",
        "The plan does not include Codex.",
        replies.USAGE_NOT_INCLUDED,
        "openai/codex#2330, type from the client's source",
    ),
    _streamed(
        "quota-exhausted",
        "The stream fails: the quota is exhausted.",
        Script(
            streaming.FAILED,
            error=("insufficient_quota", "Quota exceeded. Check your plan and billing details."),
        ),
        "openai/codex#20786",
    ),
    _refused(
        "policy-refused",
        "The request is flagged by a safety policy.",
        replies.POLICY,
        "openai/codex#20745, code from the client's source",
    ),
    # Edge
    _refused(
        "edge-challenge",
        "The edge challenges this origin: every path of the backend, the preflight included.",
        replies.EDGE_CHALLENGE,
        "openai/codex#8516",
        at_edge=True,
    ),
    _refused(
        "edge-block",
        "The edge blocks this origin: every path of the backend, the preflight included.",
        replies.EDGE_BLOCK,
        "openai/codex#4284",
        at_edge=True,
    ),
    _refused(
        "edge-path-block",
        "The edge answers the call with an empty 404.",
        replies.EDGE_PATH_BLOCK,
        "openai/codex#42534",
    ),
    _refused(
        "edge-unknown",
        "The edge answers the call with an empty 403.",
        replies.EDGE_UNKNOWN,
        "openai/codex#18681",
    ),
    # Service
    _refused(
        "rate-limited",
        "Too many requests, without a usable body.",
        replies.RATE_LIMITED,
        "openai/codex#22122",
    ),
    _refused("overloaded", "The model is at capacity.", replies.OVERLOADED, "openai/codex#46211"),
    _refused("server-error", "The backend has an internal error.", replies.SERVER_ERROR, _CLIENT),
    _refused(
        "bad-gateway",
        "The edge cannot reach the backend and answers with a page.",
        replies.BAD_GATEWAY,
        "openai/codex#8944",
    ),
    _streamed(
        "response-failed",
        "The stream fails without a code that anybody knows.",
        Script(
            streaming.FAILED,
            error=(
                "processing_error",
                "An error occurred while processing your request. You can retry your request.",
            ),
        ),
        "openai/codex#41895, code constructed",
    ),
    # Stream
    _streamed(
        "stream-cut",
        "The stream ends without a terminal event.",
        Script(streaming.CUT),
        _CLIENT,
    ),
    _streamed(
        "stream-stalled",
        "The stream falls silent halfway and stays open; lasts as long as the idle limit.",
        Script(streaming.STALLED),
        _CLIENT,
    ),
    _streamed("stream-malformed", "The stream completes twice.", Script(streaming.TWICE), _GRAMMAR),
    _streamed(
        "stream-oversized",
        "The stream does not stop growing: up to 270 MB of text.",
        Script(streaming.FLOOD),
        _GRAMMAR,
    ),
    _streamed(
        "context-length",
        "The stream fails: the input is too long for the model.",
        Script(
            streaming.FAILED,
            error=(
                "context_length_exceeded",
                "Your input exceeds the context window of this model. "
                "Please adjust your input and try again.",
            ),
        ),
        _CLIENT,
    ),
    # Degrade
    _streamed(
        "degraded-model",
        "Another model than the one asked for answers.",
        Script(served_model="gpt-5.2-2025-12-11"),
        "openai/codex#11867",
    ),
    _streamed(
        "degraded-empty",
        "The answer completes without any text.",
        Script(streaming.NO_TEXT),
        "siteboon/claudecodeui#1011",
    ),
    _streamed(
        "degraded-incomplete",
        "The answer is cut short by the provider.",
        Script(streaming.INCOMPLETE),
        _GRAMMAR,
    ),
    _streamed(
        "degraded-no-usage",
        "The answer completes without usage.",
        Script(usage=False),
        "KarpelesLab/teamclaude#456",
    ),
    # Network
    Scenario(
        "network",
        "The connection is reset before an answer.",
        "openai/codex#22472",
        reset=True,
    ),
    _streamed(
        "timeout",
        "The stream stays alive and never ends; lasts as long as the step's own limit.",
        Script(streaming.ENDLESS),
        _GRAMMAR,
    ),
    # Refresh: a refresh happens only where the access token counts as expired.
    _no_refresh(
        "refresh-reused",
        "The access token has expired, and the refresh token was already used elsewhere.",
        replies.REFRESH_REUSED,
        "Lampese/codex-switcher#37",
    ),
    _no_refresh(
        "refresh-expired",
        "The access token has expired, and so has the refresh token.",
        replies.REFRESH_EXPIRED,
        _CLIENT,
    ),
    _no_refresh(
        "refresh-revoked",
        "The access token has expired, and the refresh token was revoked.",
        replies.REFRESH_REVOKED,
        _CLIENT,
    ),
    _no_refresh(
        "refresh-rejected",
        "The access token has expired, and the refresh token is not known.",
        replies.REFRESH_REJECTED,
        "pingdotgg/t3code#579",
    ),
    _no_refresh(
        "refresh-unknown",
        "The access token has expired, and the connection breaks once the refresh was sent.",
        "reset",
        "codex-proxy's source",
    ),
    # Login
    *LOGIN_ROWS,
    # Accounts, limits, policies and networks of today
    *ACCOUNT_ROWS,
    *ANSWER_ROWS,
    # Unlisted
    _refused(
        "request-refused", "A refusal that nobody has described.", replies.REFUSED, _UNREPORTED
    ),
    _refused("redirect-refused", "The backend redirects the call.", replies.REDIRECT, _UNREPORTED),
    # Stack and operator
    *LOCAL_ROWS,
)
