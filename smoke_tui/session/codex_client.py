"""The installed Codex CLI: what it sends today, and how our own call differs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smoke_tui.codex.catalogue import as_answer, text_request
from smoke_tui.codex.classify import classify
from smoke_tui.codex.request_diff import Difference, compare, example_call, version_difference
from smoke_tui.codex.request_shapes import SHAPES
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.session.probe import MakeContext, probe
from smoke_tui.session.secret_options import NO_SECRET_OPTIONS, SecretOptions
from smoke_tui.session.subscriber_client import UNSEEN, capture_subscribed
from smoke_tui.steps.credential import session_bundle
from smoke_tui.structs import Struct
from smoke_tui.world.live.browser_clipboard import headless_io
from smoke_tui.world.requests.codex_cli import CaptureClient, ClientCapture
from smoke_tui.world.resources import StepError

LITE_HEADER = "x-openai-internal-codex-responses-lite"


class NoClientError(ValueError):
    """Nothing could be captured; the text is the reason."""


class Comparison(Struct, frozen=True):
    """Our call compared with the real client's; `place` is the field of its base instructions.

    `differences` are those to a call with a custom provider and without a login; `subscribed`
    those to a subscriber's call; None without such a capture, `unseen` is the reason then.
    """

    shape: str
    version: str
    model: str
    place: str | None
    differences: tuple[Difference, ...]
    subscribed: tuple[Difference, ...] | None = None
    unseen: str | None = None
    items: tuple[Mapping[str, Any], ...] = ()

    @property
    def unexplained(self) -> int:
        """How many differences have no known reason."""
        return sum(1 for difference in self.every if difference.reason is None)

    @property
    def every(self) -> list[Difference]:
        """Each difference once, whichever capture shows it."""
        by_key = {d.key: d for d in (*self.differences, *(self.subscribed or ()))}
        return list(by_key.values())

    def lines(self) -> list[str]:
        """The comparison for a person."""
        return [
            f"ours: shape {self.shape}; theirs: Codex CLI {self.version}, model {self.model}, "
            f"instructions at {self.place}",
            "the client without a login, with a custom provider:",
            *(f"  {_line(difference)}" for difference in self.differences),
            *self._of_a_subscriber(),
            f"{len(self.every)} difference(s), {self.unexplained} without a known reason",
        ]

    def _of_a_subscriber(self) -> list[str]:
        if self.subscribed is None:
            return [
                f"not shown by this capture: {', '.join(UNSEEN)}; a subscriber's client sends "
                f"them ({self.unseen})"
            ]
        by_key = {d.key: d for d in self.differences}
        return [
            "a subscriber's client, logged in, with its built-in provider; besides:",
            *(f"  {_line(d)}" for d in self.subscribed if by_key.get(d.key) != d),
        ]


def capture_client(config: SessionConfig, model: str | None, folder: Path) -> ClientCapture:
    """What the installed Codex CLI sends for a model, or why there is nothing."""

    async def capture(context: MakeContext) -> ClientCapture:
        return await context().perform(CaptureClient(config.codex, model))

    return probe(config, NO_SECRET_OPTIONS, headless_io(folder), capture)


def catalogue_text(
    config: SessionConfig, model: str, secret_options: SecretOptions, folder: Path
) -> str:
    """The catalogue's own, unrendered text for a model, asked for with the given bundle.

    Raises:
        NoClient: there is no credential, no answer, or no such model.
    """

    async def ask(context: MakeContext) -> str:
        ctx = context()
        try:
            bundle = await session_bundle(ctx)
        except StepError as end:
            raise NoClientError(end.summary) from None
        exchange = await ctx.perform(text_request(config, bundle, model))
        text = exchange.secrets.get("template") or exchange.secrets.get("base")
        if text is None:
            failure = classify(as_answer(exchange)) if exchange.status != 200 else None
            raise NoClientError(
                f"the catalogue: {failure.text or failure.code}"
                if failure
                else f"the catalogue has no base instructions for {model}"
            )
        return text.reveal()

    return probe(config, secret_options, headless_io(folder), ask)


def compare_with_client(
    config: SessionConfig, model: str | None, shape: str, folder: Path
) -> Comparison:
    """Capture the client's call and compare ours with it. `shape` auto follows the client.

    Raises:
        NoClient: there is none, or it sent nothing.
    """
    captured = capture_client(config, model, folder)
    sent = captured.request
    if sent is None:
        raise NoClientError(str(captured.problem))
    headers = list(sent.headers)
    if shape not in SHAPES:
        shape = "lite" if any(name == LITE_HEADER for name, _ in headers) else "classic"
    model, place, items = sent.model, sent.place, sent.items
    version = str(captured.version)
    ours = example_call(SHAPES[shape], config, model)
    differences = compare(ours, headers, sent.outline, place, items)
    stale = version_difference(config.client_version, version)
    differences += [stale] if stale is not None else []
    theirs = capture_subscribed(config.codex or "codex", version, model)
    if theirs.outline is None:
        return Comparison(
            shape, version, model, place, tuple(differences), None, theirs.problem, items
        )
    paid = compare(ours, list(theirs.headers), theirs.outline, theirs.place, theirs.items)
    paid = [d for d in paid if (d.name, d.kind) != ("version", "changed")]
    paid += [stale] if stale is not None else []
    return Comparison(
        shape, version, model, place, tuple(differences), tuple(paid), None, theirs.items
    )


def _line(d: Difference) -> str:
    sides = {"missing": f"theirs {d.theirs}", "extra": f"ours {d.ours}"}.get(
        d.kind, f"ours {d.ours}, theirs {d.theirs}"
    )
    return f"{d.kind:<8}{d.where} {d.name}: {sides} ({d.reason or 'no known reason'})"
