"""Requests for children: starting one, and taking one down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from smoke_tui.journal.events.facts import ProcessStopped
from smoke_tui.journal.stream import Fact
from smoke_tui.world.requests.base import Query, Request, kinds_of
from smoke_tui.world.values import Sensitive, Text, show, show_text


class Spawn(Request, frozen=True):
    """A child to start; facts: missing, or started, output, parsed (hidden children), exited.

    `hidden`: its output is secret; it is read to its end, never shown, and of its last JSON object
    the leaves at `sensitive` come back as secrets, those at `public` as they are, and no others.
    `env` goes on top of the allow-list.
    `stays`: a service; no time limit of its own. `detaches`: the command ends by itself and what
    it started stays, until the child is stopped.
    """

    port_name: ClassVar[str] = "process"
    argv: tuple[Text, ...]
    cwd: str
    env: tuple[tuple[str, Text], ...] = ()
    path_prepend: str | None = None
    hidden: bool = False
    sensitive: tuple[Sensitive, ...] = ()
    public: tuple[tuple[str, ...], ...] = ()
    stays: bool = False
    detaches: bool = False

    def shown(self) -> dict[str, object]:
        """Arguments, folder, environment and how long it stays."""
        shown: dict[str, object] = {
            "argv": show(self.argv),
            "cwd": self.cwd,
            "env": [[name, show_text(value)] for name, value in self.env],
            "hidden": self.hidden,
            "stays": self.stays,
        }
        # Left out where false: journals from before there was such a thing still replay.
        return shown | ({"detaches": True} if self.detaches else {})

    def secret_kinds(self) -> Mapping[str, str]:
        """The sensitive leaves of a hidden child's output, and the whole of it."""
        return kinds_of(self.sensitive) | ({"whole": "output"} if self.hidden else {})


class StopChild(Query[bool], frozen=True):
    """Take down the child that the request of number `child` has started."""

    port_name: ClassVar[str] = "process"
    child: int

    def shown(self) -> dict[str, object]:
        """The operation, and which child."""
        return {"op": "stop", "of": self.child}

    def answer(self, fact: Fact) -> bool:
        """Whether it is proven gone."""
        return fact.expect(ProcessStopped).gone
