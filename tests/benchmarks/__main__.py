"""Side by side in one run: `python -m tests.benchmarks [--events N] [--repetitions N] [--parts ...]`; prints tables."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from math import log2
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks import from_raw, history, rebuilding, searching, sink, warehouses
from tests.benchmarks.goals import OUTSIDE, STANDING, Goals

SCALE = {"connector": 1.0, "script": 0.5, "naive": 0.2, "sdk": 0.1, "drt": 0.2}
"""The share of --events that each sender sends: what it costs does not depend on it, but waiting does."""
LATENCY_S = 0.15
ASKED_AT = 1_000_000
"""Of fewer events the start of a sync and of dbt are most of the cost."""
LONG_HISTORY = 10_000_000
PARTS = ("senders", "raw", "latency", "search", "memory", "history", "dbt")
PACKAGES = ("duckdb", "pyarrow", "httpx", "msgspec", "dbt-core", "facebook-business", "drt-core")


def send(name: str, source: Path, address: str, events: int, *more: object) -> dict[str, Any]:
    """Run one sender in a process of its own on a fresh copy of the warehouse; what it spent."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(source, Path(folder) / "warehouse.duckdb")
        command = [sys.executable, "-m", "tests.benchmarks.senders", name, copy, address, events, *more]
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True)
    spent: dict[str, Any] = json.loads(done.stdout)
    return spent


def compare_senders(folder: Path, events: int, repetitions: int, goals: Goals) -> None:
    source = folder / "senders.duckdb"
    size = warehouses.build(source, events)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in SCALE}
    with sink.running() as address:
        for _ in range(repetitions):
            for name, share in SCALE.items():
                sent = max(int(events * share), 1000)
                runs[name].append(send(name, source, address, sent) | {"events": sent})
    per_million = {name: [1e6 * one["cpu_s"] / one["events"] for one in spent] for name, spent in runs.items()}
    say(f"## CPU-seconds per million events, payloads of {size:.0f} bytes\n")
    say("| sender | events | CPU-s per M (median, all) | events per CPU-second, times the SDK |\n|---|---|---|---|")
    goals.per_million = {name: median(costs) for name, costs in per_million.items()}
    for name, costs in per_million.items():
        each = ", ".join(f"{cost:.1f}" for cost in costs)
        middle, sdk = goals.per_million[name], goals.per_million["sdk"]
        say(f"| {name} | {runs[name][0]['events']:,} | {middle:.1f} ({each}) | {sdk / middle:.1f} |")
    ledger = [sum(one["shares"].values()) / one["cpu_s"] for one in runs["connector"]]
    writes = [sum(one["shares"].get(verb, 0) for verb in ("record", "end")) / one["cpu_s"] for one in runs["connector"]]
    goals.ledger_share = median(ledger)
    say(f"\nledger: {median(ledger):.0%} of the connector's CPU ({median(writes):.0%} without claim and proof)\n")


def measure_from_raw(folder: Path, orders: int, goals: Goals) -> None:
    """With the demo shop's raw tables. The other senders read a flat and clean table: they need no joins for it."""
    with sink.running() as address:
        spent = from_raw.measure(
            folder / "from_raw.duckdb", orders, lambda path, events: send("connector", path, address, events)
        )
    goals.from_raw = 1e6 * (spent.dbt_cpu_s + spent.sync_cpu_s) / spent.events
    say(f"## From raw tables to accepted, {orders:,} orders, {spent.events:,} events\n")
    say(f"| part | CPU-s | per M |\n|---|---|---|\n| dbt build | {spent.dbt_cpu_s:.1f} | |")
    say(f"| sync | {spent.sync_cpu_s:.1f} | |\n| both | | {goals.from_raw:.0f} |\n")


def measure_latency(folder: Path, events: int, goals: Goals) -> None:
    source = folder / "latency.duckdb"
    warehouses.build(source, events)
    say(f"## Wall clock with {LATENCY_S * 1000:.0f} ms a request, {events:,} events\n")
    say("| in flight | seconds | ideal | share |\n|---|---|---|---|")
    with sink.running(LATENCY_S) as address:
        for concurrency in (1, 4, 16):
            spent = send("connector", source, address, events, concurrency)
            ideal = events / 1000 / concurrency * LATENCY_S
            goals.of_ideal[concurrency] = ideal / spent["wall_s"]
            say(f"| {concurrency} | {spent['wall_s']:.1f} | {ideal:.1f} | {goals.of_ideal[concurrency]:.0%} |")
    say("")


