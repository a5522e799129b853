"""What the calls of a session have learnt of a model, for the steps that come after them."""

from __future__ import annotations

from smoke_tui.journal.events.battery_facts import BatteryAnswered
from smoke_tui.journal.events.values import BatteryPlan
from smoke_tui.structs import Struct


class EarlierCall(Struct, frozen=True):
    """The last call that asked for a model.

    `code` is what it came to, None where it passed. `sent` is its client version, `served_from`
    the one that the catalogue asks for, `needs` the later one that a gate asked for; each None
    where no source gave it.
    """

    code: str | None
    sent: str | None = None
    served_from: str | None = None
    needs: str | None = None


class EarlierBattery(Struct, frozen=True):
    """What earlier tries of a step have finished of its battery, and how many calls they made.

    `calls` counts those that were under way when a program was killed, too.
    """

    plan: BatteryPlan
    answers: tuple[BatteryAnswered, ...]
    calls: int
