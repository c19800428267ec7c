"""The goals of a sync's speed, and which of them a run of the benchmarks met."""

from __future__ import annotations

from dataclasses import dataclass, field

TIMES_THE_SDK = 12.0
TIMES_THE_SDK_FROM_RAW = 8.0
TIMES_THE_SCRIPT = 1.5
OF_IDEAL = 0.85
GROWTH = 1.10
LEDGER_SHARE = 0.15
TIMES_CLEAN = 1.3
SEARCH_GROWTH = 1.5
"""A longer history may make the search so much dearer, and it is still bounded by the window."""
OUTSIDE = 100
"""Days: an age of the history at which it lies outside every window."""


@dataclass(slots=True)
class Goals:
    """What was measured; empty where a part was not run. Costs are CPU-seconds: per million events, or of a search."""

    per_million: dict[str, float] = field(default_factory=dict)
    ledger_share: float | None = None
    from_raw: float | None = None
    times_clean: float | None = None
    of_ideal: dict[int, float] = field(default_factory=dict)
    peak_mb: dict[int, float] = field(default_factory=dict)
    search_s: dict[tuple[int, int], float] = field(default_factory=dict)

    def table(self) -> str:
        """One line a goal: what is asked, what was measured, whether it is met."""
        lines = [f"| {goal} | {measured} | {'yes' if met else 'no'} |" for goal, measured, met in self._rows()]
        return "\n".join(["## Goals\n", "| goal | measured | met |", "|---|---|---|", *lines])

    def _rows(self) -> list[tuple[str, str, bool]]:
        rows = []
        if self.per_million:
            sdk, script = (self.per_million[name] / self.per_million["connector"] for name in ("sdk", "script"))
            rows.append((f"sync alone: {TIMES_THE_SDK:g} x the SDK", f"{sdk:.1f} x", sdk >= TIMES_THE_SDK))
            rows.append((f"{TIMES_THE_SCRIPT:g} x the careful script", f"{script:.2f} x", script >= TIMES_THE_SCRIPT))
        if self.per_million and self.from_raw:
            times = self.per_million["sdk"] / self.from_raw
            goal = f"from raw rows: {TIMES_THE_SDK_FROM_RAW:g} x the SDK"
            rows.append((goal, f"{times:.1f} x", times >= TIMES_THE_SDK_FROM_RAW))
        for concurrency, share in self.of_ideal.items():
            goal = f"{OF_IDEAL:.0%} of the ideal with latency, {concurrency} in flight"
            rows.append((goal, f"{share:.0%}", share >= OF_IDEAL))
        if self.times_clean is not None:
            goal = f"beside refused events: batches without one within {TIMES_CLEAN:g} x of the clean run"
            rows.append((goal, f"{self.times_clean:.2f} x", self.times_clean <= TIMES_CLEAN))
        if self.peak_mb:
            (few, least), (many, most) = min(self.peak_mb.items()), max(self.peak_mb.items())
            growth = most / least
            goal = f"memory grows by 10 % at most from {few:,} to {many:,} events"
            rows.append((goal, f"{growth - 1:+.0%}", growth <= GROWTH))
        if self.ledger_share is not None:
            goal = f"ledger: {LEDGER_SHARE:.0%} of the CPU at most"
            rows.append((goal, f"{self.ledger_share:.0%}", self.ledger_share <= LEDGER_SHARE))
        if self.search_s:
            outside = {count: seconds for (count, days), seconds in self.search_s.items() if days == OUTSIDE}
            (few, least), (many, most) = min(outside.items()), max(outside.items())
            goal = f"search bounded by the window: {many:,} rows outside it in place of {few:,}"
            rows.append((goal, f"{least:.2f} s, then {most:.2f} s", most <= SEARCH_GROWTH * least))
        return rows
