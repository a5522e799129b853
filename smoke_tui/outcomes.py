"""Outcomes, codes, verdicts and exit codes: data, and the few pure rules over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final, Literal


class Outcome(StrEnum):
    """How a step ended; a closed set."""

    PASS = "pass"
    FAIL = "fail"
    BLOCKED = "blocked"
    EXPECTED_LIMITATION = "expected-limitation"
    WAIVED = "waived"
    NOT_RUN = "not-run"
    ERROR = "error"


class Verdict(StrEnum):
    """How a session ended; computed, never typed. Worst first."""

    ERROR = "error"
    FAIL = "fail"
    BLOCKED = "blocked"
    EXPECTED_LIMITATION = "expected-limitation"
    INCOMPLETE = "incomplete"
    PASS_WITH_WAIVERS = "pass-with-waivers"
    PASS_ATTESTED = "pass-attested"
    PASS = "pass"


class Exit(IntEnum):
    """Process exit codes; 128+n for a signal stands beside them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    NOT_PROVABLE = 4
    NOTHING = 5
    DIVERGENCE = 6
    SECRET = 7
    INTERNAL = 70


EXIT_PRECEDENCE: Final = (
    Exit.INTERNAL,
    Exit.SECRET,
    Exit.INVALID,
    Exit.DIVERGENCE,
    Exit.FAILED,
    Exit.NOT_PROVABLE,
    Exit.NOTHING,
)

VERDICT_EXITS: Final = {
    Verdict.ERROR: Exit.INTERNAL,
    Verdict.FAIL: Exit.FAILED,
    Verdict.BLOCKED: Exit.NOT_PROVABLE,
    Verdict.EXPECTED_LIMITATION: Exit.NOT_PROVABLE,
    Verdict.INCOMPLETE: Exit.NOT_PROVABLE,
    Verdict.PASS_WITH_WAIVERS: Exit.OK,
    Verdict.PASS_ATTESTED: Exit.OK,
    Verdict.PASS: Exit.OK,
}


def worst_exit(codes: Iterable[Exit]) -> Exit:
    """The one exit code of several findings, by the documented precedence."""
    seen = set(codes)
    return next((code for code in EXIT_PRECEDENCE if code in seen), Exit.OK)


Side = Literal["us", "this machine", "the account", "the provider", "the stack", "the operator"]
Fallback = Literal["no", "automatic", "if-blank", "second"]
Retry = Literal["no", "once", "once-after-refresh"]


@dataclass(frozen=True, slots=True)
class Code:
    """One way a step can end other than well.

    `what` says what happened, `side` whose side it is on, `remedy` what to do next.
    `fallback` says whether the drift fallback is taken, `retry` whether the engine tries again.
    """

    name: str
    group: str
    outcome: Outcome
    side: Side
    what: str
    remedy: str
    fallback: Fallback = "no"
    retry: Retry = "no"


_F, _B = Outcome.FAIL, Outcome.BLOCKED

