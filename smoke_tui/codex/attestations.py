"""Request shapes that are reported to work for clients other than OpenAI's own, per model."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from smoke_tui.structs import Struct


class Attestation(Struct, frozen=True):
    """A report that a shape is served for the models of a pattern.

    `date` is the day of the first report (ISO 8601, empty if unknown); `sources` are public issues
    and pull requests.
    """

    shape: str
    models: str
    date: str
    sources: tuple[str, ...]

    def to_row(self) -> tuple[str, ...]:
        """The row as recorded in a session's settings."""
        return (self.shape, self.models, self.date, *self.sources)

    @classmethod
    def from_row(cls, row: Sequence[str]) -> Attestation:
        """Read a recorded row."""
        shape, models, date, *sources = row
        return cls(shape, models, date, tuple(sources))

    def text(self) -> str:
        """The row for a person."""
        models = "all models" if self.models == "*" else self.models
        since = f" since {self.date}" if self.date else ""
        return f"{self.shape}, reported as served for {models}{since} ({', '.join(self.sources)})"


ATTESTED: Final = (
    # Models with Responses-Lite are served plain requests too.
    Attestation("classic", "*", "2026-07-13", ("opencode#36750", "hermes-agent#105025")),
    # With reasoning.context=all_turns, which the shape `lite` sends.
    Attestation("lite", "*", "", ("oc-codex-multi-auth#191",)),
)
"""The best attested shape first. `developer` has none: only the real client is known to send it."""


def attestations_for(model: str, rows: Sequence[Sequence[str]]) -> list[Attestation]:
    """The recorded rows that apply to a model, in order."""
    attestations = [Attestation.from_row(row) for row in rows if len(row) >= 3]
    return [row for row in attestations if fnmatchcase(model, row.models)]