def measure_search(goals: Goals) -> None:
    events, refused, answer_s = searching.BATCHES * searching.BATCH, searching.REFUSED, searching.ANSWER_S
    say(f"## {refused} refused events among {events:,}, {answer_s:g} s an answer, {searching.IN_FLIGHT} in flight\n")
    found = searching.measure()
    goals.times_clean = found.times_clean
    say("| what | seconds | answers in a row |\n|---|---|---|")
    say(f"| all events, none refused | {found.clean_s:.1f} | {found.clean_s / answer_s:.0f} |")
    say(f"| those of batches without a refused one | {found.others_s:.1f} | {found.others_s / answer_s:.0f} |")
    rounds = f"{found.neighbours_rounds:.0f}; log2({searching.BATCH}) is {log2(searching.BATCH):.0f}"
    say(f"| the last neighbour of a refused one | {found.neighbours_rounds * answer_s:.1f} | {rounds} |")
    say(f"\n{found.requests} requests: {found.requests / searching.IN_FLIGHT:.0f} answers in a row at the least\n")


def measure_memory(folder: Path, events: int, goals: Goals) -> None:
    say("## Peak resident memory\n\n| events | MB |\n|---|---|")
    with sink.running() as address:
        for count in (events, 5 * events):
            source = folder / f"memory-{count}.duckdb"
            warehouses.build(source, count)
            goals.peak_mb[count] = send("connector", source, address, count)["peak_mb"]
            source.unlink()
            say(f"| {count:,} | {goals.peak_mb[count]:.0f} |")
    say("")


def measure_history(folder: Path, events: int, goals: Goals) -> None:
    say("## Search for owed rows, 1,000 new ones\n\n| accepted before | age of the history | CPU-s |\n|---|---|---|")
    standing = [(times * events, STANDING) for times in (1, 5, 10)]
    outside = [(count, OUTSIDE) for count in (events, 5 * events, LONG_HISTORY)]
    for count, days in [*standing, (LONG_HISTORY, 30), *outside]:
        goals.search_s[(count, days)] = history.search(folder / f"history-{count}-{days}.duckdb", count, days)
        say(f"| {count:,} | {days} days | {goals.search_s[(count, days)]:.2f} |")
    say("")


def measure_rebuilding(folder: Path, orders: int, goals: Goals) -> None:
    say(f"## dbt on a shop of {rebuilding.DAYS} days, its start included\n")
    say("| build | conversions | seconds | CPU-s |\n|---|---|---|---|")
    for build in rebuilding.measure(folder / "rebuilding.duckdb", orders):
        say(f"| {build.what} | {build.conversions:,} | {build.wall_s:.0f} | {build.cpu_s:.0f} |")
        goals.build_s[build.what] = build.cpu_s
        goals.first_build = goals.first_build or 1e6 * build.cpu_s / build.conversions
    say("")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    reading = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    reading.add_argument("--events", type=int, default=100_000)
    reading.add_argument("--repetitions", type=int, default=5)
    reading.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    asked = reading.parse_args()
    python, load = platform.python_version(), os.getloadavg()[0]
    say(f"{os.cpu_count()} cores, {platform.platform()}, Python {python}, load {load:.1f}")
    say(", ".join(f"{name} {version(name)}" for name in PACKAGES) + "\n")
    goals = Goals()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "senders" in asked.parts:
            compare_senders(folder, asked.events, asked.repetitions, goals)
        if "raw" in asked.parts:
            measure_from_raw(folder, asked.events // 5, goals)
        if "latency" in asked.parts:
            measure_latency(folder, asked.events, goals)
        if "search" in asked.parts:
            measure_search(goals)
        if "memory" in asked.parts:
            measure_memory(folder, asked.events, goals)
        if "history" in asked.parts:
            measure_history(folder, asked.events, goals)
        if "dbt" in asked.parts:
            measure_rebuilding(folder, asked.events * 2 // 5, goals)
    say(goals.table())
    if asked.events < ASKED_AT:
        say(f"\nMemory, latency and the way from raw rows are asked at {ASKED_AT:,} events: EVENTS={ASKED_AT}.")


if __name__ == "__main__":
    main()
