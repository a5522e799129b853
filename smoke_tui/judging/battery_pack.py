"""A pack of cases for a judge: what is judged, what it has to do, and the verdict to expect."""

from __future__ import annotations

import hashlib
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from smoke_tui.judging.json_fields import Document, Fields, JsonShapeError
from smoke_tui.judging.judge_prompts import JudgePrompts
from smoke_tui.regex import regex
from smoke_tui.structs import Struct

SCHEMA: Final = "smoke-battery/1"
MOST_CASES: Final = 1_000
MOST_TEXT: Final = 100_000
"""Characters of a text that is judged."""

Expected = Literal["PASS", "FAIL"]

_ID: Final = regex(r"[a-z][a-z0-9-]{0,60}")
_CASE_KEYS: Final = (
    "id",
    "tag",
    "about",
    "verdict",
    "expected_behavior",
    "expected_behavior_sha256",
    "actual",
    "actual_sha256",
)


class PackError(ValueError):
    """A pack can't be read; the text names file, line and key, and what was expected."""


class Case(Struct, frozen=True):
    """One case: the judge has to say `verdict` of whether `actual` does `expected_behavior`."""

    id: str
    tag: str
    about: str
    verdict: Expected
    expected_behavior: str
    actual: str


class Pack(Struct, frozen=True):
    """Cases with the prompts of their judge.

    `usd_per_call` is what the pack's author paid for one call, for the estimate; None where it is
    not stated. `sha256` is that of the file.
    """

    id: str
    title: str
    source: str
    usd_per_call: Decimal | None
    prompts: JudgePrompts
    cases: tuple[Case, ...]
    sha256: str

    def case(self, case_id: str) -> Case:
        """The case with this id.

        Raises:
            KeyError: there is none.
        """
        return next(case for case in self.cases if case.id == case_id)

    def estimate(self, calls: int) -> Decimal | None:
        """What so many calls cost at the author's price, in US dollars."""
        return None if self.usd_per_call is None else self.usd_per_call * calls


def judge_text(pack: Pack, case: Case) -> str:
    """Both prompts as one input message: `instructions` belong to the provider's client."""
    return f"{pack.prompts.system}\n{pack.prompts.filled(case.expected_behavior, case.actual)}"


def parse_pack(content: bytes, name: str) -> Pack:
    """Read a pack; `name` is the file's, for messages.

    Raises:
        PackError: it is no JSON, a key is missing, unknown or wrong, or a text is not that of its
            hash.
    """
    try:
        return _pack(Document(content.decode()), hashlib.sha256(content).hexdigest())
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PackError(f"{name}:{line}: byte {error.start} is no UTF-8 text") from None
    except JsonShapeError as error:
        raise PackError(f"{name}:{error.line}: {error.problem}") from None


def _pack(document: Document, sha256: str) -> Pack:
    root = document.root
    schema = root.text("schema")
    if schema != SCHEMA:
        raise root.error("schema", f"expected {SCHEMA!r}, got {schema!r}")
    root.only("schema", "id", "title", "source", "usd_per_call", "prompts", "cases")
    fields = root.raw()
    cases = tuple(_case(case) for case in root.inner_list("cases"))
    if not 1 <= len(cases) <= MOST_CASES:
        raise root.error("cases", f"expected 1 to {MOST_CASES} cases, got {len(cases)}")
    ids = [case.id for case in cases]
    twice = next((case_id for case_id in ids if ids.count(case_id) > 1), None)
    if twice is not None:
        raise root.error("cases", f"two cases have the id {twice!r}")
    return Pack(
        _id_of(root),
        root.text("title"),
        root.text("source") if "source" in fields else "",
        _price(root) if "usd_per_call" in fields else None,
        _prompts(root) if "prompts" in fields else JudgePrompts(),
        cases,
        sha256,
    )


def _id_of(fields: Fields) -> str:
    value = fields.text("id")
    if not _ID.fullmatch(value):
        raise fields.error("id", f"expected small letters, digits and -, at most 61, got {value!r}")
    return value


def _price(root: Fields) -> Decimal:
    text = root.text("usd_per_call")
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal(-1)
    if not price.is_finite() or price < 0:
        raise root.error("usd_per_call", f'expected US dollars such as "0.000608", got {text!r}')
    return price


def _prompts(root: Fields) -> JudgePrompts:
    inner = root.inner("prompts")
    inner.only("system", "human")
    prompts = JudgePrompts(inner.text("system"), inner.text("human"))
    problem = prompts.problem()
    if problem is not None:
        raise root.error("prompts", problem)
    return prompts


def _case(fields: Fields) -> Case:
    fields.only(*_CASE_KEYS)
    values = fields.raw()
    verdict = fields.text("verdict", ("PASS", "FAIL"))
    return Case(
        _id_of(fields),
        fields.text("tag") if "tag" in values else "",
        fields.text("about") if "about" in values else "",
        "PASS" if verdict == "PASS" else "FAIL",
        _text(fields, "expected_behavior"),
        _text(fields, "actual"),
    )


def _text(fields: Fields, key: str) -> str:
    text = fields.text(key)
    if not text.strip() or len(text) > MOST_TEXT:
        raise fields.error(key, f"expected 1 to {MOST_TEXT} characters, got {len(text)}")
    try:
        digest = hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        raise fields.error(key, "it holds half a surrogate pair, which is no text") from None
    named = f"{key}_sha256"
    if named in fields.raw() and fields.text(named) != digest:
        raise fields.error(named, f"the text's sha256 is {digest}: one of them was changed")
    return text
