"""The reference of the runbook format as topics, made from the tables that lint checks with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from smoke_tui.failure_codes.table import CODES
from smoke_tui.runbook import templates
from smoke_tui.runbook.examples import FIELD_EXAMPLES, FRONT_MATTER_EXAMPLE, KIND_EXAMPLES
from smoke_tui.runbook.kinds import KINDS, Kind
from smoke_tui.runbook.lint.diagnostics import LintCode
from smoke_tui.runbook.lint.mistakes import MISTAKES
from smoke_tui.runbook.parser.frontmatter import FRONT_MATTER, FRONT_MATTER_TOPIC
from smoke_tui.runbook.schema.common_fields import COMMON, EFFECTS
from smoke_tui.runbook.schema.context import STEP_TOPIC
from smoke_tui.runbook.schema.scalars import FieldType
from smoke_tui.runbook.schema.tables import Field, ListOf, MapOf, TableOf
from smoke_tui.structs import Struct


class FieldRow(Struct, frozen=True):
    """One key: its name (with those of the tables around it), type, default and meaning."""

    name: str
    type: str
    default: str
    about: str


class Topic(Struct, frozen=True):
    """One thing that can be explained.

    Attributes:
        group: What kind of thing it is, as a noun phrase.
        notes: Sentences below its meaning.
        rows: The keys that it holds.
        example: Text as an author writes it, empty where none helps.
        see: Names of other topics.
    """

    name: str
    group: str
    about: str
    notes: tuple[str, ...] = ()
    rows: tuple[FieldRow, ...] = ()
    example: str = ""
    see: tuple[str, ...] = ()


TEMPLATES_TOPIC: Final = "templates"
OPEN: Final = "```toml step\n"
RUN_EXAMPLE: Final = "```bash run\ntools/example\n```\n\n"


def kind_example(kind: Kind) -> str:
    """The blocks of a step of a kind: its run block, where it takes one, and its step block."""
    takes_run = kind.commands[0] > 0
    return f"{RUN_EXAMPLE if takes_run else ''}{OPEN}{KIND_EXAMPLES[kind.name]}```"


def field_rows(
    fields: Mapping[str, Field], prefix: str = "", *, deep: bool = True
) -> Iterator[FieldRow]:
    """Every key of a table, and with `deep` below it those of the tables that it holds."""
    for key, field in fields.items():
        name = f"{prefix}{key}"
        type_text = " | ".join(KINDS) if name == "kind" else field.type.describe()
        yield FieldRow(name, type_text, _default(field), field.about)
        table, inside = _table_in(field.type, name)
        if deep and table is not None:
            yield from field_rows(table.fields, inside)


def _rows_of(name: str, field: Field) -> tuple[FieldRow, ...]:
    """The field itself, and the keys of its table without its name."""
    table, _ = _table_in(field.type, name)
    inner = () if table is None else tuple(field_rows(table.fields))
    return (*field_rows({name: field}, deep=False), *inner)


def _table_in(kind: FieldType, name: str) -> tuple[TableOf | None, str]:
    """The table that a field holds, and how its keys are spelled."""
    match kind:
        case TableOf():
            return kind, f"{name}."
        case ListOf(item=TableOf() as table):
            return table, f"{name}[]."
        case MapOf(item=TableOf() as table):
            return table, f"{name}.NAME."
    return None, ""


def holds_table(field: Field) -> bool:
    """Whether a field holds a table, or several."""
    return _table_in(field.type, "")[0] is not None


def _default(field: Field) -> str:
    if field.required:
        return "required"
    match field.default:
        case bool(value):
            return str(value).lower()
        case str(value):
            return f'"{value}"'
        case int(value):
            return str(value)
    return ""


@cache
def topics() -> Mapping[str, tuple[Topic, ...]]:
    """Every topic by its name in small letters; a name can mean several things."""
    by_name: dict[str, tuple[Topic, ...]] = {}
    for topic in every_topic():
        key = topic.name.lower()
        by_name[key] = (*by_name.get(key, ()), topic)
    return by_name


def every_topic() -> Iterator[Topic]:
    """Every topic, those of one group after each other."""
    yield from (*_format(), *_kinds(), *_fields(), *_effects(), *_lint_codes(), *_failures())


def _format() -> Iterator[Topic]:
    yield Topic(
        FRONT_MATTER_TOPIC,
        "the head of a runbook",
        "Lines of key: value between two lines of ---, at the very top.",
        rows=tuple(field_rows(FRONT_MATTER)),
        example=FRONT_MATTER_EXAMPLE.rstrip(),
        see=(STEP_TOPIC,),
    )
    yield Topic(
        STEP_TOPIC,
        "a part of a runbook",
        "A level-2 heading, prose for a person, and one fenced `toml step` block. Commands stand in "
        "fenced `bash run` blocks, or `bash run shell` for a script of /bin/sh; fences with another "
        "name are examples and never run. These fields every kind of step has.",
        (f"Kinds: {', '.join(KINDS)}.",),
        tuple(field_rows(COMMON, deep=False)),
        f"## Send one event\n\nWhat this is for, and what a person would do.\n\n"
        f"{kind_example(KINDS['run'])}",
        ("expect", "on", "capture", "stand_in", TEMPLATES_TOPIC),
    )
    yield Topic(
        TEMPLATES_TOPIC,
        "a notation",
        "{{ name }} in a command, an address or a value is filled in: names only, no expressions.",
        (
            *(f"{{{{ {name} }}}}: {about}." for name, about in templates.SETTINGS.items()),
            "{{ NAME }}: what an earlier step captures under that name; name that step in needs.",
            "{{ nonce }}: in a turn, the word that its answer has to hold.",
            "{{ minted }}: in a stand_in, a secret made for this rehearsal.",
            "A secret is refused on a command line, in an address and in env.",
        ),
        see=("capture", "stand_in"),
    )


def _kinds() -> Iterator[Topic]:
    for kind in KINDS.values():
        yield Topic(
            kind.name,
            "a kind of step",
            kind.about,
            tuple(_kind_notes(kind)),
            tuple(field_rows(kind.fields)),
            kind_example(kind),
            (STEP_TOPIC,),
        )


def _kind_notes(kind: Kind) -> Iterator[str]:
    least, most = kind.commands
    if most:
        number = f"{least} to {most} commands" if most > 1 else "one command"
        yield f"{'Needs' if least else 'Takes'} fenced `bash run` blocks with {number}."
    if kind.live or kind.live_when:
        yield 'It uses a provider: effects = "spends" and a spend are needed, where it is live.'
    if kind.proves:
        yield "It can be the proof of the session (proof = true)."
    yield f'Without effects of its own it counts as "{kind.effects}".'
    yield f"When its time is up it ends {kind.timeout_code}."


def _fields() -> Iterator[Topic]:
    owners: dict[str, list[tuple[str, Field]]] = {}
    for name, field in COMMON.items():
        owners.setdefault(name, []).append(("every step", field))
    for kind in KINDS.values():
        for name, field in kind.fields.items():
            owners.setdefault(name, []).append((f"{kind.name}", field))
    for name, owned in owners.items():
        by_rows: dict[tuple[FieldRow, ...], list[str]] = {}
        for owner, field in owned:
            by_rows.setdefault(_rows_of(name, field), []).append(owner)
        for rows, names in by_rows.items():
            of = "every step" if names == ["every step"] else f"{', '.join(names)} steps"
            yield Topic(
                name,
                f"a field of {of}",
                f"{rows[0].about}.",
                _FIELD_NOTES.get(name, ()),
                rows,
                FIELD_EXAMPLES.get(name, "") if name in COMMON else kind_example(KINDS[names[0]]),
                (STEP_TOPIC,) if name in COMMON else tuple(names),
            )
    yield from _nested(
        {**COMMON, **{k: f for kind in KINDS.values() for k, f in kind.fields.items()}}
    )
    for name, field in FRONT_MATTER.items():
        yield Topic(
            name,
            "a key of the front matter",
            f"{field.about[:1].upper()}{field.about[1:]}.",
            rows=_rows_of(name, field),
            see=(FRONT_MATTER_TOPIC,),
        )


def _nested(fields: Mapping[str, Field]) -> Iterator[Topic]:
    """A topic for each key inside a table, named after where it stands: a condition, a part."""
    for name, field in fields.items():
        table, _ = _table_in(field.type, name)
        for key, inner in table.fields.items() if table is not None else ():
            yield Topic(
                key,
                f"a key of {name}",
                f"{inner.about}.",
                rows=_rows_of(key, inner),
                example=FIELD_EXAMPLES.get(name, ""),
                see=(name,),
            )


_FIELD_NOTES: Final[Mapping[str, tuple[str, ...]]] = {
    "effects": tuple(f"{name}: {about}." for name, about in EFFECTS.items()),
    "stand_in": (
        "A rehearsal lets nothing out. Requests reach this machine alone; commands of steps whose "
        "effects are none or local run for real, in the project's folder, with proxies that lead "
        "nowhere and SMOKE_TUI_REHEARSAL=1.",
        "A step that is remote, spends or looks at an outside address is answered by its stand_in, "
        "and its guards are not checked; without one it ends rehearsal-closed.",
        "{{ minted }} is a secret made for this rehearsal; {{ name }} a captured value.",
    ),
}


def _effects() -> Iterator[Topic]:
    for name, about in EFFECTS.items():
        yield Topic(
            name,
            "a value of effects",
            f"The step {about}.",
            example=f'effects = "{name}"',
            see=("effects", "spend") if name == "spends" else ("effects",),
        )


def _lint_codes() -> Iterator[Topic]:
    for code in LintCode:
        yield Topic(
            code.code,
            f"a lint {code.severity}",
            f"{code.sentence[:1].upper()}{code.sentence[1:]}.",
            (f"Mend: {code.remedy}",),
            example=_mistake(code),
            see=_LINT_SEE.get(code, ()),
        )


def _mistake(code: LintCode) -> str:
    mistake = MISTAKES.get(code)
    if mistake is None:
        return ""
    return f"# not:\n{mistake.wrong}\n\n# but:\n{mistake.right}"


_LINT_SEE: Final[Mapping[LintCode, tuple[str, ...]]] = {
    **dict.fromkeys((LintCode.UNKNOWN_KEY, LintCode.MISSING, LintCode.OTHER_KIND), (STEP_TOPIC,)),
    **dict.fromkeys(
        (LintCode.NO_FRONT, LintCode.FRONT_KEY, LintCode.FRONT_MISSING, LintCode.FRONT_VALUE),
        (FRONT_MATTER_TOPIC,),
    ),
    **dict.fromkeys((LintCode.NO_CAP, LintCode.NO_SPEND, LintCode.IDLE_SPEND), ("spend",)),
    **dict.fromkeys((LintCode.STAND_IN, LintCode.STAND_IN_SECRET), ("stand_in",)),
    **dict.fromkeys(
        (LintCode.TEMPLATE, LintCode.TEMPLATE_NAME, LintCode.SECRET_ENV), (TEMPLATES_TOPIC,)
    ),
}


def _failures() -> Iterator[Topic]:
    for code in CODES.values():
        yield Topic(
            code.name,
            "a failure code",
            code.what,
            (
                f"Counts as {code.outcome}; it is on the side of {code.side}.",
                f"Next: {code.remedy}",
            ),
            example=f'[[on]]\nmatch = {{ code = "{code.name}" }}\n'
            'outcome = "blocked"\nwhy = "Why it counts so here"',
            see=("on",),
        )
