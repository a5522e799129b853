"""The responses of the real servers, as data.

Bodies are verbatim from public issue threads of openai/codex and its peers unless a comment says
what is inferred. `{model}` stands for the requested model, `{resets_at}` for a future time.
"""

from __future__ import annotations

import base64
import json
from typing import Final

from smoke_tui.structs import Struct

JSON: Final = "application/json"
HTML: Final = "text/html; charset=UTF-8"
RESET_SECONDS: Final = 13_872
"""Seconds until a limit resets, as in the report with the usage-limit body."""


class Reply(Struct, frozen=True):
    """A response; with `content_type` None it has no such header."""

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str | None = JSON

    def body_for(self, model: str, now: float) -> bytes:
        """The body with the model and a reset time in the future filled in."""
        resets_at = str(int(now) + RESET_SECONDS)
        text = self.body.replace("{model}", model).replace("{resets_at}", resets_at)
        return text.encode()


def detail(status: int, text: str) -> Reply:
    """The envelope `{"detail": …}`."""
    return Reply(status, json.dumps({"detail": text}, separators=(",", ":")))


def error(status: int, *, wrapped: bool = False, **fields: str | None) -> Reply:
    """The envelope `{"error": {…}}`; with `wrapped` the status is next to it."""
    body: dict[str, object] = {"error": fields}
    if wrapped:
        body["status"] = status
    return Reply(status, json.dumps(body, separators=(",", ":"), ensure_ascii=False))


def invalid_request(
    status: int, code: str | None, message: str, *, param: str | None = None
) -> Reply:
    """The envelope of an `invalid_request_error`."""
    return error(status, message=message, type="invalid_request_error", param=param, code=code)


# Instructions and shape: openai/codex#2259, mnfst/llm-gateway#1169, openai/codex#26173,
# BYK/loreai#1597, kortix-ai/suna#5124, CLIProxyAPI#3510, codex-proxy-rs#178.
INSTRUCTIONS_INVALID: Final = detail(400, "Instructions are not valid")
INSTRUCTIONS_REQUIRED: Final = detail(400, "Instructions are required")
STORE: Final = detail(400, "Store must be set to false")
STREAM: Final = detail(400, "Stream must be set to true")
SYSTEM_ROLE: Final = detail(400, "System messages are not allowed")
INPUT_LIST: Final = detail(400, "Input must be a list")
BAD_REQUEST: Final = detail(400, "Bad Request")


def unsupported(parameter: str) -> Reply:
    """The refusal of an unknown top-level field of the request."""
    return detail(400, f"Unsupported parameter: {parameter}")


# Soju06/codex-lb#1411 gives text and code; ndycode/oc-codex-multi-auth#191 the parameter.
LITE_CONTEXT: Final = invalid_request(
    400,
    "unsupported_value",
    "X-OpenAI-Internal-Codex-Responses-Lite requires `reasoning.context` to be `all_turns`.",
    param="reasoning.context",
)
# openai/codex#30403; the envelope is inferred from the one above.
LITE_ON_OTHER_MODEL: Final = invalid_request(
    400, None, "This model is not supported when using X-OpenAI-Internal-Codex-Responses-Lite."
)
# openai/codex#26053, multica#8088.
MODEL_UNSUPPORTED: Final = detail(
    400, "The '{model}' model is not supported when using Codex with a ChatGPT account."
)
CLIENT_TOO_OLD: Final = detail(
    400,
    "The '{model}' model requires a newer version of Codex. "
    "Please upgrade to the latest app or CLI and try again.",
)
# Wei-Shaw/sub2api#3984 reports the 404; its body is inferred.
NO_SUCH_CLIENT: Final = detail(404, "Not Found")
# openai/codex#32528 quotes the text; the envelope is inferred from how the client prints it.
MODEL_NOT_FOUND: Final = error(404, message="Model not found {model}")

# Text of openai/codex#43420, code of CLIProxyAPI#6061.
MODEL_DOES_NOT_EXIST: Final = invalid_request(
    404, "model_not_found", "The model `{model}` does not exist or you do not have access to it."
)

# Credential: openai/codex#18769, CLIProxyAPI#3654, CLIProxyAPI#2386, looplj/axonhub#799,
# openai/codex#41975, hermes-agent#32992, Wei-Shaw/sub2api#1566, openai/codex#24495.
TOKEN_EXPIRED: Final = error(
    401,
    wrapped=True,
    message="Provided authentication token is expired. Please try signing in again.",
    type=None,
    code="token_expired",
    param=None,
)
TOKEN_INVALIDATED: Final = error(
    401,
    wrapped=True,
    message="Your authentication token has been invalidated. Please try signing in again.",
    type="invalid_request_error",
    code="token_invalidated",
    param=None,
)
TOKEN_REVOKED: Final = error(
    401,
    wrapped=True,
    message="Encountered invalidated oauth token for user, failing request",
    type=None,
    code="token_revoked",
    param=None,
)
TOKEN_MALFORMED: Final = detail(
    401, "Could not parse your authentication token. Please try signing in again."
)
UNAUTHORIZED: Final = detail(401, "Unauthorized")
# Only the text is known; the envelope is inferred.
NO_BEARER: Final = detail(401, "Missing Authentication header")
WRONG_KEY: Final = invalid_request(
    401, "invalid_api_key", "Incorrect API key provided. You can find your API key at the platform."
)
WRONG_HOST: Final = invalid_request(
    401,
    "missing_scope",
    "You have insufficient permissions for this operation. Missing scopes: "
    "api.responses.write. Check that you have the correct role in your organization (Reader, "
    "Writer, Owner) and project (Member, Owner), and if you're using a restricted API key, that "
    "it has the necessary scopes.",
)
WRONG_WORKSPACE: Final = Reply(
    403,
    '{"detail":{"code":"invalid_workspace_selected"}}',
    (("x-openai-authorization-error", "invalid_workspace_selected"),),
)

