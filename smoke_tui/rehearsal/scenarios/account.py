"""Scenarios of the account: deactivated, out of quota, blocked by a policy or a network."""

from __future__ import annotations

from typing import Final

from smoke_tui.rehearsal.provider import replies, streaming
from smoke_tui.rehearsal.provider.replies import Reply
from smoke_tui.rehearsal.provider.streaming import Script
from smoke_tui.rehearsal.scenarios.scenario import Scenario

_CLIENT: Final = "code and meaning from clients 0.169 and 0.171"


def _refused(
    name: str, sentence: str, reply: Reply, basis: str, *, before_edge: bool = False
) -> Scenario:
    return Scenario(
        name, sentence, basis, refusal=reply, at_edge=before_edge, from_between=before_edge
    )


def _failed(name: str, sentence: str, code: str, message: str) -> Scenario:
    return Scenario(name, sentence, _CLIENT, script=Script(streaming.FAILED, error=(code, message)))


ACCOUNT_ROWS: Final = (
    _refused(
        "account-deactivated",
        "The account is deactivated; only a header says so.",
        replies.DEACTIVATED_HEADER,
        "diegosouzapw/OmniRoute#4353, place of the code from the client's source",
    ),
    _refused(
        "account-deactivated-code",
        "The account is deactivated, and the body's code says so.",
        replies.DEACTIVATED_CODE,
        "Soju06/codex-lb#364",
    ),
    _refused(
        "account-deactivated-text",
        "The account is deactivated, in words without a code.",
        replies.DEACTIVATED_TEXT,
        "icebear0828/codex-proxy#248",
    ),
    _refused(
        "usage-limit-reached-404",
        "The usage limit is reached, under the status 404.",
        replies.LIMIT_AS_404,
        "numman-ali's source",
    ),
    _refused(
        "usage-limit-reached-family",
        "The limit of one family of models is reached; the plan's own windows are not.",
        replies.LIMIT_OF_A_FAMILY,
        "cpa-usage-keeper#252",
    ),
    _refused(
        "quota-exhausted-owner-credits",
        "The workspace's credits are gone, and the operator owns the workspace.",
        replies.limit("workspace_owner_credits_depleted"),
        _CLIENT,
    ),
    _refused(
        "quota-exhausted-member-credits",
        "The workspace's credits are gone, and only its owner can refill them.",
        replies.limit("workspace_member_credits_depleted"),
        "openai/codex#27598, manaflow-ai/subrouter#346",
    ),
    _refused(
        "quota-exhausted-owner-cap",
        "The workspace's spend cap is reached, and the operator owns the workspace.",
        replies.limit("workspace_owner_usage_limit_reached"),
        _CLIENT,
    ),
    _refused(
        "quota-exhausted-member-cap",
        "The workspace's spend cap is reached, and only its owner can raise it.",
        replies.limit("workspace_member_usage_limit_reached"),
        _CLIENT,
    ),
    _refused(
        "quota-exhausted-organization",
        "The organisation's usage limit is exceeded.",
        replies.ORGANIZATION_USAGE,
        _CLIENT,
    ),
    _failed(
        "quota-exhausted-organization-spend",
        "The stream fails: the organisation's spend limit is exceeded.",
        "organization_spend_limit_exceeded",
        "Quota exceeded. Check your plan and billing details.",
    ),
    _refused(
        "policy-refused-hook",
        "A hook of the workspace blocks the request.",
        replies.HOOK_DENIED,
        _CLIENT,
    ),
    _refused(
        "policy-refused-program",
        "The access program that the request needs is not enabled for the workspace.",
        replies.PROGRAM_MISSING,
        f"{_CLIENT}, text constructed",
    ),
    _failed(
        "policy-refused-content",
        "The stream fails: a content policy is violated.",
        "content_policy_violation",
        "The request was rejected by our content policy.",
    ),
    Scenario(
        "policy-refused-refusal",
        "The model refuses, in a part of its answer that is no text.",
        "the events of openai's public API; the answer's words constructed",
        script=Script(streaming.REFUSAL),
    ),
    _refused(
        "overloaded-policy",
        "The policy service has no capacity.",
        replies.POLICY_CAPACITY,
        _CLIENT,
    ),
    _refused(
        "intercepted",
        "A company filter answers in the provider's place, the preflight included.",
        replies.FILTER_PAGE,
        "constructed from the public look of such pages",
        before_edge=True,
    ),
    _refused(
        "intercepted-portal",
        "A captive portal answers in the provider's place, the preflight included.",
        replies.PORTAL_PAGE,
        "RFC 6585, 6; the page constructed",
        before_edge=True,
    ),
)
