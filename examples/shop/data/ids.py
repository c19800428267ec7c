"""Ids of rows that never meet: every batch of rows numbers its own hundred million."""

from collections import Counter

_ROOM = 100_000_000


class Ids:
    """Hands out ids such as `O100000001`; round 0 is the shop itself, later rounds are what arrives after it."""

    def __init__(self, round_no: int) -> None:
        self._base = (round_no + 1) * _ROOM
        self._given: Counter[str] = Counter()

    def take(self, prefix: str) -> str:
        """The next id of that kind."""
        self._given[prefix] += 1
        return f"{prefix}{self._base + self._given[prefix]}"
