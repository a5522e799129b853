"""The table of step kinds and their fields, from which everything else is derived."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from smoke_tui.config.names import RECORD_MODES, SHAPES
from smoke_tui.runbook.identifiers import NAME_PATTERN, identifier, table_name
from smoke_tui.runbook.schema.common_fields import COMMAND, COMMON, READY
from smoke_tui.runbook.schema.scalars import JSON_PATH, URL, Converted, Flag, JsonValue, Text, Whole
from smoke_tui.runbook.schema.stand_ins import CHECK_STAND_IN, COMMAND_STAND_IN
from smoke_tui.runbook.schema.tables import (
    RUN,
    AtLeast,
    AtMostOne,
    Condition,
    Either,
    Field,
    ListOf,
    Requires,
    TableOf,
)
from smoke_tui.runbook.templates import names
from smoke_tui.structs import Struct, field

PROVIDERS: Final = ("fake", "replay", "live")


class Kind(Struct, frozen=True):
    """One kind of step.

    Attributes:
        commands: The minimum and maximum number of commands in its run blocks.
        effects: The default of the step's field.
        live: It always uses a provider.
        live_when: A field and the values with which it uses a provider.
        proves: A pass can be what the runbook is for.
        timeout_code: The failure code where its time limit is up.
        retries: The engine may try it again by itself, where the failure code allows that.
        takes_credential: What it does holds for one account alone.
        uses_subscription: It uses the provider's subscription.
        calls_model: It makes calls to a model, and asks for the consent to each itself.
        asks_provider_alone: All its requests go to the provider.
        proves_route: A pass is recorded with the obligations of a call that it met.
        made_in_world: A pass holds in the world alone in which it was made.
        shows_something: A pass shows something; a value that was asked for shows nothing.
    """

    name: str
    about: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    commands: tuple[int, int] = (0, 0)
    effects: str = "none"
    live: bool = False
    live_when: tuple[str, tuple[str, ...]] | None = None
    proves: bool = False
    timeout_code: str = "timeout"
    retries: bool = False
    takes_credential: bool = False
    uses_subscription: bool = False
    calls_model: bool = False
    asks_provider_alone: bool = False
    proves_route: bool = False
    made_in_world: bool = False
    shows_something: bool = True

    def is_live(self, values: Mapping[str, Any]) -> bool:
        """Whether a step with these values uses a provider."""
        if self.live_when is None:
            return self.live
        name, live_values = self.live_when
        return values.get(name, self.fields[name].default) in live_values


def _credential_text(text: str) -> str:
    # A literal credential would be readable by everybody who can read the runbook.
    if text != "bundle" and not names(text):
        raise ValueError('"bundle", or a template such as {{ bundle.access_token }}')
    return text


_ASK = Field(Text(template="value"), "What the operator is asked to do or give")
_MAX_COMMANDS: Final = 50
_EVIDENCE = {
    "provider": "the provider that answered",
    "model": "the model that answered",
    "credential": "the kind of credential that was used",
    "response_id": "the provider's id of the response",
    "output_text": "the text of the answer",
    "fallback": "whether a fallback answered",
    "host": "the host that answered",
    "headers": "the provider's headers that the stack passes on",
    "upstream_status": "the status the provider answered a failed turn with",
    "upstream_body": "what the provider answered a failed turn with",
    "upstream_headers": "the headers of that answer",
}

COLUMN: Final = Converted(identifier, rf"^{NAME_PATTERN}$", expected="the name of a column")
_COLUMNS: Final = {
    "time": "the time of a call",
    "domain": "the domain, empty for the platform's own calls",
    "model": "the model",
    "cost": "the cost in US dollars",
    "credential": "the kind of credential, where there is such a column",
    "provider": "the provider, where there is such a column",
    "response_id": "the provider's id of the response, where there is such a column",
}
_LEDGER: Final = TableOf(
    {
        "table": Field(
            Converted(
                table_name,
                rf"^({NAME_PATTERN}\.)?{NAME_PATTERN}$",
                expected="the name of a table",
            ),
            "The table of usage, as schema.table",
        ),
        **{name: Field(COLUMN, f"The column of {what}") for name, what in _COLUMNS.items()},
        "match": Field(
            Text(template="value"), "What the domain column holds in the organisation's rows"
        ),
    },
    nonempty=True,
)

_ALL: Final = (
    Kind(
        "login",
        "Logs in, or runs the product's own login command with its output hidden.",
        {
            "provider": Field(
                Text("a provider", r"^[a-z][a-z0-9-]*$"), "Where to log in", default="openai"
            )
        },
        commands=(0, 1),
        effects="local",
        timeout_code="login-timeout",
        takes_credential=True,
        uses_subscription=True,
        asks_provider_alone=True,
        made_in_world=True,
    ),
    Kind(
        "call",
        "One live call to the provider.",
        {
            "prompt": Field(Text(literal=True), "What the model is asked", required=True),
            "model": Field(Text(), "The model, where not the runbook's"),
            "shape": Field(
                Text("a request shape", choices=SHAPES),
                "The shape of the request",
            ),
            "credential": Field(
                Text("a credential", choices=("subscription", "api-key")),
                "What the call is paid with",
                default="subscription",
            ),
        },
        live=True,
        proves=True,
        retries=True,
        takes_credential=True,
        uses_subscription=True,
        calls_model=True,
        asks_provider_alone=True,
        proves_route=True,
    ),
    Kind(
        "run",
        "Runs commands to their end.",
        {"stand_in": COMMAND_STAND_IN},
        conditions=(AtLeast((RUN,)),),
        commands=(1, _MAX_COMMANDS),
        effects="local",
        proves=True,
        timeout_code="command-timeout",
        made_in_world=True,
    ),
    Kind(
        "service",
        "Starts one command that stays, and waits until it is ready.",
        {
            "ready": Field(READY, "How to see that it is ready", required=True),
            "detaches": Field(
                Flag(), "The command ends while what it started stays", default=False
            ),
            "stop": Field(COMMAND, "The command that stops it"),
        },
        (AtLeast((RUN,)), Requires("detaches", ("stop",))),
        commands=(1, 1),
        effects="local",
        timeout_code="not-ready",
        made_in_world=True,
    ),
    Kind(
        "handover",
        "Gives a credential to a person or a page.",
        {
            "open": Field(URL, "The page to open"),
            "fields": Field(
                ListOf(
                    TableOf(
                        {
                            "label": Field(Text(), "What the page calls it", required=True),
                            "value": Field(
                                Text(template="value"), "What goes into it", required=True
                            ),
                        }
                    ),
                    min_length=1,
                ),
                "Fields to tick off one by one",
                default=(),
            ),
            "credential": Field(
                Either(
                    (Converted(_credential_text, template="value"), JsonValue(template="value")),
                    'a text or a table of templates, or "bundle"',
                ),
                'The credential by template, or "bundle" for all of it',
                default="bundle",
            ),
            "confirm": Field(Text(), "What the operator confirms at the end", required=True),
        },
        effects="local",
        takes_credential=True,
        made_in_world=True,
    ),
    Kind(
        "turn",
        "An authoring turn through the stack, and the proof of its route; without a request or a "
        "run block it is done by hand.",
        {
            "request": Field(
                TableOf(
                    {
                        "method": Field(
                            Text("a method", choices=("POST", "GET", "PUT", "PATCH")),
                            "The HTTP method",
                            default="POST",
                        ),
                        "url": Field(URL, "Where the stack takes the turn", required=True),
                        "json": Field(JsonValue(template="value"), "The body"),
                    }
                ),
                "The HTTP request that runs the turn",
            ),
            "ask": _ASK,
            "evidence": Field(
                TableOf({name: Field(JSON_PATH, f"Where {w}") for name, w in _EVIDENCE.items()}),
                "Where the answer shows what answered",
            ),
            "ledger": Field(_LEDGER, "How the stack's ledger of usage is laid out"),
        },
        (AtMostOne(("request", RUN)),),
        commands=(0, _MAX_COMMANDS),
        live=True,
        proves=True,
        retries=True,
        uses_subscription=True,
        calls_model=True,
        proves_route=True,
    ),
    Kind(
        "manual",
        "Something a person does.",
        {"ask": Field(_ASK.type, _ASK.about, required=True)},
        made_in_world=True,
    ),
    Kind(
        "prompt",
        "Asks the operator for a value.",
        {
            "ask": Field(_ASK.type, _ASK.about, required=True),
            "input": Field(
                Text("an input", choices=("instructions", "text", "file", "secret")),
                "What is given",
                default="text",
            ),
        },
        effects="local",
        shows_something=False,
    ),
    Kind(
        "check",
        "Looks at something and changes nothing.",
        {
            "url": Field(URL, "The address to look at"),
            "stand_in": CHECK_STAND_IN,
        },
        (AtLeast(("url", RUN)), AtMostOne(("url", RUN))),
        commands=(0, _MAX_COMMANDS),
        proves=True,
        timeout_code="command-timeout",
        retries=True,
    ),
    Kind(
        "battery",
        "Runs a pack of cases, each several times.",
        {
            "pack": Field(Text("a path or id"), "The pack of cases", required=True),
            "repeat": Field(Whole(1, 10_000), "How often each case runs", default=1),
            "concurrency": Field(Whole(1, 64), "How many run at once", default=1),
            "provider": Field(Text("a provider", choices=PROVIDERS), "Who answers", default="fake"),
            "model": Field(Text(), "The model, where not the runbook's"),
            "credential": Field(
                Text("a credential", choices=("subscription", "api-key")),
                "What live calls are paid with",
                default="subscription",
            ),
            "recordings": Field(
                Text("a folder"),
                "Where the provider replay looks for recordings, below the project's folder",
                default=".",
            ),
            "stop_at": Field(
                Whole(1, 100), "Stop once so many percent of a window of the quota are used"
            ),
        },
        live_when=("provider", ("live",)),
        proves=True,
        calls_model=True,
    ),
    Kind(
        "record",
        "Records cases of exchanges, each pending until its review, or replays what was accepted.",
        {
            "pack": Field(
                Text("a path or id"),
                "A folder of cases, or a case file, below the project's folder",
            ),
            "cases": Field(
                ListOf(Text(), bare=True, min_length=1),
                "Only these cases; without it those that are stale or not recorded",
            ),
            "record_mode": Field(
                Text("a record mode", choices=RECORD_MODES), "What is recorded", default="none"
            ),
        },
        (AtLeast(("pack", "cases")),),
        live_when=("record_mode", RECORD_MODES[1:]),
        proves=True,
        calls_model=True,
    ),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})


def owners_of(kind: Kind) -> dict[str, tuple[str, ...]]:
    """The fields this kind does not know, with the kinds that do."""
    owners: dict[str, tuple[str, ...]] = {}
    for other in _ALL:
        for name in other.fields:
            if name not in kind.fields:
                owners[name] = (*owners.get(name, ()), f"'{other.name}'")
    return owners


def _table(kind: Kind) -> TableOf:
    return TableOf(
        fields={**COMMON, **kind.fields},
        conditions=kind.conditions,
        elsewhere=owners_of(kind),
        name=f"a '{kind.name}' step",
    )


STEP_TABLES: Mapping[str, TableOf] = MappingProxyType({k.name: _table(k) for k in _ALL})
"""The whole table of a step block, by kind: common fields and the kind's own."""