# Account: yilewang/llm-for-zotero#74, zed-industries/zed#55384 (envelope inferred),
# openclaw#3709, a public test fixture of the client (verification), earendil-works/pi#4172,
# openai/codex#2330 (type from the client's source), openai/codex#20745 (code from its source).
WORKSPACE_DEACTIVATED: Final = Reply(402, '{"detail":{"code":"deactivated_workspace"}}')
WORKSPACE_REGION: Final = detail(401, "Workspace is not authorized in this region.")
REGION_UNSUPPORTED: Final = error(
    403,
    code="unsupported_country_region_territory",
    message="Country, region, or territory not supported",
    param=None,
    type="request_forbidden",
)
VERIFICATION: Final = Reply(
    401,
    "{}",
    (
        ("x-openai-authorization-error", "verification_required"),
        (
            "x-error-json",
            base64.b64encode(b'{"error":{"code":"identity_verification_required"}}').decode(),
        ),
    ),
)
USAGE_LIMIT: Final = Reply(
    429,
    '{"error":{"type":"usage_limit_reached","message":"The usage limit has been reached",'
    '"plan_type":"plus","resets_at":{resets_at},"eligible_promo":null,"resets_in_seconds":13872}}',
    (
        ("x-codex-active-limit", "codex"),
        ("x-codex-primary-reset-after-seconds", "13872"),
        ("x-codex-credits-has-credits", "False"),
        ("x-codex-credits-unlimited", "False"),
    ),
)
USAGE_NOT_INCLUDED: Final = error(
    429,
    type="usage_not_included",
    message="To use Codex with your ChatGPT plan, upgrade to Plus",
)
POLICY: Final = invalid_request(
    400, "cyber_policy", "This request has been flagged for possible cybersecurity risk."
)

# Edge: openai/codex#8516, #4284, #18681; the empty 404 is openai/codex#42534.
EDGE_CHALLENGE: Final = Reply(
    403,
    '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body>'
    "<noscript>Enable JavaScript and cookies to continue</noscript>"
    "<script>window._cf_chl_opt={};</script></body></html>",
    (("cf-mitigated", "challenge"),),
    HTML,
)
EDGE_BLOCK: Final = Reply(
    403,
    "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body>"
    "<h1>Sorry, you have been blocked</h1></body></html>",
    (),
    HTML,
)
EDGE_PATH_BLOCK: Final = Reply(404, content_type=None)
EDGE_UNKNOWN: Final = Reply(403, content_type=None)

# Service: openai/codex#22122, #46211, the client's source (500), openai/codex#8944.
RATE_LIMITED: Final = Reply(429, content_type=None)
OVERLOADED: Final = Reply(503, '{"error":{"code":"server_is_overloaded"}}')
SERVER_ERROR: Final = Reply(500, '{"error":{"code":"server_error"}}')
BAD_GATEWAY: Final = Reply(
    502,
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n"
    "</body>\r\n</html>\r\n",
    (),
    HTML,
)

# Constructed, for the rules about responses that no table has.
REFUSED: Final = detail(409, "Conflict")
REDIRECT: Final = Reply(
    307, headers=(("location", "https://elsewhere.invalid/responses"),), content_type=None
)

# The token endpoint: Lampese/codex-switcher#37, the client's source (expired, invalidated; their
# messages are the client's own texts), pingdotgg/t3code#579.
REFRESH_REUSED: Final = invalid_request(
    401,
    "refresh_token_reused",
    "Your refresh token has already been used to generate a new access token. "
    "Please try signing in again.",
)
REFRESH_EXPIRED: Final = invalid_request(
    401, "refresh_token_expired", "Your refresh token has expired. Please try signing in again."
)
REFRESH_REVOKED: Final = invalid_request(
    401, "refresh_token_invalidated", "Your refresh token was revoked. Please try signing in again."
)
REFRESH_REJECTED: Final = Reply(
    400, '{"error":"invalid_grant","error_description":"Invalid refresh token"}'
)
# The code is on the page of openai/codex#41815; the body around it is inferred.
EXCHANGE_REJECTED: Final = invalid_request(
    400, "token_exchange_failed", "The authorization code is invalid, expired or was already used."
)
# openai/codex#1533.
WORKSPACE_MISSING: Final = Reply(
    400,
    'Route Error (400): {"error":{"message":"No eligible ChatGPT workspaces found.",'
    '"type":"invalid_request_error","param":null,"code":"chatgpt_account_missing"}}',
    (),
    "text/plain; charset=utf-8",
)


