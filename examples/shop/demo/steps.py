"""The demo's progress: a moving line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.status import Status


@dataclass(slots=True)
class Step:
    """A step that is running; `result` is appended to its last line."""

    _console: Console
    _title: str
    _status: Status
    result: str = ""

    def now(self, what: str) -> None:
        """Show the current part, on a terminal only."""
        self._status.update(f"{escape(self._title)}: {escape(what)}")

    def part(self, what: str, seconds: float) -> None:
        """Print that a part is done."""
        self._console.print(f"    {what:<24}{seconds:6.1f} s", style="dim", highlight=False)


@dataclass(frozen=True, slots=True)
class Steps:
    """Prints steps on a console."""

    console: Console
    began: float = field(default_factory=time.monotonic)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """One step: its title while it runs, a line with its seconds when it is done or failed."""
        started = time.monotonic()
        with self.console.status(escape(title)) as status:
            step = Step(self.console, title, status)
            try:
                yield step
            except BaseException:
                self._line("x", "red", title, "", started)
                raise
        self._line("+", "green", title, step.result, started)

    def _line(self, mark: str, color: str, title: str, result: str, started: float) -> None:
        said = f"{title}: {result}" if result else title
        seconds = time.monotonic() - started
        self.console.print(
            f"[{color}]{mark}[/] {escape(said)} [dim]({seconds:.1f} s)[/]", highlight=False, soft_wrap=True
        )

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self.began