_ROWS: Final[tuple[tuple[str, str, Outcome, Side, str, str], ...]] = (
    ("instructions-drift", "instructions", _F, "the provider",
     "The provider no longer accepts the base instructions that were sent.",
     "Set the product's instructions variable to the current text and retry once."),
    ("instructions-missing", "instructions", _F, "us",
     "The request reached the provider without base instructions.",
     "Check that the instructions variable is not set to a blank value; else mend the request."),
    ("shape-rejected", "shape", _F, "us",
     "The provider refused the shape of the request.",
     "Compare the request with the real client's; no variable mends this."),
    ("lite-shape", "shape", _F, "us",
     "The request breaks the contract of the Responses-Lite shape for this model.",
     "Send the lite shape only where the catalogue asks for it; no variable mends this."),
    ("model-unsupported", "model", _F, "the provider",
     "The model is retired, misspelt or not on this plan.",
     "Choose a model that the catalogue lists (--model)."),
    ("client-too-old", "model", _F, "us",
     "The provider asks for a newer client version for this model.",
     "Raise the advertised client version or choose an older model (--model)."),
    ("model-not-found", "model", _F, "the provider",
     "The provider does not know the model under this name.",
     "Choose a model that the catalogue lists (--model), or try again later."),
    ("token-expired", "credential", _F, "the account",
     "The access token has expired.",
     "Log in again; if the token should still be valid, check this machine's clock."),
    ("token-revoked", "credential", _F, "the account",
     "The access token was revoked before it expired.",
     "Log in again."),
    ("token-malformed", "credential", _F, "us",
     "The provider could not parse the token: it is cut, mistyped or of the wrong kind.",
     "Paste or load the bundle again, whole."),
    ("unauthorized", "credential", _F, "the account",
     "The provider refused the credential without saying why.",
     "Check that the account id belongs to the token, then log in again."),
    ("wrong-host", "credential", _F, "us",
     "A subscription token was sent to the API host, where it has no scope.",
     "Send the call to the Codex backend; do not add scopes."),
    ("wrong-workspace", "credential", _F, "the account",
     "The account id is not a workspace of this token.",
     "Log in again and choose the right workspace."),
    ("workspace-deactivated", "account", _B, "the account",
     "The workspace is deactivated.",
     "Renew the workspace, or log in with a personal account."),
    ("workspace-region", "account", _B, "the account",
     "The workspace may not be used from this region.",
     "Use a network in the workspace's region."),
    ("region-unsupported", "account", _B, "this machine",
     "The provider does not serve the country this machine's traffic comes from.",
     "Route this process through the same network as your browser."),
    ("verification-required", "account", _B, "the account",
     "The account has to be verified first.",
     "Finish the verification in ChatGPT, then try again."),
    ("usage-limit-reached", "account", _B, "the account",
     "The subscription's usage limit is reached; login, headers and routing all worked.",
     "Wait until the window resets; do not retry."),
    ("usage-not-included", "account", _B, "the account",
     "The plan does not include Codex, or an upgrade has not arrived yet.",
     "Check the plan and the workspace, log in again, or wait a day."),
    ("quota-exhausted", "account", _B, "the account",
     "Credits or spending limit are used up.",
     "Check plan and billing."),
    ("policy-refused", "account", _B, "the provider",
     "The provider refused the prompt on policy grounds.",
     "Use the runbook's neutral prompt."),
    ("edge-challenge", "edge", _B, "this machine",
     "The provider's edge answered with a browser challenge instead of the service.",
     "Use a non-datacenter network; check User-Agent, originator and account id."),
    ("edge-block", "edge", _B, "this machine",
     "The provider's edge blocks this address.",
     "Use another network; a block often means a restricted region."),
    ("edge-path-block", "edge", _B, "the provider",
     "The edge answered 404 with an empty body: a path block or an incident.",
     "Look at the provider's status page and try a second client before blaming either side."),
    ("edge-unknown", "edge", _B, "the provider",
     "The edge answered 403 with an empty body.",
     "Try again later; compare with the real client and the status page."),
    ("rate-limited", "service", _B, "the provider",
     "Too many requests in a short time.",
     "Wait some minutes; do not hammer."),
    ("overloaded", "service", _B, "the provider",
     "The model is at capacity.",
     "Try again later or choose another model."),
    ("server-error", "service", _B, "the provider",
     "The provider's server failed.",
     "Try again later; keep the request id."),
    ("bad-gateway", "service", _B, "the provider",
     "The edge could not reach the provider's server.",
     "Try again in a minute."),
    ("response-failed", "service", _B, "the provider",
     "The provider reported that the response failed.",
     "Try again once; keep the request id."),
    ("stream-cut", "stream", _B, "the provider",
     "The stream ended before the response was complete.",
     "Try again; look at proxies that cut long answers."),
    ("stream-stalled", "stream", _B, "the provider",
     "The stream stopped sending before the response was complete.",
     "Try again; look at proxies that buffer."),
    ("stream-malformed", "stream", _F, "the provider",
     "The stream broke the rules of the protocol.",
     "Keep the evidence; compare with the real client."),
    ("stream-oversized", "stream", _F, "the provider",
     "The stream was larger than the limits of this tool.",
     "Keep the evidence; ask for a shorter answer."),
    ("context-length", "stream", _F, "us",
     "The request is too long for the model.",
     "Shorten the prompt or the instructions."),
    ("degraded-model", "degrade", _F, "the provider",
     "Another model than the one asked for answered.",
     "Report both names; check the account's standing."),
    ("degraded-empty", "degrade", _F, "the provider",
     "The answer is complete but empty, or does not hold the call's nonce.",
     "Read the evidence: something on the way swallowed or replaced the answer."),
    ("degraded-incomplete", "degrade", _F, "the provider",
     "The provider ended the response as incomplete.",
     "Read the reason in the evidence."),
    ("degraded-no-usage", "degrade", _F, "the provider",
     "The response carries no usable count of tokens.",
     "Read the evidence: a proxy may have dropped the last event."),
    ("degraded-route", "degrade", _F, "the stack",
     "The turn was answered, but not on the subscription.",
     "Find the stack's fallback; an answer on another route proves nothing."),
    ("route-unproven", "proof", _B, "the stack",
     "Nothing shows which route answered the turn, and nothing contradicts the subscription.",
     "Attest what you saw, or give the tool a ledger to look at (--ledger)."),
    ("network", "network", _B, "this machine",
     "No connection to the host came about.",
     "Check network, VPN and proxy."),
    ("dns", "network", _B, "this machine",
     "The host's name could not be resolved.",
     "Check DNS and VPN."),
    ("tls", "network", _B, "this machine",
     "The TLS connection could not be verified.",
     "Check SSL_CERT_FILE, the CA store and TLS-inspecting proxies."),
    ("proxy", "network", _B, "this machine",
     "The proxy refused or broke the connection.",
     "Check HTTPS_PROXY, ALL_PROXY and NO_PROXY."),
    ("timeout", "network", _B, "this machine",
     "The step's time was up before an answer came.",
     "Try again; raise the step's timeout if the answer is only slow."),
    ("refresh-reused", "refresh", _B, "the account",
     "The refresh token was already used by another program.",
     "Log in again; never share one login between two programs."),
    ("refresh-expired", "refresh", _B, "the account",
     "The refresh token has expired.", "Log in again."),
    ("refresh-revoked", "refresh", _B, "the account",
     "The refresh token was revoked.", "Log in again."),
    ("refresh-rejected", "refresh", _B, "the account",
     "The refresh was refused.", "Log in again."),
    ("refresh-unknown", "refresh", _B, "the provider",
     "The refresh was sent and no answer came: the token may or may not have been replaced.",
     "Log in again; the old token must not be tried a second time."),
    ("port-busy", "login", _B, "this machine",
     "The login callback's ports are taken by another program.",
     "Close the other login, or paste the redirect address instead."),
    ("port-forbidden", "login", _B, "this machine",
     "The system does not let this program listen on the callback's ports.",
     "Look at excluded port ranges, or paste the redirect address instead."),
    ("login-denied", "login", _B, "the operator",
     "The login was denied on the sign-in page.",
     "Start a new login and accept, in the newest tab."),
    ("login-timeout", "login", _B, "the operator",
     "No sign-in came back in time.",
     "Start a new login; on a remote machine paste the redirect address."),
    ("login-cancelled", "login", _B, "the operator",
     "The login was cancelled.", "Start a new login when you are ready."),
    ("scope-rejected", "login", _F, "us",
     "The issuer does not allow the scopes that were asked for.",
     "Ask for the scopes of the real client; do not add any."),
    ("entitlement-missing", "login", _B, "the account",
     "Codex is not enabled for this workspace.",
     "Ask the workspace's admin, or sign in with a personal account."),
    ("workspace-missing", "login", _B, "the account",
     "The account has no workspace that may use Codex.",
     "Sign in with the account that holds the Plus or Pro plan."),
    ("workspace-restricted", "login", _B, "the account",
     "The login is restricted to another workspace.",
     "Switch the workspace in the browser and log in again."),
    ("exchange-rejected", "login", _F, "us",
     "The issuer refused to exchange the code for tokens.",
     "Start a new login; a code works once."),
    ("device-login-disabled", "login", _B, "the account",
     "Device login is switched off for this account.",
     "Enable it in ChatGPT's security settings, or use the browser login."),
    ("account-id-missing", "login", _B, "the account",
     "The credential names no ChatGPT account.",
     "Log in with the account that holds the subscription."),
    ("bundle-incomplete", "login", _F, "us",
     "The login answered without all the tokens a bundle needs.",
     "Check the requested scopes (offline_access gives the refresh token)."),
    ("guard-unmet", "local", _B, "this machine",
     "A condition that the runbook sets before this step is not met.",
     "Do what the guard's reason says, then try the step again."),
    ("needs-operator", "local", _B, "the operator",
     "This step needs a person, and none is here.",
     "Run it in the app, or give the answer with --answers."),
    ("operator-declined", "local", _B, "the operator",
     "The operator chose not to go on.",
     "Try the step again, or waive it with a reason."),
    ("command-failed", "local", _F, "the stack",
     "A command ended with an error.",
     "Read its output; mend it and try the step again."),
    ("command-missing", "local", _B, "this machine",
     "A command of this step was not found or can't be run.",
     "Check --project and what the runbook needs installed."),
    ("command-timeout", "local", _B, "the stack",
     "A command did not end in time.",
     "Read its output; raise the step's timeout if it is only slow."),
    ("not-ready", "local", _B, "the stack",
     "The service did not become ready in time.",
     "Read its output; check the readiness probe."),
    ("service-died", "local", _B, "the stack",
     "A service that this step needs has died.",
     "Read its last output, then try the service's step again."),
    ("not-configured", "local", _B, "the operator",
     "Something this step needs was not given.",
     "Give it by option, environment or config.toml."),
    ("over-budget", "local", _B, "the operator",
     "The call would go over the cap of the step or the session.",
     "Raise the cap in the runbook if you mean to spend more."),
    ("ci-refused", "local", _B, "the operator",
     "Live calls are refused where CI is set.",
     "Run it from a person's own machine."),
    ("interrupted", "local", _B, "the operator",
     "The step was stopped before it ended.",
     "Resume the session, or try the step again."),
    ("request-refused", "unlisted", _F, "the provider",
     "The provider refused the request in a way nobody has described yet.",
     "Read the raw answer; compare with the real client."),
    ("redirect-refused", "unlisted", _F, "the provider",
     "The answer was a redirect; redirects are never followed with a credential.",
     "Check the configured address."),
    ("expectation-unmet", "answer", _F, "the stack",
     "The step ran, and what it had to show was not there.",
     "Compare what was expected with what was seen."),
    ("text-drift", "answer", _F, "the provider",
     "The text differs from the recorded one by more than the threshold.",
     "Classify the drift before accepting anything."),
    ("tool-call-drift", "answer", _F, "the provider",
     "The tool calls differ from the recorded ones.",
     "Classify the drift before accepting anything."),
    ("judge-fail", "answer", _F, "the provider",
     "The judge says that the behaviour is not the expected one.",
     "Read the judge's reason beside the answer."),
    ("judge-format-violation", "answer", _F, "the provider",
     "Format Non-compliance Detected: the judge did not answer in its format.",
     "Read the raw answer; a violation is neither pass nor fail."),
)

