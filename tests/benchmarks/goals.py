"""The goals of a sync's speed, and which of them a run of the benchmarks met."""

from __future__ import annotations

from dataclasses import dataclass, field

TIMES_THE_SDK = 12.0
TIMES_THE_SDK_FROM_RAW = 8.0
TIMES_THE_SCRIPT = 2.5
OF_IDEAL = {1: 0.85, 4: 0.85, 16: 0.5}
"""By the requests in flight."""
GROWTH = 1.10
MOST_MB = 1_000
FIRST_BUILD_CPU_S = 45
"""Per million conversions."""
TIMES_ONE_VIEW = 1.5
TIMES_QUIET = 1.5
CLAIM_GROWTH = 2.0
"""Behind ten times as many accepted rows that still stand in the relation."""
LEDGER_SHARE = 0.15
TIMES_CLEAN = 1.3
SEARCH_GROWTH = 1.5
"""A longer history may make the search so much dearer, and it is still bounded by the window."""
OUTSIDE = 100
"""Days: an age of the history at which it lies outside every window."""
STANDING = 1
"""Days: an age at which what was accepted still stands in the events relation."""


@dataclass(slots=True)
class Goals:
    """What was measured; empty where a part was not run. Costs are CPU-seconds: per million, of a search or a build.

    `search_s`: by how many were accepted before, and how many days ago. `build_s`: by what was built, at the least.
    """

    per_million: dict[str, float] = field(default_factory=dict)
    ledger_share: float | None = None
    from_raw: float | None = None
    times_clean: float | None = None
    of_ideal: dict[int, float] = field(default_factory=dict)
    peak_mb: dict[int, float] = field(default_factory=dict)
    search_s: dict[tuple[int, int], float] = field(default_factory=dict)
    first_build: float | None = None
    build_s: dict[str, float] = field(default_factory=dict)

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
            goal = f"{OF_IDEAL[concurrency]:.0%} of the ideal with latency, {concurrency} in flight"
            rows.append((goal, f"{share:.0%}", share >= OF_IDEAL[concurrency]))
        if self.times_clean is not None:
            goal = f"beside refused events: batches without one within {TIMES_CLEAN:g} x of the clean run"
            rows.append((goal, f"{self.times_clean:.2f} x", self.times_clean <= TIMES_CLEAN))
        if self.peak_mb:
            (few, least), (many, most) = min(self.peak_mb.items()), max(self.peak_mb.items())
            growth = most / least
            goal = f"memory grows by 10 % at most from {few:,} to {many:,} events, and is {MOST_MB:,} MB at most"
            rows.append((goal, f"{growth - 1:+.0%}, {most:.0f} MB", growth <= GROWTH and most <= MOST_MB))
        if self.ledger_share is not None:
            goal = f"ledger: {LEDGER_SHARE:.0%} of the CPU at most"
            rows.append((goal, f"{self.ledger_share:.0%}", self.ledger_share <= LEDGER_SHARE))
        if self.search_s:
            outside = {count: seconds for (count, days), seconds in self.search_s.items() if days == OUTSIDE}
            (few, least), (many, most) = min(outside.items()), max(outside.items())
            goal = f"search bounded by the window: {many:,} rows outside it in place of {few:,}"
            rows.append((goal, f"{least:.2f} s, then {most:.2f} s", most <= SEARCH_GROWTH * least))
            standing = {count: seconds for (count, days), seconds in self.search_s.items() if days == STANDING}
            (few, least), (many, most) = min(standing.items()), max(standing.items())
            goal = f"claim behind accepted rows that stand: {many:,} within {CLAIM_GROWTH:g} x of {few:,}"
            rows.append((goal, f"{least:.2f} s, then {most:.2f} s", most <= CLAIM_GROWTH * least))
        return [*rows, *self._builds()]

    def _builds(self) -> list[tuple[str, str, bool]]:
        if self.first_build is None:
            return []
        first = self.first_build
        quiet, view, few = (self.build_s[what] for what in ("nothing is new", "one view", "1,000 orders are new"))
        goal = f"first build: {FIRST_BUILD_CPU_S} CPU-s per million conversions at most"
        return [
            (goal, f"{first:.0f}", first <= FIRST_BUILD_CPU_S),
            (
                f"nothing new: {TIMES_ONE_VIEW:g} x of one view at most",
                f"{quiet / view:.1f} x",
                quiet <= TIMES_ONE_VIEW * view,
            ),
            (
                f"1,000 new orders: {TIMES_QUIET:g} x of nothing new at most",
                f"{few / quiet:.1f} x",
                few <= TIMES_QUIET * quiet,
            ),
        ]
