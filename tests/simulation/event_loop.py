"""asyncio in virtual time: ready callbacks run in seeded order, an idle loop lets the clock go on."""

from __future__ import annotations

import asyncio
import heapq
from collections import defaultdict, deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.simulation.machine import Machine

T = TypeVar("T")


class VirtualLoop(asyncio.BaseEventLoop):
    """The event loop of one process. What asyncio runs in a thread runs in one of the scheduler's."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self._machine = machine
        self._lanes: dict[Any, deque[Callable[[], None]]] = defaultdict(deque)
        self.set_exception_handler(lambda *_: None)

    def time(self) -> float:
        return self._machine.monotonic()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine, as `asyncio.run` gives it."""
        task = self.create_task(coroutine)
        while not task.done():
            self._turn()
        return task.result()

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        """In one of the scheduler's threads: the works of one executor one after another, as in a pool of one."""
        future: asyncio.Future[T] = self.create_future()
        lane = self._lanes[executor]
        lane.append(lambda: self._work(future, func, *args))
        if len(lane) == 1:
            self._machine.start_thread(lambda: _work_off(lane))
        return future

    def _work(self, future: asyncio.Future[T], func: Callable[..., T], *args: Any) -> None:
        try:
            result = func(*args)
        except Exception as error:
            self._tell(future, future.set_exception, error)
        else:
            self._tell(future, future.set_result, result)

    def _tell(self, future: asyncio.Future[Any], tell: Callable[[Any], None], what: Any) -> None:
        self.call_soon_threadsafe(lambda: None if future.done() else tell(what))

    def _turn(self) -> None:
        """One callback that is ready, or the wait for the next."""
        self._machine.refuse_to_be_dead()
        while self._scheduled and self._scheduled[0]._when <= self.time():
            timer = heapq.heappop(self._scheduled)
            timer._scheduled = False
            self._ready.append(timer)
        if not self._ready:
            self._machine.idle(max(self._scheduled[0]._when - self.time(), 0.0) if self._scheduled else None)
            return
        place = self._machine.dice.randrange(len(self._ready))
        handle = self._ready[place]
        del self._ready[place]
        if not handle._cancelled:
            asyncio._set_running_loop(self)
            try:
                handle._run()
            finally:
                asyncio._set_running_loop(None)

    def _write_to_self(self) -> None:
        self._machine.wake()

    def _process_events(self, event_list: Any) -> None:
        """There are no sockets."""

    def abandon(self) -> None:
        """Let go of what a dead process had begun, without a word of complaint."""
        for task in asyncio.all_tasks(self):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            with suppress(BaseException):  # it was in the middle of something
                task.get_coro().close()  # type: ignore[union-attr]
        self.close()


def _work_off(lane: deque[Callable[[], None]]) -> None:
    while lane:
        lane[0]()
        lane.popleft()
