"""The text of a code: its row of the table, or what the answer's own fields make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from smoke_tui.failure_codes.code import Code
from smoke_tui.failure_codes.table import CODES
from smoke_tui.structs import Struct, replace

LONGEST: Final = 120
About = Mapping[str, Any]

REACHED: Final[Mapping[str, tuple[str, str]]] = {
    "workspace_owner_credits_depleted": (
        "The workspace is out of credits, and this account is its owner; no window brings them "
        "back.",
        "Add credits to the workspace, then try again.",
    ),
    "workspace_member_credits_depleted": (
        "The workspace is out of credits; no window brings them back.",
        "Ask the workspace's owner to add credits; this account can't do it itself.",
    ),
    "workspace_owner_usage_limit_reached": (
        "The spend cap of the workspace is reached, and this account is its owner.",
        "Raise the workspace's spend cap, then try again.",
    ),
    "workspace_member_usage_limit_reached": (
        "The spend cap that the workspace's owner set is reached.",
        "Ask the workspace's owner to raise the spend cap; this account can't do it itself.",
    ),
}
"""Which limit was reached, as the provider names it: whose it is, and who can help."""

NAMED: Final[Mapping[str, tuple[str, str]]] = {
    "organization_spend_limit_exceeded": (
        "The organisation's spend limit is reached.",
        "Ask an owner of the organisation to raise its spend limit.",
    ),
    "organization_usage_limit_exceeded": (
        "The organisation's usage limit is reached.",
        "Ask an owner of the organisation to raise its usage limit.",
    ),
    "inference_hook_denied": (
        "A hook of the workspace blocked this request; the provider's policy did not.",
        "Ask the workspace's admin what its inference hook blocks.",
    ),
    "access_program_not_enabled": (
        "The model belongs to an access programme that this workspace has not enabled.",
        "Ask the workspace's admin to enable the programme, or choose another model (--model).",
    ),
    "policy_capacity_unavailable": (
        "The provider's policy check has no capacity at the moment, so that nothing is answered.",
        "Try again later; another model does not help.",
    ),
}
"""Codes of the server's that say more than what they are called here."""


class CodeText(Struct, frozen=True):
    """What happened, whose side it is on, what to do next."""

    what: str
    side: str
    remedy: str


def text_of_code(name: str | None, observed: Mapping[str, Any] | None = None) -> CodeText | None:
    """The text of a code, with what its try observed; None where there is no such code."""
    code = CODES.get(name or "")
    if code is None:
        return None
    about = (observed or {}).get("about")
    row = CodeText(code.what, code.side, code.remedy)
    if isinstance(about, Mapping):
        particular = _PARTICULAR.get(code.name) or _PARTICULAR.get(code.group)
        row = _named(particular(code, row, about) if particular else row, about)
    return _seconded(code, row, (observed or {}).get("second_opinion"))


def _seconded(code: Code, row: CodeText, result: object) -> CodeText:
    """What a second opinion changes: whose side it is, and what to do next."""
    if result == "accepted":
        return CodeText(
            f"{row.what} The installed client's shape was accepted.",
            "us",
            "Call with --shape installed until ours is corrected; the differences are in the report.",
        )
    if result == "refused-alike" and code.group != "model":
        return CodeText(
            f"{row.what} The installed client's shape was refused alike.",
            "the provider",
            "Try the Codex CLI itself with this account; if it is refused, too, ask the "
            "provider's support with both request ids.",
        )
    return row


def _named(row: CodeText, about: About) -> CodeText:
    name = _text(about, "named")
    if name is None:
        return row
    return replace(
        row,
        what=f"{row.what} The answer names {name}, a code that nobody has "
        "described yet; it was not tried again.",
    )


def _quota(code: Code, row: CodeText, about: About) -> CodeText:
    what, remedy = (
        REACHED.get(_text(about, "reached") or "")
        or NAMED.get(_text(about, "code") or "")
        or (row.what, row.remedy)
    )
    return replace(row, what=what, remedy=remedy)


def _server_code(code: Code, row: CodeText, about: About) -> CodeText:
    what, remedy = NAMED.get(_text(about, "code") or "", (row.what, row.remedy))
    return replace(row, what=what, remedy=remedy)


