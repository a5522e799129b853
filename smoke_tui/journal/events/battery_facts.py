"""Facts about a battery: its pack, each finished call, its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from smoke_tui.journal.events.body import FactBody
from smoke_tui.journal.events.values import QuotaWindow
from smoke_tui.structs import field


class PackRead(FactBody, frozen=True):
    """A pack of cases was read, or why not.

    `text` is the file's, `settings` are the variables `LLM_*` of the environment that are set.
    """

    kind: ClassVar[str] = "battery"
    tags: ClassVar[Mapping[str, str]] = {"what": "pack"}

    problem: str | None
    name: str = ""
    text: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


class BatteryAnswered(FactBody, frozen=True):
    """One finished call of a battery.

    `text` is the judge's answer, whole; `status` is that of the response, `completed` where it came
    to its end. `error` is the failure code of a call without an answer, `detail` its text. `usd` is
    what the call cost, None where that is not known or a subscription pays. `limits` are the quota
    windows where they changed.
    """

    kind: ClassVar[str] = "battery"
    tags: ClassVar[Mapping[str, str]] = {"what": "answered"}

    case: str
    repeat: int
    text: str
    status: str
    ms: int
    error: str | None = None
    detail: str = ""
    model: str | None = None
    response_id: str | None = None
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    usd: str | None = None
    retries: int = 0
    limits: tuple[QuotaWindow, ...] = ()


class BatteryPaused(FactBody, frozen=True):
    """The provider asked to wait: no call is sent for `seconds`."""

    kind: ClassVar[str] = "battery"
    tags: ClassVar[Mapping[str, str]] = {"what": "paused"}

    seconds: float
    why: str


class BatteryEnded(FactBody, frozen=True):
    """No more calls are made; `stopped` is why some were not, None where all were."""

    kind: ClassVar[str] = "battery"
    tags: ClassVar[Mapping[str, str]] = {"what": "ended"}

    stopped: str | None
    ms: int
