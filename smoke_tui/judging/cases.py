"""Cases of recorded exchanges: one prompt, what is recorded of it, and how it is shown in a table.

A case is a TOML file beside its cassette: `greeting.toml` describes `greeting.yaml`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from typing import Any, Final

from smoke_tui.structs import Struct

SCHEMA: Final = "smoke-case/1"

TIERS: Final = ("unit", "contract", "integration", "live")
SUBSTRATES: Final = ("fake", "replay", "live")
_TIER_OF: Final = {
    "unit": "unit",
    "contract": "contract",
    "integration": "integration",
    "live_llm": "live",
}
_SUBSTRATE_OF: Final = {
    "unit": "fake",
    "contract": "fake",
    "integration": "replay",
    "live": "live",
}
_MARKER_OF: Final = {
    "unit": "unit",
    "contract": "contract",
    "integration": "integration",
    "live": "live_llm",
}
MARKERS: Final = tuple(_TIER_OF)
"""The markers of tests that name a tier."""

ACCEPTED: Final = "accepted"
PENDING_REVIEW: Final = "pending review"
REGRESSION: Final = "regression"
NEEDS_NONE: Final = "needs none"
NOT_RECORDED: Final = "not recorded"
INVALID: Final = "invalid"

_TEXTS: Final = ("schema", "prompt", "prompt_file", "model", "shape", "tier", "marker")
_KEYS: Final = (*_TEXTS, "substrate", "test", "drift_threshold", "sensitive")


class CaseError(ValueError):
    """A case file is not as it should be. The text names file, line and key."""


class Case(Struct, frozen=True):
    """One case.

    `prompt_file` is the file that the prompt stands in, relative to the case file. `test` is the
    test that uses the cassette. `sensitive` are names of headers and JSON fields whose values are
    secrets of the operator's own kind.
    """

    name: str
    prompt: str
    prompt_file: str | None = None
    model: str | None = None
    shape: str | None = None
    tier: str = "integration"
    marker: str = "integration"
    substrate: str = "replay"
    test: str | None = None
    drift_threshold: float | None = None
    sensitive: tuple[str, ...] = ()

    @property
    def prompt_sha256(self) -> str:
        """SHA-256 of the prompt."""
        return prompt_sha256(self.prompt)


class CaseRow(Struct, frozen=True):
    """A row of the table of cases.

    `case` is the path of the cassette without its suffix, relative to where the search began.
    `cost` is what a run of the case costs, as decimal text of US dollars: replay and fake cost
    exactly 0; of a live case it is None where nothing prices it. `recorded_at` is ISO 8601 UTC.
    `stale` says why the recording no longer fits, or is None; `stale_known` is False where nothing
    shows which prompt the case has now. `state` is one of the states above.
    """

    case: str
    tier: str
    substrate: str
    marker: str
    cost: str | None
    recorded_at: str | None
    stale: str | None
    stale_known: bool
    state: str
    interactions: int = 0
    cut: int = 0
    problem: str | None = None


def prompt_sha256(prompt: str) -> str:
    """SHA-256 of a prompt; line ends of another system and a final one make no other prompt."""
    return hashlib.sha256(prompt.replace("\r\n", "\n").rstrip("\n").encode()).hexdigest()


def tier_of_markers(markers: frozenset[str]) -> str:
    """The tier of a test with these markers; "integration" for a cassette's test without any."""
    return next((_TIER_OF[m] for m in MARKERS if m in markers), "integration")


def substrate_of(tier: str) -> str:
    """What answers in a tier."""
    return _SUBSTRATE_OF[tier]


def marker_of(tier: str) -> str:
    """The marker of a tier's tests."""
    return _MARKER_OF[tier]


def parse_case(text: str, name: str, path: str, prompt_from_file: str | None = None) -> Case:
    """Read a case file; `prompt_from_file` is the text of its `prompt_file`, where it has one.

    Raises:
        CaseError: it is no case file; the text names file, line and key.
    """
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{path}: {error}") from None
    read = _Fields(fields, text, path)
    read.check_keys()
    if fields.get("schema") != SCHEMA:
        read.fail("schema", f"expected {SCHEMA!r}, not {fields.get('schema')!r}")
    prompt = read.text("prompt")
    file = read.text("prompt_file")
    if (prompt is None) == (file is None):
        raise CaseError(f"{path}:1: exactly one of `prompt` and `prompt_file` is needed")
    if prompt is None:
        prompt = prompt_from_file or ""
    if not prompt.strip():
        read.fail("prompt" if file is None else "prompt_file", "the prompt is empty")
    tier = read.choice("tier", TIERS) or "integration"
    threshold = fields.get("drift_threshold")
    if threshold is not None and (
        isinstance(threshold, bool)
        or not isinstance(threshold, int | float)
        or not 0 <= threshold <= 1
    ):
        read.fail("drift_threshold", f"expected a number from 0 to 1, not {threshold!r}")
    return Case(
        name,
        prompt,
        file,
        read.text("model"),
        read.text("shape"),
        tier,
        read.text("marker") or _MARKER_OF[tier],
        read.choice("substrate", SUBSTRATES) or _SUBSTRATE_OF[tier],
        read.text("test"),
        None if threshold is None else float(threshold),
        read.texts("sensitive"),
    )


def prompt_file_of(text: str) -> str | None:
    """The `prompt_file` that a case file names, or None; what is wrong shows when it is parsed."""
    try:
        value = tomllib.loads(text).get("prompt_file")
    except tomllib.TOMLDecodeError:
        return None
    return value if isinstance(value, str) else None


class _Fields:
    """The fields of a case file, with messages that name the line of a key."""

    def __init__(self, fields: dict[str, Any], text: str, path: str) -> None:
        self._fields = fields
        self._text = text
        self._path = path

    def fail(self, key: str, problem: str) -> None:
        """Refuse the value of a key.

        Raises:
            CaseError: always.
        """
        match = re.search(rf"^[ \t]*{re.escape(key)}[ \t]*=", self._text, re.MULTILINE)
        line = self._text.count("\n", 0, match.start()) + 1 if match else 1
        raise CaseError(f"{self._path}:{line}: `{key}`: {problem}")

    def check_keys(self) -> None:
        for key in self._fields:
            if key not in _KEYS:
                self.fail(key, f"no key of a case; those are {', '.join(_KEYS)}")

    def text(self, key: str) -> str | None:
        value = self._fields.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            self.fail(key, f"expected a text, not {value!r}")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        value = self.text(key)
        if value is not None and value not in choices:
            self.fail(key, f"expected one of {', '.join(choices)}, not {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._fields.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            self.fail(key, f"expected a list of texts, not {values!r}")
        return tuple(values)
