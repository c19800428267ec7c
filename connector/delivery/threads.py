"""Where blocking work is done: the warehouse is asked in threads, so that answers are heard meanwhile."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

T = TypeVar("T")
SWITCH_S = 0.0001
"""How long a thread may keep the interpreter while others want it, during a run. A write asks the warehouse some ten
things and waits after each for whoever screens a batch: with Python's 5 ms that is longer than the write itself."""


class InThread(Protocol):
    """Does `work` in a thread and returns its result. The run never asks for two works of one role at a time."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]: ...


class OwnThread:
    """One thread of its own; leaving waits for the work that is under way, also after a cancellation."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def __call__(self, work: Callable[[], T], /) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        self._pool.shutdown(wait=True)


@contextmanager
def two_threads(given: InThread | None, *, at_once: bool) -> Iterator[tuple[InThread, InThread]]:
    """The writer's thread and the reader's, which are one where the warehouse is not asked two things `at_once`.

    `given` serves as both, for a simulation that decides who runs when.
    """
    if given is not None:
        yield given, given
        return
    writer = OwnThread("ledger-writer")
    reader = OwnThread("ledger-reader") if at_once else writer
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(min(SWITCH_S, interval_s))
    try:
        yield writer, reader
    finally:
        sys.setswitchinterval(interval_s)
        reader.close()
        writer.close()
