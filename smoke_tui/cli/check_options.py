"""The options of `--check`, and how its result is shown."""

from __future__ import annotations

from smoke_tui.config.settings import Settings
from smoke_tui.outcomes import VERDICT_EXITS, Exit, Verdict
from smoke_tui.structs import Struct


class ResultOptions(Struct, frozen=True):
    """How the result of a session is shown, and which exit code a verdict has.

    `strict` and `allow_limitation` change exit codes; `report` and `junit` are files to write.
    """

    json: bool = False
    ascii: bool = False
    verbose: bool = False
    strict: bool = False
    allow_limitation: bool = False
    report: str | None = None
    junit: str | None = None

    @classmethod
    def of(cls, settings: Settings, *, json: bool) -> ResultOptions:
        """The options of a command that has nothing but --json."""
        return cls(json=json, ascii=settings.on("ascii"), verbose=settings.on("verbose"))

    def exit_of(self, verdict: Verdict) -> Exit:
        """The exit code of a verdict."""
        if verdict is Verdict.EXPECTED_LIMITATION and self.allow_limitation:
            return Exit.OK
        if self.strict and verdict in (Verdict.PASS_WITH_WAIVERS, Verdict.PASS_ATTESTED):
            return Exit.NOT_PROVABLE
        return VERDICT_EXITS[verdict]


class CheckOptions(Struct, frozen=True, kw_only=True):
    """The options of `--check`, by their names on the command line."""

    target: str | None = None
    rehearse: bool = False
    scenario: str | None = None
    live: bool = False
    resume: bool = False
    answers: str | None = None
    only: str | None = None
    start_from: str | None = None
    max_age: str | None = None
    junit: str | None = None
    report: str | None = None
    allow_limitation: bool = False
    strict: bool = False
    json: bool = False

    def result(self, settings: Settings) -> ResultOptions:
        """How the result is shown."""
        return ResultOptions(
            json=self.json,
            ascii=settings.on("ascii"),
            verbose=settings.on("verbose"),
            strict=self.strict,
            allow_limitation=self.allow_limitation,
            report=self.report,
            junit=self.junit,
        )
