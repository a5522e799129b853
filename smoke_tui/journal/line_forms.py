"""The form of recorded events: what readers of a record rely on, checked before they read it.

A checksum says that a line is whole, not that this program wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from smoke_tui.journal.events.event import Event, JournalDamageError

Spec = Any
"""A tuple of types; a list with the spec of its items; a dict of specs by key (`key?`: may be
missing); `Each` with the spec of every value of a mapping.
"""


class Each:
    """Every value of a mapping has this form."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec


TEXT: Final = (str,)
TEXT_OR_NONE: Final = (str, type(None))
WHOLE: Final = (int,)
NUMBER: Final = (int, float)
YES_NO: Final = (bool,)
TABLE: Final = (dict,)
WINDOW: Final = {"window_minutes": WHOLE, "used_percent": NUMBER, "resets_at": TEXT_OR_NONE}
SECRETS: Final = Each({"kind": TEXT, "ref": TEXT, "public": TABLE})
BLOBS: Final = Each({"sha256": TEXT, "bytes": WHOLE})
CONFIG: Final = {
    "world": TEXT,
    "origin": TEXT,
    "codex_url": TEXT,
    "issuer": TEXT,
    "user_agent": TEXT,
    "originator": TEXT_OR_NONE,
    "scenario?": TEXT_OR_NONE,
    "only?": TEXT_OR_NONE,
    "start_from?": TEXT_OR_NONE,
    "model?": TEXT_OR_NONE,
    "runbook_model?": TEXT_OR_NONE,
    "allow_hosts?": [TEXT],
    "shape?": TEXT_OR_NONE,
    "project?": TEXT,
    "api_url?": TEXT,
    "stack_url?": TEXT,
    "path_prepend?": TEXT_OR_NONE,
    "instructions_file?": TEXT_OR_NONE,
    "bundle?": TEXT,
    "refreshable?": YES_NO,
    "callback_ports?": [WHOLE],
    "callback_seconds?": NUMBER,
    "redirect_host?": TEXT,
    "login?": TEXT,
    "login_originator?": TEXT_OR_NONE,
    "client_version?": TEXT_OR_NONE,
    "client_source?": TEXT,
    "installed_version?": TEXT_OR_NONE,
    "installed_problem?": TEXT_OR_NONE,
    "attested?": [[TEXT]],
    "ledger?": TEXT,
    "ledger_table?": TEXT_OR_NONE,
    "ledger_columns?": [TEXT],
    "codex?": TEXT_OR_NONE,
    "patience?": NUMBER,
}
PROGRAM: Final = {
    "tool": TEXT,
    "config": CONFIG,
    "by": TEXT,
    "host": TEXT,
    "system?": TEXT,
    "python?": TEXT,
    "network?": [TEXT],
    "project?": (dict, type(None)),
    "pid?": WHOLE,
}

FORMS: Final[Mapping[str, Spec]] = {
    "session.opened": {
        **PROGRAM,
        "schema": TEXT,
        "session": TEXT,
        "runbook": {"id": TEXT, "path": TEXT, "sha256": TEXT, "text": TEXT},
    },
    "session.resumed": {**PROGRAM, "undone?": [TEXT], "rerun?": TEXT_OR_NONE},
    "session.closed": {"verdict": TEXT, "steps?": Each(TEXT), "cancelled?": TEXT_OR_NONE},
    "http": {
        "status": (int, type(None)),
        "headers": [[TEXT]],
        "chunks": [[WHOLE]],
        "ms": WHOLE,
        "error": TEXT_OR_NONE,
        "error_text": TEXT,
        "blobs?": BLOBS,
    },
    "answered": {"answer": Each((str, int, float, bool, type(None), list, dict))},
    "process": {"what": TEXT, "text?": TEXT, "source?": TEXT},
    "cancelled": {"scope": TEXT, "why": TEXT},
    "fault": {"trace": TEXT},
    "noted": {"text": TEXT},
    "ledger": {"problem": TEXT_OR_NONE, "rows?": [TABLE]},
    "request": {
        "port": TEXT,
        "kind?": TEXT_OR_NONE,
        "text?": (str, dict),
        "op?": TEXT,
        "method?": TEXT,
        "url?": (str, dict),
        "headers?": [(list,)],
    },
    "try.started": {"cause": TEXT, "caller": TEXT_OR_NONE, "kind?": TEXT},
    "try.finished": {
        "code": TEXT_OR_NONE,
        "summary": TEXT,
        "error": YES_NO,
        "observed": {
            "status?": (int, type(None)),
            "headers?": [[TEXT]],
            "fresh?": YES_NO,
            "said?": TEXT_OR_NONE,
            "delay?": (int, float, type(None)),
        },
    },
    "step.finished": {
        "outcome": TEXT,
        "code": TEXT_OR_NONE,
        "summary": TEXT,
        "reason?": TEXT_OR_NONE,
        "by?": TEXT_OR_NONE,
    },
    "evidence": {"name": TEXT, "value": (str, int, float, bool, type(None), list, dict)},
    "finding": {"code": TEXT, "message": TEXT, "remedy": TEXT},
    "captured": {"name": TEXT},
    "provided": {"name": TEXT},
    "resource.lost": {"name": TEXT},
    "undone": {"steps": [TEXT], "changed?": Each(TEXT)},
    "amended": {"answer": TEXT, "why": TEXT, "by": TEXT, "old": {"outcome": TEXT}},
    "spend.reserved": {
        "calls": WHOLE,
        "kind?": TEXT,
        "worst_usd?": TEXT_OR_NONE,
        "model?": TEXT_OR_NONE,
    },
    "spend.settled": {
        "limits?": [WINDOW],
        "usd_metered?": TEXT_OR_NONE,
        "usd_api_equivalent?": TEXT_OR_NONE,
    },
    "rule.matched": {"index": WHOLE, "line": WHOLE, "outcome": TEXT_OR_NONE, "why?": TEXT_OR_NONE},
    "branch.taken": {"to": TEXT, "code": TEXT_OR_NONE},
    "retry.planned": {"seconds": NUMBER, "code": TEXT_OR_NONE},
}

