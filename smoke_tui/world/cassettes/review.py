"""Review of a new recording: what it is held against, whether it was opened, taking it over.

A recording counts as accepted where the change record says so of exactly its bytes, or where the
newest commit of git holds them. Any other waits for its review, whoever recorded it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from smoke_tui.files import read_plain
from smoke_tui.judging.acceptance import Act, ReviewState, is_accepted, is_opened, is_refused
from smoke_tui.judging.recording_changes import (
    CaseThreshold,
    ExchangeText,
    RecordingChange,
    recording_change,
)
from smoke_tui.judging.triage import TriageClass
from smoke_tui.structs import Struct, replace
from smoke_tui.world.cassettes.cassette import Cassette, CassetteError, Interaction, parse_cassette
from smoke_tui.world.cassettes.change_record import append_act, read_changes
from smoke_tui.world.cassettes.store import MAX_FILE, CassettePath, write_text
from smoke_tui.world.git import WorkingTree

COMMITTED: Final = "the newest commit"


class ReviewError(ValueError):
    """A recording can't be reviewed or decided on; the text says why, and what to do."""


class Review(Struct, frozen=True):
    """A case's newest recording, and the accepted one that it is held against.

    Attributes:
        files: The files of the case.
        new: The bytes of the newest recording; None where nothing is recorded.
        accepted: The bytes of the accepted recording; None where there is none.
        accepted_place: Where those are from: a file, or the newest commit.
        state: The state of the newest recording.
        acts: The change record.
    """

    files: CassettePath
    new: bytes | None
    accepted: bytes | None
    accepted_place: str
    state: ReviewState
    acts: tuple[Act, ...]

    @property
    def new_sha256(self) -> str:
        """SHA-256 of the newest recording."""
        return sha256(self.new or b"")

    @property
    def old_sha256(self) -> str | None:
        """SHA-256 of the accepted recording; None where there is none."""
        return None if self.accepted is None else sha256(self.accepted)

    @property
    def opened(self) -> bool:
        """Whether the difference of exactly these bytes was opened."""
        return is_opened(self.acts, self.old_sha256, self.new_sha256)


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def review_of(files: CassettePath, tree: WorkingTree | None) -> Review:
    """Read what there is of a case.

    Raises:
        ChangeRecordError: its change record is damaged.
        ReviewError: a recording can't be read.
    """
    acts = read_changes(files.changes)
    pending, stored = _bytes_of(files.pending), _bytes_of(files.accepted)
    committed = tree.committed(files.accepted) if tree is not None else None
    trusted = stored is not None and (is_accepted(acts, sha256(stored)) or stored == committed)
    accepted, place = (
        (stored, files.accepted.name)
        if trusted
        else (committed, COMMITTED if committed is not None else "")
    )
    if pending is None and stored is None:
        return Review(files, None, accepted, place, "not recorded", acts)
    if pending is None and trusted:
        return Review(files, stored, accepted, place, "accepted", acts)
    new = pending if pending is not None else stored
    state: ReviewState = "regression" if is_refused(acts, sha256(new or b"")) else "pending review"
    return Review(files, new, accepted, place, state, acts)


def _bytes_of(path: Path) -> bytes | None:
    try:
        return read_plain(path, MAX_FILE)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ReviewError(f"{path}: can't be read: {error.strerror or error}") from None


def difference_of(review: Review, measure: CaseThreshold) -> RecordingChange:
    """What differs between the newest recording and the accepted one.

    Raises:
        CassetteError: one of them is no cassette.
    """
    name = str(review.files.newest)
    recorded = None
    if review.accepted is not None:
        recorded = _exchanges(review.accepted, f"{review.files.accepted} ({review.accepted_place})")
    return recording_change(recorded, _exchanges(review.new or b"", name) or (), measure)


def _exchanges(content: bytes, name: str) -> tuple[ExchangeText, ...]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CassetteError(name, 1, f"byte {error.start} is no UTF-8") from None
    cassette: Cassette = parse_cassette(text, name)
    return tuple(_text_of(made) for made in (*cassette.interactions, *cassette.cut))


def _text_of(made: Interaction) -> ExchangeText:
    request, response = made.request, made.response
    return ExchangeText(
        request.method,
        request.uri,
        request.headers,
        (request.body or b"").decode("utf-8", "backslashreplace"),
        response.status,
        response.headers,
        response.body.decode("utf-8", "backslashreplace"),
        made.cut or "",
    )


def mark_opened(review: Review, who: str, time: str) -> Review:
    """Note in the change record that the difference was shown; once for the same bytes.

    Raises:
        ChangeRecordError: the record is damaged, or can't be written.
    """
    if review.opened:
        return review
    act = Act(time, who, "opened", None, "", review.old_sha256, review.new_sha256)
    append_act(review.files.changes, act)
    return replace(review, acts=(*review.acts, act))


class Decision(Struct, frozen=True):
    """A person's decision on a new recording."""

    triage: TriageClass
    why: str
    who: str
    time: str


def decide(review: Review, decision: Decision, tree: WorkingTree | None) -> Review:
    """Take a new recording over, or keep the accepted one where it is a regression.

    The act is in the change record before any file changes: what was broken off in between still
    waits for its review, and is decided on again.

    Raises:
        ReviewError: its difference was not opened, or a file was changed since it was.
        ChangeRecordError: the record is damaged, or can't be written.
        OSError: a file can't be written; the former one stays.
    """
    case = review.files.accepted.stem
    now = review_of(review.files, tree)
    if (now.new, now.accepted) != (review.new, review.accepted):
        raise ReviewError(f"{case}: it was changed meanwhile; open its difference again")
    if now.new is None or now.state == "accepted":
        raise ReviewError(f"{case}: no recording waits for a review")
    if not now.opened:
        raise ReviewError(
            f"{case}: its difference was not opened; `smoke-tui cassettes diff "
            f"{review.files.newest}` shows it"
        )
    refused = decision.triage == "regression"
    append_act(
        review.files.changes,
        Act(
            decision.time,
            decision.who,
            "refused" if refused else "accepted",
            decision.triage,
            decision.why,
            now.old_sha256,
            now.new_sha256,
        ),
    )
    text = now.new.decode("utf-8")
    if refused:
        _keep_accepted(now, text)
    else:
        write_text(now.files.accepted, text)
        now.files.pending.unlink(missing_ok=True)
    return review_of(review.files, tree)


def _keep_accepted(review: Review, text: str) -> None:
    """Restore the accepted recording where the new one stands in its place."""
    if review.files.pending.is_file():
        return
    write_text(review.files.pending, text)
    if review.accepted is not None:
        write_text(review.files.accepted, review.accepted.decode("utf-8"))
    else:
        review.files.accepted.unlink()
