"""A cassette: the recorded exchanges of one case, in VCR's format.

VCR reads `interactions` (request and response of each) and `version`, and ignores every other key.
What this tool adds stands under `smoke_tui`: once at the top, once in each interaction. VCR replays
such a file unharmed, and drops these keys where it writes the file anew (also with `--record-mode`
`new_episodes` or `all` of pytest-recording): chunk times, the prompt's hash and the note of
broken-off exchanges are lost then. The change record is a file of its own for that reason.

VCR's own `metadata` key is not used: pytest-recording 0.14 can't load a file that has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final

from smoke_tui.structs import Struct, replace
from smoke_tui.world.cassettes import yaml_text
from smoke_tui.world.yaml_nodes import YamlTextError

SCHEMA: Final = "smoke-cassette/1"
OURS: Final = "smoke_tui"
REDACTION: Final = 1
"""Version of the rules by which a recording is redacted."""

Headers = tuple[tuple[str, str], ...]


class CassetteError(ValueError):
    """A file is no cassette. The text names file, line and what is wrong."""

    def __init__(self, name: str, line: int, text: str) -> None:
        super().__init__(f"{name}:{line}: {text}")
        self.name, self.line, self.problem = name, line, text


class RecordedRequest(Struct, frozen=True):
    """A request as it was recorded, redacted."""

    method: str
    uri: str
    headers: Headers = ()
    body: bytes | None = None


class RecordedResponse(Struct, frozen=True):
    """A response as it was recorded, redacted. `status` is None where it was cut before any."""

    status: int | None
    message: str = ""
    headers: Headers = ()
    body: bytes = b""


class Interaction(Struct, frozen=True):
    """One exchange.

    `chunks` are (offset in the body, milliseconds since sending), empty where another program
    recorded. `cut` says why the answer is not whole; such an exchange is kept outside of
    `interactions`, so that no program replays it as a whole one.
    """

    request: RecordedRequest
    response: RecordedResponse
    chunks: tuple[tuple[int, int], ...] = ()
    milliseconds: int = 0
    recorded_at: str | None = None
    cut: str | None = None


class CaseNote(Struct, frozen=True):
    """What a recording keeps of its case.

    `world` is "live", "rehearsed", or "loopback" (a live session whose address was on this machine);
    `prompt_sha256` is that of the prompt that was sent.
    """

    case: str
    prompt_sha256: str
    model: str = ""
    tier: str = ""
    marker: str = ""
    substrate: str = ""
    world: str = "live"
    redaction: int = REDACTION


class Cassette(Struct, frozen=True):
    """The exchanges of one case, those that were cut, and its note (None: others recorded it)."""

    interactions: tuple[Interaction, ...] = ()
    cut: tuple[Interaction, ...] = ()
    note: CaseNote | None = None

    def with_cut(self, interaction: Interaction) -> Cassette:
        """The cassette with one more broken-off exchange."""
        return replace(self, cut=(*self.cut, interaction))

    def digest(self) -> str:
        """SHA-256 of the exchanges alone: what VCR would write of them."""
        return hashlib.sha256(_text_of(self.interactions, {}).encode()).hexdigest()

    def recorded_at(self) -> str | None:
        """When the newest exchange was recorded, ISO 8601 UTC; None where nothing shows it.

        Of recordings of other programs, the responses' Date headers show it.
        """
        times = [i.recorded_at or _date_of(i.response) for i in self.interactions]
        return max((time for time in times if time), default=None)


def _date_of(response: RecordedResponse) -> str | None:
    date = next((value for name, value in response.headers if name.lower() == "date"), None)
    try:
        moment = parsedate_to_datetime(date) if date is not None else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def render_cassette(cassette: Cassette) -> str:
    """The text of a cassette."""
    ours: dict[str, Any] = {}
    if cassette.note is not None:
        note = cassette.note
        ours = {"schema": SCHEMA} | {
            name: getattr(note, name)
            for name in note.__struct_fields__
            if getattr(note, name) != ""
        }
    if cassette.cut:
        ours |= {"schema": SCHEMA, "cut": [_interaction(i) for i in cassette.cut]}
    return _text_of(cassette.interactions, ours, timed=True)


def _text_of(
    interactions: tuple[Interaction, ...], ours: dict[str, Any], *, timed: bool = False
) -> str:
    document: dict[str, Any] = {
        "version": 1,
        "interactions": [_interaction(i, timed=timed) for i in interactions],
    }
    if ours:
        document[OURS] = ours
    return yaml_text.render_yaml(document)


def _interaction(made: Interaction, *, timed: bool = True) -> dict[str, Any]:
    request, response = made.request, made.response
    fields: dict[str, Any] = {
        "request": {
            "method": request.method,
            "uri": request.uri,
            "body": _body_text(request.body),
            "headers": _listed(request.headers),
        },
        "response": {
            "status": {"code": response.status, "message": response.message},
            "headers": _listed(response.headers),
            "body": {"string": _body_text(response.body)},
        },
    }
    timing: dict[str, Any] = {}
    if made.chunks:
        timing["chunks"] = " ".join(f"{offset}@{ms}" for offset, ms in made.chunks)
    if made.milliseconds:
        timing["milliseconds"] = made.milliseconds
    if made.recorded_at:
        timing["recorded_at"] = made.recorded_at
    if made.cut:
        timing["cut"] = made.cut
    if timed and timing:
        fields[OURS] = timing
    return fields


def _body_text(body: bytes | None) -> str | bytes | None:
    if body is None:
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body


def _listed(headers: Headers) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {}
    for name, value in headers:
        listed.setdefault(name, []).append(value)
    return listed


def parse_cassette(text: str, name: str) -> Cassette:
    """Read a cassette of ours or of VCR.

    Raises:
        CassetteError: it is none; the text names file, line and what is wrong.
    """
    try:
        tree = yaml_text.parse_tree(text)
        if tree is None:
            raise YamlTextError(1, "the file is empty")
        document = yaml_text.plain(tree)
    except YamlTextError as error:
        raise CassetteError(name, error.line, str(error)) from None
    if isinstance(document, list):
        raise CassetteError(
            name, 1, "it was recorded by a VCR older than 1.0; record it anew, or migrate it"
        )
    if not isinstance(document, dict) or "interactions" not in document:
        raise CassetteError(name, 1, "it has no `interactions`, so it is no cassette")
    lines = yaml_text.lines_of_items(tree, "interactions")
    version = document.get("version", 1)
    if version != 1:
        raise CassetteError(name, 1, f"`version` is {version!r}, where 1 was expected")
    recorded = document["interactions"]
    if not isinstance(recorded, list):
        raise CassetteError(name, lines[0], "`interactions` is no list")
    made = tuple(
        _read(item, name, lines[min(at + 1, len(lines) - 1)], f"interactions[{at}]")
        for at, item in enumerate(recorded)
    )
    ours = document.get(OURS)
    if ours is None:
        return Cassette(made)
    return _with_ours(Cassette(made), ours, name)


def _with_ours(cassette: Cassette, ours: object, name: str) -> Cassette:
    if not isinstance(ours, dict) or ours.get("schema") != SCHEMA:
        schema = ours.get("schema") if isinstance(ours, dict) else ours
        raise CassetteError(
            name, 1, f"`{OURS}.schema` is {schema!r}, where {SCHEMA!r} was expected"
        )
    cut = tuple(
        _read(item, name, 1, f"{OURS}.cut[{at}]") for at, item in enumerate(ours.get("cut") or ())
    )
    note = None
    if "case" in ours:
        texts = ("case", "prompt_sha256", "model", "tier", "marker", "substrate", "world")
        note = CaseNote(
            **{key: str(ours.get(key, "")) for key in texts},
            redaction=int(ours.get("redaction") or 0),
        )
    return replace(cassette, cut=cut, note=note)


def _read(item: object, name: str, line: int, where: str) -> Interaction:
    """One interaction.

    Raises:
        CassetteError: a part is missing or of another type.
    """
    try:
        assert isinstance(item, dict)
        request, response = item["request"], item["response"]
        timing = item.get(OURS) or {}
        return Interaction(
            RecordedRequest(
                str(request["method"]),
                str(request["uri"]),
                _headers(request.get("headers")),
                _bytes(request.get("body")),
            ),
            _response(response),
            _chunks(timing.get("chunks") or ""),
            int(timing.get("milliseconds") or 0),
            timing.get("recorded_at"),
            timing.get("cut"),
        )
    except (KeyError, TypeError, ValueError, AssertionError, AttributeError) as error:
        what = f"has no {error}" if isinstance(error, KeyError) else "is not as VCR writes it"
        raise CassetteError(name, line, f"`{where}` {what}") from None


def _response(response: Mapping[str, Any]) -> RecordedResponse:
    if "status_code" in response:
        # VCR before 6 wrote this for httpx.
        return RecordedResponse(
            int(response["status_code"]),
            "",
            _headers(response.get("headers")),
            _bytes(response.get("content")) or b"",
        )
    status = response["status"]
    body = response.get("body")
    code = status["code"]
    return RecordedResponse(
        None if code is None else int(code),
        str(status.get("message") or ""),
        _headers(response.get("headers")),
        (_bytes(body.get("string") if isinstance(body, Mapping) else body)) or b"",
    )


def _headers(value: object) -> Headers:
    if not value:
        return ()
    assert isinstance(value, Mapping)
    return tuple(
        (str(name), item.decode("latin-1") if isinstance(item, bytes) else str(item))
        for name, items in value.items()
        for item in (items if isinstance(items, list) else [items])
    )


def _bytes(value: object) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, list):
        # A body that was iterated over, or one that VCR has parsed.
        return b"".join(item if isinstance(item, bytes) else str(item).encode() for item in value)
    return str(value).encode("utf-8", "surrogatepass")


def _chunks(text: str) -> tuple[tuple[int, int], ...]:
    pairs = (word.partition("@") for word in str(text).split())
    return tuple((int(offset), int(ms)) for offset, _, ms in pairs)
