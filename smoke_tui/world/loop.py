"""The engine's event loop: a fact is let in only when nothing is left to do."""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _Unawaited(ThreadPoolExecutor):
    """A thread for each call that blocks, and nobody waits for one that never returns.

    The interpreter joins an ordinary pool's threads before it ends, so that a name that is not
    resolved would keep the process long after its outcome.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=work, name="unawaited", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing is waited for."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)


class _IdleSelector(selectors.DefaultSelector):
    """A selector that is asked to wait only when the loop has no callback ready.

    asyncio passes a timeout of zero while callbacks wait; any other timeout means idle. That is
    the documented contract of a selector, so no private part of asyncio is touched.
    """

    on_idle: Callable[[], bool] = staticmethod(lambda: False)
    longest: Callable[[], float | None] = staticmethod(lambda: None)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            if self.on_idle():
                timeout = 0
            elif (longest := self.longest()) is not None:
                timeout = longest if timeout is None else min(timeout, longest)
        return super().select(timeout)


class EngineLoop(asyncio.SelectorEventLoop):
    """An event loop that calls `on_idle` before it would sleep; True means: go round again."""

    def __init__(self) -> None:
        self._idle = _IdleSelector()
        super().__init__(self._idle)
        self.set_default_executor(_Unawaited())

    def when_idle(
        self, callback: Callable[[], bool], longest: Callable[[], float | None] = lambda: None
    ) -> None:
        """Set what is called before the loop would sleep.

        `longest` is called then, too: it returns how many seconds the loop may sleep, None for as
        long as it likes.
        """
        self._idle.on_idle = callback
        self._idle.longest = longest

    def drop(self) -> None:
        """Close the loop; tasks that are still there are cancelled and not waited for in vain."""
        self.when_idle(lambda: False)
        tasks = asyncio.all_tasks(self)
        for task in tasks:
            task.cancel()
        if tasks:
            self.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.close()