_HTTP_REQUEST: Final = {"method": TEXT, "url": (str, dict, list), "headers": [(list,)]}
_EVIDENCE: Final[Mapping[str, Spec]] = {
    "route": [[(str, int, float, bool, type(None))]],
    "expectations": [[TEXT]],
    "quota": [WINDOW],
}
_IN_A_TRY: Final = frozenset(
    {
        "try.started",
        "try.finished",
        "rule.matched",
        "branch.taken",
        "retry.planned",
        "spend.reserved",
        "spend.settled",
    }
)
_OF_A_STEP: Final = _IN_A_TRY | {"step.finished", "amended", "captured", "provided"}


def check_forms(events: Iterable[Event]) -> None:
    """Check that every event has the form that readers rely on.

    Raises:
        JournalDamageError: one has another form; the text says which, and where.
    """
    ports: dict[int, Any] = {}
    for event in events:
        try:
            _check(event)
            if event.kind == "request":
                ports[event.seq] = event.data["port"]
            if event.kind == "http" and (
                event.request_seq is None or ports.get(event.request_seq) != "http"
            ):
                raise _AnotherError("it answers no request that was made over HTTP")
        except _AnotherError as found:
            raise JournalDamageError(f"event {event.seq} (`{event.kind}`): {found}") from None


def check_end(event: Event) -> None:
    """Check that what a first or last line says has the form that lists of sessions rely on.

    A line may say less than this program writes, as far as a list can do without it.

    Raises:
        JournalDamageError: something is missing or of another kind; the text says what.
    """
    try:
        _fits(event.data, _ENDS.get(event.kind, {}), "")
    except _AnotherError as found:
        raise JournalDamageError(f"event {event.seq} (`{event.kind}`): {found}") from None


_LISTED: Final = (
    "session",
    "runbook",
    "runbook.id",
    "runbook.sha256",
    "config",
    "config.world",
    "verdict",
)
"""What a list can't do without."""


def _for_lists(spec: Spec, where: str = "") -> Spec:
    """The same form, with all but the listed keys optional."""
    if not isinstance(spec, Mapping):
        return spec
    keys = {name.removesuffix("?"): inner for name, inner in spec.items()}
    return {
        key if f"{where}{key}" in _LISTED else f"{key}?": _for_lists(inner, f"{where}{key}.")
        for key, inner in keys.items()
    }


_ENDS: Final[Mapping[str, Spec]] = {
    name: _for_lists(FORMS[name]) for name in ("session.opened", "session.closed")
}


class _AnotherError(ValueError):
    """Something has another form."""


def _check(event: Event) -> None:
    if event.kind in _OF_A_STEP and not event.step:
        raise _AnotherError("it belongs to no step")
    if event.kind in _IN_A_TRY and event.attempt is None:
        raise _AnotherError("it belongs to no try")
    if not isinstance(event.data, Mapping):
        raise _AnotherError("it holds no table")
    spec = FORMS.get(event.kind)
    if spec is not None:
        _fits(event.data, spec, "")
    if "secrets" in event.data:
        _fits(event.data["secrets"], SECRETS, "secrets")
    if event.kind == "evidence":
        more = _EVIDENCE.get(event.data["name"])
        if more is not None:
            _fits(event.data["value"], more, "value")
    if event.kind == "request" and event.data["port"] == "http":
        _fits(event.data, _HTTP_REQUEST, "")
        if any(len(pair) != 2 or not isinstance(pair[0], str) for pair in event.data["headers"]):
            raise _AnotherError("headers are no pairs")
    if event.kind == "http" and any(
        len(pair) != 2 for name in ("headers", "chunks") for pair in event.data[name]
    ):
        raise _AnotherError("headers or chunks are no pairs")


def _fits(value: object, spec: Spec, where: str) -> None:
    if isinstance(spec, tuple):
        if not isinstance(value, spec) or (isinstance(value, bool) and bool not in spec):
            raise _AnotherError(
                f"{where or 'its data'} is of another kind ({type(value).__name__})"
            )
    elif isinstance(spec, list):
        if not isinstance(value, list):
            raise _AnotherError(f"{where} is no list")
        for at, item in enumerate(value):
            _fits(item, spec[0], f"{where}.{at}")
    elif isinstance(spec, Each):
        if not isinstance(value, Mapping):
            raise _AnotherError(f"{where} is no table")
        for key, item in value.items():
            _fits(item, spec.spec, f"{where}.{key}")
    else:
        _table(value, spec, where)


def _table(value: object, spec: Mapping[str, Spec], where: str) -> None:
    if not isinstance(value, Mapping):
        raise _AnotherError(f"{where or 'its data'} is no table")
    for name, inner in spec.items():
        key = name.removesuffix("?")
        path = f"{where}.{key}" if where else key
        if key in value:
            _fits(value[key], inner, path)
        elif not name.endswith("?"):
            raise _AnotherError(f"{path} is missing")
