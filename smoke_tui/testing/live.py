"""The live provider: calls of a model on the product's own path, with the program's settings."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from typing import ClassVar, Final, Literal

from smoke_tui.codex.preflight import reach
from smoke_tui.codex.stream import StreamReader
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.config.settings import OPTIONS, read_settings
from smoke_tui.errors import UsageError
from smoke_tui.session.configure import config_from, refuse_in_ci
from smoke_tui.session.probe import MakeContext, probe
from smoke_tui.session.resolve import with_client
from smoke_tui.session.secret_options import read_secret_options
from smoke_tui.steps.call_composition import CaseInputs, compose
from smoke_tui.steps.credential import session_bundle
from smoke_tui.testing.exchanges import answer_of
from smoke_tui.testing.provider import LLMAnswer, LLMCall, LLMCallFailedError
from smoke_tui.world.live.browser_clipboard import headless_io
from smoke_tui.world.requests.http import HttpRequest
from smoke_tui.world.resources import StepError

_SOURCE: Final = "the live provider"

Deliver = Callable[[str], None]


class LiveLLMProvider:
    """Calls the provider on the subscription path; giving `max_calls` is the consent to spend.

    Credential, addresses, model and instructions are the program's settings: its options by their
    names with underscores, then the environment (`SMOKE_TUI_BUNDLE`), then config.toml. Calls are
    in no session's record. Where CI is set, the provider's own hosts are refused.

    Example:
        >>> live = LiveLLMProvider(max_calls=2, bundle="bundle.json", model="gpt-5.5")

    Args:
        max_calls: How many calls it makes at most; what failed counts too.
        options: Options of the program.

    Raises:
        UsageError: a setting makes no sense.
        CommandError: the bundle can't be read.
        LLMCallFailedError: live calls are refused here (`ci-refused`).
    """

    kind: ClassVar[Literal["live"]] = "live"

    def __init__(self, *, max_calls: int, **options: str) -> None:
        if max_calls < 1:
            raise UsageError(f"max_calls {max_calls}: give 1 or more")
        _check_options(options)
        self._settings = read_settings({option.name: options.get(option.key) for option in OPTIONS})
        self._secret_options = read_secret_options(self._settings)
        self._config = config_from(self._settings, None, self._secret_options)
        self._resolved = False
        self._lock = threading.Lock()
        self._max_calls = max_calls
        self._calls: list[LLMCall] = []
        if self.live and refuse_in_ci():
            raise LLMCallFailedError(
                "ci-refused",
                "Live calls are refused where CI is set; fake and replay work",
                _SOURCE,
            )

    @property
    def live(self) -> bool:
        """Whether calls go to the provider's own hosts; to a rehearsal they cost nothing."""
        return self._config.real_provider

    @property
    def calls(self) -> tuple[LLMCall, ...]:
        """What was asked, in order; requests without an answer as well."""
        return tuple(self._calls)

    async def complete(
        self,
        prompt: str,
        *,
        purpose: str,
        content_class: str,
        instructions: str = "",
        on_text: Callable[[str], None] | None = None,
    ) -> LLMAnswer:
        """Make one call, on a thread of its own; a call that was sent is not called back.

        Raises:
            LLMCallFailedError: it came to no whole answer, or is one too many (`over-budget`).
        """
        call = LLMCall(purpose, content_class, prompt, instructions)
        self._calls.append(call)
        if len(self._calls) > self._max_calls:
            raise LLMCallFailedError(
                "over-budget", f"max_calls = {self._max_calls} were asked for already", _SOURCE
            )
        loop = asyncio.get_running_loop()
        result: asyncio.Future[LLMAnswer] = loop.create_future()
        problems: list[Exception] = []

        def deliver(piece: str) -> None:
            if on_text is None or result.done() or problems:
                return
            try:
                on_text(piece)
            except Exception as problem:
                problems.append(problem)

        def settle(answer: LLMAnswer | None, problem: Exception | None) -> None:
            if result.done():
                return
            if problem is not None or answer is None:
                result.set_exception(problem or RuntimeError("a call without an answer"))
            else:
                result.set_result(answer)

        def work() -> None:
            later = partial(_on_loop, loop)
            try:
                answer = self._make(call, lambda piece: later(deliver, piece))
            except Exception as problem:
                later(settle, None, problem)
            else:
                later(settle, answer, None)

        threading.Thread(target=work, name="live call", daemon=True).start()
        answer = await result
        if problems:
            raise problems[0]
        return answer

    # --- on the call's own thread ---------------------------------------------------------

    def _make(self, call: LLMCall, deliver: Deliver) -> LLMAnswer:
        return probe(
            self._with_client(),
            self._secret_options,
            headless_io(self._settings.state_dir),
            partial(self._ask, call, deliver),
        )

    def _with_client(self) -> SessionConfig:
        """The configuration with the client version, which is asked for once."""
        with self._lock:
            if not self._resolved:
                self._config = with_client(self._config)
                self._resolved = True
            return self._config

    async def _ask(self, call: LLMCall, deliver: Deliver, context: MakeContext) -> LLMAnswer:
        ctx = context()
        try:
            bundle = await session_bundle(ctx)
            await reach(ctx)
            case = CaseInputs(None, None, str(uuid.uuid4()))
            made = await compose(ctx, bundle, call.prompt, case)
        except StepError as end:
            raise LLMCallFailedError(end.code, end.summary, _SOURCE) from None
        reader = StreamReader()

        def watch(piece: bytes) -> bool:
            before = len(reader.reading.deltas)
            reader.feed(piece)
            for delta in filter(None, reader.reading.deltas[before:]):
                deliver(delta)
            return reader.reading.over

        exchange = await ctx.perform(_with_system(made.request, call.instructions), watch)
        kind: Literal["subscription", "rehearsal"] = "subscription" if self.live else "rehearsal"
        return answer_of(exchange, model=made.model, kind=kind, source=_SOURCE)


def _on_loop(loop: asyncio.AbstractEventLoop, act: Callable[..., None], *values: object) -> None:
    try:
        loop.call_soon_threadsafe(act, *values)
    except RuntimeError:
        # The loop has ended in the meantime; there is nobody left to hear it.
        return


def _with_system(request: HttpRequest, text: str) -> HttpRequest:
    """The request with a system's text before the user's; the instructions stay the product's."""
    if not text:
        return request
    body = request.json
    assert isinstance(body, dict)
    content = [{"type": "input_text", "text": text}]
    developer = {"type": "message", "role": "developer", "content": content}
    *before, user = body["input"]
    return replace(request, json={**body, "input": [*before, developer, user]})


def _check_options(options: dict[str, str]) -> None:
    """Refuse what is no option of the program.

    Raises:
        UsageError: with the nearest one.
    """
    names = [option.key for option in OPTIONS]
    for name in options:
        if name not in names:
            near = get_close_matches(name, names, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"{name} is no option{hint}")
