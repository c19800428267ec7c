"""One process on a machine of its own: its clocks, its threads, how it freezes and how it dies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation.event_loop import VirtualLoop
from tests.simulation.scheduler import Killed, Owner

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.scheduler import Thread
    from tests.simulation.world import World

BEGINNING = datetime(2026, 11, 2, 9, tzinfo=UTC)


class Machine(Owner):
    """A process. Its wall clock may be wrong and jump; its monotonic clock goes on while it is frozen."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.scheduler = world.scheduler
        self.dice = world.dice
        self.faults = world.faults
        self.name = name
        self.is_dead = False
        self.frozen_until = 0.0
        self.wall_is_ahead = timedelta(0)
        self.is_sending = False
        self.in_flight = 0
        self._booted = -self.dice.uniform(0, 1e6)
        self.loop = VirtualLoop(self)
        self._main: Thread | None = None

    def start(self, work: Callable[[], None]) -> None:
        self._main = self.scheduler.spawn(self, work)

    def start_thread(self, work: Callable[[], None]) -> None:
        self.scheduler.spawn(self, work, after=self.dice.uniform(0, 0.002))

    def monotonic(self) -> float:
        return self.scheduler.now - self._booted

    def wall(self) -> datetime:
        """What this machine takes for the time, aware."""
        return self.world.true_time() + self.wall_is_ahead

    def idle(self, seconds: float | None) -> None:
        self.scheduler.wait(seconds)
        self.refuse_to_be_dead()

    def wake(self) -> None:
        if self._main is not None:
            self.scheduler.wake(self._main)

    def refuse_to_be_dead(self) -> None:
        if self.is_dead:
            raise Killed

    def strikes(self, name: str) -> bool:
        """Beginning and ending take many statements and are over soon: most troubles are kept for what lies between."""
        return self.faults.strikes(name, weight=1.0 if self.is_sending else 0.3)

    def point(self, what: str, *, takes: float = 0.0) -> None:
        """A place where the process may be killed, frozen or overtaken by others."""
        self.refuse_to_be_dead()
        self.world.trace(self.name, what)
        if self.strikes("crash"):
            self.die()
        if self.strikes("freeze"):
            seconds = self.faults.freeze_s()
            self.world.trace(self.name, f"frozen for {seconds:.0f} s")
            self.frozen_until = self.scheduler.now + seconds
        if self.strikes("wall clock jumps"):
            self.wall_is_ahead = self.faults.wall_is_ahead()
        self.scheduler.sleep(takes)
        self.refuse_to_be_dead()

    def die(self) -> None:
        """SIGKILL, from one of its own threads: the others never run again, and its sessions are rolled back."""
        self.world.trace(self.name, "killed")
        self.is_dead = True
        self.scheduler.at(self.scheduler.now, self._bury)
        self.scheduler.wait(None)
        raise Killed

    def kill(self) -> None:
        """SIGKILL, from outside."""
        if not self.is_dead:
            self.world.trace(self.name, "killed from outside")
            self.is_dead = True
            self._bury()

    def _bury(self) -> None:
        self.scheduler.bury(self)
        self.loop.abandon()
        self.world.gone(self)