_FALLBACKS: Final[dict[str, Fallback]] = {
    "instructions-drift": "automatic",
    "instructions-missing": "if-blank",
    **dict.fromkeys(
        ("token-expired", "token-revoked", "token-malformed", "unauthorized", "wrong-host",
         "wrong-workspace"),
        "second",
    ),
}
_RETRIES: Final[dict[str, Retry]] = {
    "token-expired": "once-after-refresh",
    "unauthorized": "once-after-refresh",
    **dict.fromkeys(
        ("rate-limited", "overloaded", "server-error", "bad-gateway", "response-failed",
         "stream-cut", "stream-stalled", "network", "dns", "tls", "proxy", "timeout"),
        "once",
    ),
}

CODES: Final[dict[str, Code]] = {
    row[0]: Code(*row, fallback=_FALLBACKS.get(row[0], "no"), retry=_RETRIES.get(row[0], "no"))
    for row in _ROWS
}
"""Every code of a step that did not pass, by name."""


def outcome_of(code: str, *, fresh_credential: bool = True) -> Outcome:
    """The table's outcome of a code.

    A credential code is a failure only where the bundle was fresh: issued in this session, or
    unexpired by its own claims.
    """
    row = CODES[code]
    if row.group == "credential" and not fresh_credential:
        return Outcome.BLOCKED
    return row.outcome
