"""What the fault tests did, for the table at the end of the run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """One kind of trouble in one warehouse. `twice`: events received more than once, all of them told beforehand."""

    trouble: str
    warehouse: str
    senders: int
    runs: int
    injected: int
    events: int
    lost: int
    silent_duplicates: int
    twice: int


ROWS: list[Row] = []
HISTORIES: Counter[str] = Counter()
"""What happened in histories that were made up at random; one that broke the promise ended its test."""
COLUMNS = ("trouble", "warehouse", "senders", "runs", "injected", "events", "twice, told", "lost", "silent duplicates")


def lines() -> list[str]:
    """The table: a line for each trouble, warehouse and number of senders, with their sums."""
    summed: dict[tuple[str, str, int], list[int]] = {}
    for r in ROWS:
        counts = (r.runs, r.injected, r.events, r.twice, r.lost, r.silent_duplicates)
        before = summed.get((r.trouble, r.warehouse, r.senders), [0] * len(counts))
        summed[r.trouble, r.warehouse, r.senders] = [one + more for one, more in zip(before, counts, strict=True)]
    cells = [(*what, *counts) for what, counts in summed.items()]
    sums = ("together", "", "", *(sum(int(row[place]) for row in cells) for place in range(3, len(COLUMNS))))
    table = [COLUMNS, *cells, sums]
    widths = [max(len(str(row[place])) for row in table) for place in range(len(COLUMNS))]
    return [
        "  ".join(
            str(cell).ljust(width) if place < 2 else str(cell).rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in table
    ]


def lines_of_histories() -> list[str]:
    """One line of counts, and one of what befell the runs."""
    deeds = {name.removeprefix("deed: "): HISTORIES[name] for name in sorted(HISTORIES) if name.startswith("deed: ")}
    plain = {name: HISTORIES[name] for name in ("histories", "steps", "runs", "replays", "conversions")}
    crashes = HISTORIES["deed: crash"]
    sums = plain | {"crashes": crashes, "other faults": sum(deeds.values()) - crashes}
    sums |= {name: HISTORIES[name] for name in ("events received", "twice, told")}
    sums |= {"lost": 0, "silent duplicates": 0}
    return [", ".join(f"{name} {number}" for name, number in told.items()) for told in (sums, deeds)]
