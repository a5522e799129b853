"""The replaying provider: answers of recorded exchanges, by prompt; it sends and costs nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import ClassVar, Final, Literal

from smoke_tui.redaction import Vault
from smoke_tui.structs import Struct
from smoke_tui.testing.exchanges import answer_of
from smoke_tui.testing.provider import LLMAnswer, LLMCall, LLMProviderError
from smoke_tui.world.cassettes.cassette import Cassette, CassetteError, Interaction, RecordedRequest
from smoke_tui.world.cassettes.matching import match_form
from smoke_tui.world.cassettes.store import path_of, read_cassette
from smoke_tui.world.requests.http import Exchange

_SHOWN: Final = 80
_NO_PROVIDER: Final = ("rehearsed", "loopback")
"""Worlds of recordings in which no provider answered."""
_REDACTED: Final = "[REDACTED"
_LONGEST_COMPARED: Final = 4000


class ReplayMissError(LLMProviderError, LookupError):
    """Nothing that is recorded answers this prompt, or each such answer was replayed already."""


class _Recorded(Struct):
    """A recorded exchange with what it is found by."""

    place: str
    made: Interaction
    body: Mapping[str, object]
    prompt: str
    used: bool = False


class ReplayLLMProvider:
    """Answers from recorded exchanges (cassettes), each once and in their order.

    An exchange is found by its prompt, the text of the request's last input of the user; and by
    the instructions, where some are asked with and the recording holds their text.

    Example:
        >>> replay = ReplayLLMProvider("tests/cassettes/greeting.yaml")

    Args:
        paths: Cassettes, of this tool or of pytest-recording.
        rehearsed: Take recordings that were made in a rehearsal, where no model answered.

    Raises:
        CassetteError: a file can't be read, is no cassette, or was made in a rehearsal.
        CommandError: PyYAML is not installed.
    """

    kind: ClassVar[Literal["replay"]] = "replay"
    live: ClassVar[bool] = False

    def __init__(self, *paths: str | os.PathLike[str], rehearsed: bool = False) -> None:
        self._vault = Vault()
        self._calls: list[LLMCall] = []
        exchanges = (
            self._prepare(f"{os.fspath(path)}, interaction {number}", made)
            for path in paths
            for number, made in enumerate(_read(Path(path), rehearsed).interactions, 1)
        )
        self._recorded = [each for each in exchanges if each.prompt]

    @property
    def calls(self) -> tuple[LLMCall, ...]:
        """What was asked, in order; misses as well."""
        return tuple(self._calls)

    @property
    def unused(self) -> tuple[str, ...]:
        """The recorded exchanges that nobody has asked for yet: file and number."""
        return tuple(each.place for each in self._recorded if not each.used)

    async def complete(
        self,
        prompt: str,
        *,
        purpose: str,
        content_class: str,
        instructions: str = "",
        on_text: Callable[[str], None] | None = None,
    ) -> LLMAnswer:
        """The recorded answer to the prompt, at no cost.

        Raises:
            ReplayMissError: there is none (any more).
            LLMCallFailedError: what is recorded is no whole answer.
        """
        call = LLMCall(purpose, content_class, prompt, instructions)
        self._calls.append(call)
        recorded = self._find(call)
        recorded.used = True
        answer = answer_of(
            _exchange(recorded.made),
            model=str(recorded.body.get("model") or ""),
            kind="replay",
            source=recorded.place,
        )
        if on_text is not None:
            for piece in answer.pieces:
                on_text(piece)
        return answer

    # --- finding --------------------------------------------------------------------------

    def _prepare(self, place: str, made: Interaction) -> _Recorded:
        try:
            body = json.loads(made.request.body or b"")
        except (ValueError, RecursionError):
            body = None
        fields = body if isinstance(body, dict) else {}
        return _Recorded(place, made, fields, self._comparable(_prompt_in(fields)))

    def _comparable(self, text: str) -> str:
        """A text as it is compared: redacted like a recording; other line ends are no difference."""
        plain = text.replace("\r\n", "\n").rstrip("\n")
        request = RecordedRequest("POST", "", (), json.dumps(plain).encode())
        return str(match_form(request, self._vault).body)

    def _find(self, call: LLMCall) -> _Recorded:
        prompt = self._comparable(call.prompt)
        asked = f"the prompt of {call.key} ({_shown(prompt)})"
        if not self._recorded:
            raise ReplayMissError(f"{asked} was not recorded: no call of a model is")
        same = [each for each in self._recorded if each.prompt == prompt]
        if not same:
            raise ReplayMissError(f"{asked} was not recorded; {self._nearest(prompt)}")
        fitting = [each for each in same if self._same_instructions(each, call.instructions)]
        if not fitting:
            raise ReplayMissError(
                f"{asked} was recorded with other instructions: {same[0].place}; record it anew, "
                "or ask with those"
            )
        unused = next((each for each in fitting if not each.used), None)
        if unused is None:
            places = "; ".join(each.place for each in fitting)
            raise ReplayMissError(
                f"{asked} was asked more often than it was recorded, and each answer was replayed "
                f"already: {places}"
            )
        return unused

    def _same_instructions(self, recorded: _Recorded, instructions: str) -> bool:
        """Whether they are among the recorded ones; what is recorded redacted can't be compared."""
        texts = _instructions_in(recorded.body)
        plain = [text for text in texts if _REDACTED not in text]
        if not instructions or (not plain and texts):
            return True
        return self._comparable(instructions) in map(self._comparable, plain)

    def _nearest(self, prompt: str) -> str:
        def likeness(each: _Recorded) -> float:
            recorded, asked = each.prompt[:_LONGEST_COMPARED], prompt[:_LONGEST_COMPARED]
            return SequenceMatcher(None, recorded, asked, autojunk=False).quick_ratio()

        nearest = max(self._recorded, key=likeness)
        at = _equal_beginning(nearest.prompt, prompt)
        begin = max(0, at - 20)
        return (
            f"the nearest is {nearest.place}: at character {at + 1} it has "
            f"{_shown(nearest.prompt[begin:])}, not {_shown(prompt[begin:])}"
        )


