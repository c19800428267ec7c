"""Which troubles a seed has, and how often they strike.

Every seed leaves about half of the troubles out: where all of them strike at once, each hides what another would show.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

RATES = {
    # at each place where a process may be overtaken
    "crash": 0.012,
    "freeze": 0.02,
    "wall clock jumps": 0.01,
    # at each statement, and at each commit
    "statement fails": 0.012,
    "read fails": 0.4,
    "database goes down": 0.003,
    "commit fails": 0.04,
    "commit's answer is lost": 0.08,
    # at each request
    "no connection": 0.08,
    "request lost": 0.05,
    "answer lost": 0.06,
    "slow answer": 0.08,
    "late processing": 0.04,
    "server error": 0.05,
    "server error after processing": 0.05,
    "short count": 0.04,
    "answer that is no JSON": 0.04,
    "page of a proxy": 0.03,
    "limit reached": 0.05,
    "limit announced": 0.06,
    "token dies": 0.02,
}
"""How likely a trouble is each time that it could strike."""
FREEZES_S = (1.0, 31.0, 95.0, 125.0, 125.0, 200.0, 600.0, 4_000.0)
OUTAGES_S = (0.5, 5.0, 12.0, 60.0, 200.0)
WALL_IS_AHEAD = (
    timedelta(minutes=-45),
    timedelta(seconds=-20),
    timedelta(0),
    timedelta(seconds=20),
    timedelta(hours=2),
)
"""Back by less than the hour that every window of Meta's keeps in hand: beyond it no promise about time can hold."""


@dataclass
class Faults:
    """The troubles of one seed. `counts`: how many struck. Once `are_over`, none does."""

    dice: random.Random
    rates: dict[str, float]
    are_over: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of_seed(cls, seed: int) -> Faults:
        """The first thing that is drawn from a seed's dice."""
        return cls.of(random.Random(seed))  # noqa: S311 - reproducible, not secret

    @classmethod
    def of(cls, dice: random.Random) -> Faults:
        harshness = dice.choice([1.0, 2.0, 2.0, 4.0])
        return cls(dice, {name: rate * harshness for name, rate in RATES.items() if dice.random() < 0.5})

    def strikes(self, name: str, *, weight: float = 1.0) -> bool:
        rate = 0.0 if self.are_over else self.rates.get(name, 0.0) * weight
        if not rate or self.dice.random() >= rate:
            return False
        self.counts[name] += 1
        return True

    def happens(self, name: str, chance: float) -> bool:
        """What is no trouble but life: an edit, a stop. It is counted too."""
        if self.are_over or self.dice.random() >= chance:
            return False
        self.counts[name] += 1
        return True

    def statement_s(self) -> float:
        """Most statements are quick, some are not."""
        return self.dice.uniform(0.0005, 0.01) if self.dice.random() < 0.95 else self.dice.uniform(0.1, 8.0)

    def freeze_s(self) -> float:
        return self.dice.choice(FREEZES_S)

    def outage_s(self) -> float:
        return self.dice.choice(OUTAGES_S)

    def wall_is_ahead(self) -> timedelta:
        return self.dice.choice(WALL_IS_AHEAD)
