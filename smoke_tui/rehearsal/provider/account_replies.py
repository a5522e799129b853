"""What the account's state, its limits and its workspace's policies answer: data only.

Codes and reached types are strings of clients 0.169 and 0.171; the envelopes around them are
those of the reports beside each.
"""

from __future__ import annotations

import json
from typing import Final

from smoke_tui.rehearsal.provider.replies import HTML, Reply, detail, error

REACHED: Final = "x-codex-rate-limit-reached-type"

# The three places where it was told: a header, a code, the text alone (Soju06/codex-lb#364,
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
    """429 of a workspace's limit, with its kind in the header and in the body."""
    fields = {
        "type": "usage_limit_reached",
        "message": "The usage limit has been reached",
        "plan_type": plan,
        "rate_limit_reached_type": reached,
    }
    return Reply(429, json.dumps({"error": fields}), ((REACHED, reached),))


# numman-ali's `mapUsageLimit404`: the same under another status, so the code decides.
LIMIT_AS_404: Final = Reply(
    404,
    '{"error":{"type":"usage_limit_reached","message":"The usage limit has been reached",'
    '"plan_type":"plus","resets_at":{resets_at}}}',
)
# cpa-usage-keeper#252: the limit that counts is named by a header, and is not the first one.
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
HOOK_DENIED: Final = error(
    403,
    message="Your workspace inference hook blocked this request.",
    type="invalid_request_error",
    param=None,
    code="inference_hook_denied",
)
PROGRAM_MISSING: Final = error(
    403,
    message="This access program is not enabled for your workspace.",
    type="invalid_request_error",
    param=None,
    code="access_program_not_enabled",
)
POLICY_CAPACITY: Final = error(
    503,
    message="There is no capacity for this request at the moment.",
    type="server_error",
    param=None,
    code="policy_capacity_unavailable",
)

# Pages of what stands between this machine and the provider; constructed from their public looks.
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
