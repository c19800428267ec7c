"""What a piece of work cost this process and its threads."""

from __future__ import annotations

import resource
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Spent:
    """Seconds of CPU (user and system, all threads) and of wall clock, and the peak of resident memory in MB."""

    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_mb: float = 0.0


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """The peak since this program began. Not ru_maxrss: a child starts with the peak of the process that started it."""
    status = Path("/proc/self/status").read_text()
    return float(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def measured() -> Iterator[Spent]:
    spent, cpu, wall = Spent(), cpu_s(), time.perf_counter()
    yield spent
    spent.cpu_s = cpu_s() - cpu
    spent.wall_s = time.perf_counter() - wall
    spent.peak_mb = peak_mb()
