"""Processes that the demo starts, each in a group of its own, so that ending one ends whatever it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

GRACE_S = 5.0
LOOK_EVERY_S = 0.05
LEAVING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ChildProcess:
    """`python -m <command>` with all its output going to a log file; leaving the `with` ends it and its group.

    One with a `stdin` is sent lines by `write_line`.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        stdin: bool = False,
    ) -> None:
        self.log = log
        with log.open("wb") as output, signals_deferred(self.stop):
            self._process = subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, "-m", *command],
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                text=True,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def ended(self) -> bool:
        """True once it has ended. It is not reaped before `wait` or `stop`, so that its group's id stays its own."""
        if self._process.returncode is not None:
            return True
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def wait(self) -> int:
        """Its exit code."""
        while not self.ended:
            time.sleep(LOOK_EVERY_S)
        self.stop()
        return self._process.wait()

    def write_line(self, line: str) -> None:
        """Send a line to its standard input; one that has ended gets nothing."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.write(f"{line}\n")
                self._process.stdin.flush()

    def lines(self, log: Path | None = None) -> Iterator[str]:
        """Its output, from its log or another file, line by line while it runs, until it has ended."""
        with (log or self.log).open(errors="replace") as said:
            begun = ""
            while True:
                last = self.ended
                for piece in said:
                    begun += piece
                    if begun.endswith("\n"):
                        yield begun.rstrip("\n")
                        begun = ""
                if last:
                    break
                time.sleep(LOOK_EVERY_S)
            if begun:
                yield begun

    def stop(self) -> None:
        """Ask the group to end, and kill it after a grace period."""
        if self._process.returncode is not None:
            return
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        if not self.ended:
            os.killpg(self._process.pid, signal.SIGTERM)
            deadline = time.monotonic() + GRACE_S
            while not self.ended and time.monotonic() < deadline:
                time.sleep(LOOK_EVERY_S)
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._wait_for_group()

    def _wait_for_group(self) -> None:
        """Wait, within the grace period, until nothing is left of the killed group."""
        deadline = time.monotonic() + GRACE_S
        with suppress(ProcessLookupError, PermissionError):
            while time.monotonic() < deadline:
                os.killpg(self._process.pid, 0)
                time.sleep(LOOK_EVERY_S)


@contextmanager
def signals_deferred(before_leaving: Callable[[], None]) -> Iterator[None]:
    """Hold signals back until a new child is known: one that arrived in between would leave it behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in LEAVING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        before_leaving()
        signal.raise_signal(came[0])


@contextmanager
def exit_on_signals() -> Iterator[None]:
    """Turn SIGTERM and a closed terminal into an exit through every `with`, as Ctrl-C does: no child stays behind."""

    def leave(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
