"""The sandbox's time."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(slots=True)
class Clock:
    """System time, moved by `offset_s` seconds. Everything that is late, early or settled is judged by this clock."""

    offset_s: float = 0.0

    def now(self) -> float:
        """Seconds since 1970 in UTC."""
        return time.time() + self.offset_s
