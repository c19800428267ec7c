"""Virtual time, and the one thread at a time that runs: a discrete-event scheduler over greenlets.

A thread gives way only where it sleeps or waits. What happens at the same moment happens in seeded order, so that one
seed is one history.
"""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from greenlet import getcurrent, greenlet

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

MOST_STEPS = 200_000
"""A history has some thousands of steps: one that goes on and on is a sender that never ends."""


class Killed(BaseException):
    """The process is gone. Nothing may catch this and go on."""


class Endless(Exception):  # noqa: N818 - a finding, not an error of the simulation
    """The history does not come to an end."""


class Owner:
    """Who threads belong to: they run not before `frozen_until`, and no more once it is dead."""

    name = "the world"
    frozen_until = 0.0
    is_dead = False


@dataclass(eq=False)
class Thread:
    """A thread of an owner. `turn` tells its last wake-up call from those before."""

    owner: Owner
    body: greenlet
    turn: int = 0
    is_waiting: bool = False


@dataclass
class Scheduler:
    """`now` is the true time in seconds, which no clock inside the world shows exactly."""

    dice: random.Random
    now: float = 0.0
    steps: int = 0
    _agenda: list[tuple[float, float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _threads: dict[greenlet, Thread] = field(default_factory=dict)

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Do `action` when the clock shows `moment`. It may not wait."""
        heapq.heappush(self._agenda, (max(moment, self.now), self.dice.random(), next(self._numbers), action))

    def spawn(self, owner: Owner, work: Callable[[], None], *, after: float = 0.0) -> Thread:
        """A new thread."""

        def body() -> None:
            try:
                work()
            except Killed:
                pass
            finally:
                self._threads.pop(getcurrent(), None)

        thread = Thread(owner, greenlet(body))
        self._threads[thread.body] = thread
        self._call(thread, self.now + after)
        return thread

    def sleep(self, seconds: float) -> None:
        """The current thread gives way for so long."""
        thread = self._threads[getcurrent()]
        self._call(thread, self.now + seconds)
        self._give_way()

    def wait(self, seconds: float | None) -> None:
        """The current thread gives way until it is woken, or for so long."""
        thread = self._threads[getcurrent()]
        thread.turn += 1
        thread.is_waiting = True
        if seconds is not None:
            self._call(thread, self.now + seconds)
        self._give_way()
        thread.is_waiting = False

    def wake(self, thread: Thread) -> None:
        """End the wait of a thread; one that sleeps sleeps on."""
        if thread.is_waiting:
            self._call(thread, self.now)

    @property
    def current_owner(self) -> Owner | None:
        """Who the current thread belongs to; None between two steps."""
        thread = self._threads.get(getcurrent())
        return thread.owner if thread else None

    def bury(self, owner: Owner) -> None:
        """Unwind the threads of a dead owner, so that what it held is let go. Called between two steps only."""
        for thread in [one for one in self._threads.values() if one.owner is owner]:
            thread.turn += 1
            if thread.body:  # one that has not begun has nothing to unwind
                thread.body.parent = getcurrent()
                thread.body.throw(Killed)

    def run(self) -> None:
        """Until nothing is left to do."""
        while self._agenda:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise Endless(f"after {MOST_STEPS} steps, at {self.now:.0f} s")
            moment, _, _, action = heapq.heappop(self._agenda)
            self.now = max(self.now, moment)
            action()

    def _call(self, thread: Thread, moment: float) -> None:
        thread.turn += 1
        turn = thread.turn
        self.at(moment, lambda: self._resume(thread, turn))

    def _resume(self, thread: Thread, turn: int) -> None:
        if thread.turn != turn or thread.body.dead or thread.owner.is_dead:
            return
        if thread.owner.frozen_until > self.now:
            self.at(thread.owner.frozen_until, lambda: self._resume(thread, turn))
            return
        thread.body.parent = getcurrent()
        thread.body.switch()

    def _give_way(self) -> None:
        loop = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            getcurrent().parent.switch()
        finally:
            asyncio._set_running_loop(loop)