def _read(path: Path, rehearsed: bool) -> Cassette:
    """The recording in a file.

    Raises:
        CassetteError: it can't be read, is none, or was made in a rehearsal.
    """
    pending = path_of(path).pending
    if not path.exists() and pending.exists():
        raise CassetteError(
            str(path),
            1,
            f"it is not there; {pending.name} waits for its review "
            "(smoke-tui cassettes diff, then accept)",
        )
    cassette = read_cassette(path)
    if cassette.note is not None and cassette.note.world in _NO_PROVIDER and not rehearsed:
        raise CassetteError(
            str(path),
            1,
            "it was recorded in a rehearsal, or at an address of this machine: no provider answered; "
            "record it live, or give rehearsed=True",
        )
    return cassette


def _exchange(made: Interaction) -> Exchange:
    """A recorded exchange as a port gives one."""
    response = made.response
    return Exchange(
        response.status,
        tuple((name.lower(), value) for name, value in response.headers),
        response.body,
        made.chunks or ((0, made.milliseconds),),
        made.milliseconds,
        None,
        "",
        {},
        None,
        0,
    )


def _equal_beginning(first: str, second: str) -> int:
    """How many characters two texts have in common before they differ."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


# --- bodies of requests ---------------------------------------------------------------------


def _prompt_in(body: Mapping[str, object]) -> str:
    """The text of the last input of the user, in the Responses or the Chat Completions API."""
    asked = body.get("input", body.get("messages"))
    if isinstance(asked, str):
        return asked
    items = [each for each in asked if isinstance(each, Mapping)] if isinstance(asked, list) else []
    texts = [_text_of(each) for each in items if each.get("role") == "user"]
    return texts[-1] if texts else ""


def _instructions_in(body: Mapping[str, object]) -> list[str]:
    """The system's texts: a field of its own, and the messages of a developer or a system."""
    asked = body.get("input", body.get("messages"))
    items = [each for each in asked if isinstance(each, Mapping)] if isinstance(asked, list) else []
    texts = [_text_of(each) for each in items if each.get("role") in ("developer", "system")]
    return [text for text in (body.get("instructions"), *texts) if isinstance(text, str) and text]


def _text_of(item: Mapping[str, object]) -> str:
    content = item.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(
        str(part["text"])
        for part in parts
        if isinstance(part, Mapping) and isinstance(part.get("text"), str)
    )