def _usage(code: Code, row: CodeText, about: About) -> CodeText:
    window, limit, plan = (_text(about, name) for name in ("window", "limit", "plan"))
    which = f"{'the ' + window + ' window' if window else 'a limit'}"
    which += f" of {limit}" if limit else ""
    of_plan = f" (plan {plan})" if plan else ""
    when = moment(about.get("resets_at"))
    what = row.what
    if window or limit or plan:
        what = (
            f"The subscription's usage limit is reached: {which} is used up{of_plan}; login, "
            "headers and routing all worked."
        )
    remedy = f"Wait until {when}, when it resets; do not retry." if when else row.remedy
    return replace(row, what=what, remedy=remedy)


def _shape(code: Code, row: CodeText, about: About) -> CodeText:
    param = _text(about, "param")
    return (
        row
        if param is None
        else replace(row, what=f"{row.what.rstrip('.')}: it names the field {param}.")
    )


def _model(code: Code, row: CodeText, about: About) -> CodeText:
    model, version = _text(about, "model"), _text(about, "needs_version")
    what, remedy = row.what, row.remedy
    by_stack = _text(about, "asked_by") is not None
    if code.name == "model-unlisted":
        return _unlisted(row, model, version)
    if code.name == "client-too-old":
        subject = model or "this model"
        what = (
            f"The provider serves {subject} from client version {version} on."
            if version
            else f"The provider asks for a newer client version for {subject}."
        )
        if version:
            remedy = (
                f"Advertise client version {version} or later (--client-version), or choose "
                "an older model (--model)."
            )
    elif model is not None:
        what = f"{what.rstrip('.')}: {model}."
    return (
        _of_the_stack(code, replace(row, what=what), about)
        if by_stack
        else replace(row, what=what, remedy=remedy)
    )


def _of_the_stack(code: Code, row: CodeText, about: About) -> CodeText:
    """A model that the stack was refused: the client version is its own, not this tool's."""
    version, served = _text(about, "needs_version"), _text(about, "served_to")
    if served is None and code.name != "client-too-old":
        return replace(
            row,
            remedy="Give the organisation another model that the catalogue lists "
            "(the step of the hand-over).",
        )
    client_version_text = (
        f" The live call was served it with client version {served}." if served else ""
    )
    which = f"client version {version} or later" if version else "a newer client version"
    return CodeText(
        row.what + client_version_text,
        "the stack",
        f"Have the stack advertise {which}, or give the organisation another model "
        "(the step of the hand-over).",
    )


def _unlisted(row: CodeText, model: str | None, version: str | None) -> CodeText:
    """A model, or every one, that the catalogue does not list for the client version."""
    what = (
        f"The catalogue does not list {model} for this client version; nothing was spent."
        if model
        else row.what
    )
    if version is None:
        return replace(row, what=what)
    instead = (
        "choose a model that the catalogue lists (--model)"
        if model
        else "name a model with --model and --unlisted"
    )
    return replace(
        row,
        what=what,
        remedy=(f"Install a newer Codex CLI or give --client-version {version}; else {instead}."),
    )


def _intercepted(code: Code, row: CodeText, about: About) -> CodeText:
    page, host = _text(about, "page"), _text(about, "redirect")
    if host is not None:
        return replace(
            row,
            what="Something between this machine and the provider redirects to "
            f"{host}; a redirect is never followed.",
        )
    return (
        row
        if page is None
        else replace(
            row,
            what=f"{row.what.rstrip('.')}; it calls itself \N{LEFT DOUBLE QUOTATION MARK}{page}"
            "\N{RIGHT DOUBLE QUOTATION MARK}.",
        )
    )


def _redirect(code: Code, row: CodeText, about: About) -> CodeText:
    host = _text(about, "redirect")
    return (
        row
        if host is None
        else replace(
            row,
            what=f"The answer was a redirect to {host}, which was not followed.",
        )
    )


_PARTICULAR: Final[Mapping[str, Callable[[Code, CodeText, About], CodeText]]] = {
    "quota-exhausted": _quota,
    "usage-limit-reached": _usage,
    "shape": _shape,
    "model": _model,
    "intercepted": _intercepted,
    "policy-refused": _server_code,
    "overloaded": _server_code,
    "redirect-refused": _redirect,
}
"""By code, else by group."""


def moment(seconds: object) -> str | None:
    """A Unix time as everyone reads it alike, whatever their zone (ISO 8601 UTC)."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    if not 0 < seconds < 1 << 34:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(about: About, name: str) -> str | None:
    value = about.get(name)
    return " ".join(value.split())[:LONGEST] if isinstance(value, str) and value.strip() else None
