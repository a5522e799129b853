"""What steps leave behind: monitored until the session ends, then stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from smoke_tui.world.context import StepContext
from smoke_tui.world.conversation import Conversation
from smoke_tui.world.resources import Resource, SessionResources, StepError


class ResourceMonitor:
    """Follows the conversations of resources; `on_gone` gets the step whose resource has ended."""

    def __init__(self, resources: SessionResources, on_gone: Callable[[str], None]) -> None:
        self._resources = resources
        self._on_gone = on_gone
        self._followers: dict[int, asyncio.Task[None]] = {}

    def watch_over(self, step_id: str) -> None:
        """Follow what the step has left behind, if anything."""
        resource = self._resources.by_step.get(step_id)
        if resource is None:
            return
        for conversation in resource.conversations():
            if conversation.seq not in self._followers:
                self._followers[conversation.seq] = asyncio.ensure_future(
                    self._follow(step_id, resource, conversation)
                )

    async def _follow(self, step_id: str, resource: Resource, conversation: Conversation) -> None:
        while True:
            if resource.lost_by(await conversation.next()):
                self._on_gone(step_id)

    async def stop_all(self, context_of: Callable[[str], StepContext]) -> None:
        """Stop what is still there, the latest first; what can't be proven gone is a finding."""
        for name in reversed(list(self._resources.by_step)):
            resource = self._resources.by_step.pop(name)
            context = context_of(name)
            try:
                gone = await resource.stop(context)
            except StepError as end:
                gone = False
                context.finding("stop", end.summary)
            if not gone and not resource.adopted:
                context.finding(
                    "still-running",
                    f"{name} could not be proven gone.",
                    "Look for it, and stop it yourself.",
                )
        for follower in self._followers.values():
            follower.cancel()