# HybridAIOne/hybridclaw#1146, zosma-cowork#132 and openai/codex#17833 quote sentence and code, the
# second is known by its code alone; the page around them is inferred.
def _sign_in_error(code: str) -> Reply:
    return Reply(
        400,
        "<!DOCTYPE html><html><head><title>Authentication Error</title></head><body>"
        '<h1>Authentication Error</h1><p role="alert">An error occurred during authentication '
        f"({code}). Please try again.</p></body></html>",
        (),
        HTML,
    )


AUTHORIZE_PARAMETER: Final = _sign_in_error("missing_required_parameter")
AUTHORIZE_HYDRA: Final = _sign_in_error("authorize_hydra_invalid_request")
WORKSPACE_DISABLED: Final = _sign_in_error("codex_cli_workspace_disabled")
# The client reports a 404 of this endpoint as "device code login is not enabled".
DEVICE_DISABLED: Final = Reply(404, content_type=None)
# fuzhengwei/WaLiAPI#77 names the code; the body around it is inferred.
DEVICE_PENDING: Final = invalid_request(
    403, "deviceauth_authorization_pending", "Device authorization is pending."
)

# The account's state, limits and policies. Codes and reached types are strings of clients 0.169 and
# 0.171; the envelopes around them are those of the reports beside each.
REACHED: Final = "x-codex-rate-limit-reached-type"

# Three places that report it: a header, a code, the text alone (Soju06/codex-lb#364,
# diegosouzapw/OmniRoute#4353, icebear0828/codex-proxy#248).
DEACTIVATED_HEADER: Final = Reply(
    401, '{"detail":"Unauthorized"}', (("x-openai-authorization-error", "account_deactivated"),)
)
DEACTIVATED_CODE: Final = error(
    401,
    wrapped=True,
    message="Your OpenAI account has been deactivated, please check your email for more "
    "information. If you feel this is an error, contact us through our help center.",
    type="invalid_request_error",
    code="account_deactivated",
    param=None,
)
DEACTIVATED_TEXT: Final = detail(
    401, "Your OpenAI account has been deactivated, please check your email for more information."
)


def limit(reached: str, plan: str = "business") -> Reply:
    """The 429 of a workspace's limit, with its kind in a header and in the body."""
    fields = {
        "type": "usage_limit_reached",
        "message": "The usage limit has been reached",
        "plan_type": plan,
        "rate_limit_reached_type": reached,
    }
    return Reply(429, json.dumps({"error": fields}), ((REACHED, reached),))


# numman-ali's `mapUsageLimit404`: the same body under another status, so the code decides.
LIMIT_AS_404: Final = Reply(
    404,
    '{"error":{"type":"usage_limit_reached","message":"The usage limit has been reached",'
    '"plan_type":"plus","resets_at":{resets_at}}}',
)
# cpa-usage-keeper#252: a header names the limit that applies, which is not the first one.
LIMIT_OF_A_FAMILY: Final = Reply(
    429,
    '{"error":{"type":"usage_limit_reached","message":"The usage limit has been reached",'
    '"plan_type":"pro","resets_at":{resets_at}}}',
    (
        ("x-codex-active-limit", "codex_bengalfox"),
        ("x-codex-bengalfox-limit-name", "GPT-Spark"),
        ("x-codex-bengalfox-primary-used-percent", "100"),
        ("x-codex-bengalfox-primary-window-minutes", "300"),
    ),
)
ORGANIZATION_USAGE: Final = error(
    429,
    message="Quota exceeded. Check your plan and billing details.",
    type="insufficient_quota",
    param=None,
    code="organization_usage_limit_exceeded",
)
HOOK_DENIED: Final = invalid_request(
    403, "inference_hook_denied", "Your workspace inference hook blocked this request."
)
PROGRAM_MISSING: Final = invalid_request(
    403, "access_program_not_enabled", "This access program is not enabled for your workspace."
)
POLICY_CAPACITY: Final = error(
    503,
    message="There is no capacity for this request at the moment.",
    type="server_error",
    param=None,
    code="policy_capacity_unavailable",
)

# Pages of filters between this machine and the provider, constructed after public examples.
FILTER_PAGE: Final = Reply(
    403,
    "<!DOCTYPE html><html><head><title>Web page blocked</title></head><body>"
    "<h1>Access denied</h1><p>The category of this page (Generative AI) is not allowed by your "
    "organisation's internet policy.</p></body></html>",
    (),
    HTML,
)
PORTAL_PAGE: Final = Reply(
    511,
    "<!DOCTYPE html><html><head><title>Welcome to Rehearsal Guest WiFi</title></head><body>"
    '<form action="/accept"><button>Accept and connect</button></form></body></html>',
    (),
    HTML,
)
