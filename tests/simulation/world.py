"""One seed from its beginning to its verdict: rows, senders and troubles, then calm, then the promise is judged."""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from tenacity import nap

from connector.ledger import reading
from tests.simulation.database import EVENTS
from tests.simulation.faults import Faults
from tests.simulation.machine import BEGINNING, Machine
from tests.simulation.meta import POISON, Meta
from tests.simulation.promise import broken_promises, unsettled
from tests.simulation.scheduler import Endless, Owner, Scheduler
from tests.simulation.sender import TTL_S, Plants, Sender, Terms
from tests.support.shops import DATASET, event

if TYPE_CHECKING:
    from tests.simulation.database import Database

OTHER_DATASET = "777"
AGES_H = (0.5, 0.5, 1.0, 2.0, 30.0, 100.0, 166.5, 166.98, 200.0, -0.3)
PAUSES_S = (1.0, 40.0, TTL_S + 1, 1_800.0, 20 * 3_600.0, 46.97 * 3_600.0, 50 * 3_600.0)
MOST_CALM_RUNS = 5
LONGEST_FREEZE_S = 4 * 3_600.0


@dataclass
class Verdict:
    """What a seed came to. `broken`: the broken promises; `digest` is the same whenever the seed is played again."""

    seed: int
    broken: list[str]
    digest: str
    counts: Counter[str]
    faults: Counter[str]
    trace: list[str]


class World(Owner):
    """One history. Its own threads are the director's and the editor's, which no trouble befalls."""

    def __init__(self, seed: int, database: Database, plants: Plants) -> None:
        self.seed = seed
        self.dice = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.scheduler = Scheduler(self.dice)
        self.faults = Faults.of(self.dice)
        self.meta = Meta(self)
        self.database = database
        self.plants = plants
        self.rows: dict[str, dict[str, Any]] = {}
        self.senders: list[Sender] = []
        self.calm_senders: list[Sender] = []
        self.last_calm_at = BEGINNING
        self._payloads: dict[str, set[str]] = defaultdict(set)
        self._lines: list[str] = []
        self._busy: set[Machine] = set()
        self._warehouse_is_ahead = timedelta(0)

    def true_time(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.scheduler.now)

    def warehouse_time(self) -> datetime:
        """UTC without zone, as the warehouse writes times."""
        return (self.true_time() + self._warehouse_is_ahead).replace(tzinfo=None)

    def trace(self, who: str, what: str) -> None:
        self._lines.append(f"{self.scheduler.now:.6f} {who}: {what}")

    def gone(self, machine: Machine) -> None:
        self._busy.discard(machine)

    def is_store_sale(self, key: str) -> bool:
        return key.startswith("s")

    def payloads_of(self, key: str) -> set[str]:
        return self._payloads[key]

    def play(self) -> Verdict:
        self.database.begin(self)
        self.scheduler.spawn(self, self._direct)
        broken = []
        try:
            with real_waits_replaced(self):
                self.scheduler.run()
        except Endless as endless:
            broken = [f"endless: {endless}"]
        finally:
            for sender in self.senders:
                sender.machine.kill()
        broken = broken or broken_promises(self)
        return Verdict(
            seed=self.seed,
            broken=broken,
            digest=hashlib.sha256("\n".join(self._lines).encode()).hexdigest(),
            counts=Counter(
                senders=len(self.senders),
                requests=len(self.meta.requests),
                events=len(self._payloads),
                received=sum(len(one.keys) for one in self.meta.requests if one.processed_at is not None),
                facts=len(self.database.facts),
            ),
            faults=self.faults.counts,
            trace=self._lines,
        )

    # -- the director

    def _direct(self) -> None:
        self._fill()
        terms = Terms(
            batch_size=self.dice.choice([1, 2, 2, 3]),
            concurrency=self.dice.choice([1, 2, 4]),
            senders=self.dice.choice([1, 1, 1, 1, 2]),
        )
        for _ in range(self.dice.choice([1, 1, 1, 2])):
            self._a_troubled_round(terms)
        self._calm_down()
        for _ in range(MOST_CALM_RUNS):
            self._put_fresh_rows()
            self._a_calm_sync(terms)
            if not unsettled(self):
                break

    def _a_troubled_round(self, terms: Terms) -> None:
        for _ in range(self.dice.choice([1, 1, 2])):
            stops_after = self.dice.uniform(0, 5) if self.faults.happens("stop", 0.1) else None
            self._start(terms, stops_after_s=stops_after)
            self.scheduler.sleep(self.dice.choice([0.0, 0.3, 2.0, 150.0]))
        for _ in range(self.dice.choice([0, 1, 3])):
            self._edit()
            self.scheduler.sleep(self.dice.uniform(0, 3))
        self._wait_for_senders(self.dice.choice([10.0, 200.0, 3_000.0]))
        self.scheduler.sleep(self.dice.choice(PAUSES_S))
        if self.faults.happens("warehouse clock set back", 0.1):
            self._warehouse_is_ahead -= timedelta(seconds=self.dice.choice([1.0, 300.0]))

    def _calm_down(self) -> None:
        """Trouble ends: what is frozen wakes up, what is slow comes to its end, leases run out."""
        self.faults.are_over = True
        self.database.down_until = 0.0
        self._wait_for_senders(LONGEST_FREEZE_S)
        self.trace(self.name, "calm")
        self.scheduler.sleep(TTL_S + 1)

    def _a_calm_sync(self, terms: Terms) -> None:
        self.last_calm_at = self.true_time()
        sender = self._start(terms, stops_after_s=None)
        self.calm_senders.append(sender)
        self._wait_for_senders(LONGEST_FREEZE_S)
        self.scheduler.sleep(1)

    def _start(self, terms: Terms, *, stops_after_s: float | None) -> Sender:
        machine = Machine(self, f"sender{len(self.senders) + 1}")
        if self.faults.strikes("wall clock jumps"):
            machine.wall_is_ahead = self.faults.wall_is_ahead()
        own = Terms(
            batch_size=terms.batch_size,
            concurrency=terms.concurrency,
            senders=terms.senders,
            stops_after_s=stops_after_s,
        )
        sender = Sender(machine, f"run{len(self.senders) + 1}", own)
        self.senders.append(sender)
        self._busy.add(machine)
        sender.start()
        return sender

    def _wait_for_senders(self, at_most_s: float) -> None:
        until = self.scheduler.now + at_most_s
        while self._busy and self.scheduler.now < until:
            self.scheduler.sleep(min(5.0, until - self.scheduler.now))

    # -- rows

    def _fill(self) -> None:
        for number in range(self.dice.randint(10, 28)):
            key = f"{self.dice.choice('ooooos')}{number}"
            self._remember(key, hours_ago=self.dice.choice(AGES_H) + number / 3_600, kind=self._kind())
        self._write_rows(*self.rows)

    def _kind(self) -> str:
        return self.dice.choice(["good"] * 8 + ["poison", "plaintext"])

    def _put_fresh_rows(self) -> None:
        """Something is sold in both datasets: one that is refused alone is judged beside one that is accepted."""
        fresh = [f"f{4 * len(self._payloads) + dataset}" for dataset in (0, 2)]
        for key in fresh:
            self._remember(key, hours_ago=0.1)
        self._write_rows(*fresh)

    def _edit(self) -> None:
        keys = sorted(self.rows)
        key = self.dice.choice(keys)
        if self.faults.happens("a row comes", 0.4):
            self._put(f"n{len(self._payloads)}", hours_ago=self.dice.choice(AGES_H), kind=self._kind())
        elif self.faults.happens("a row is corrected", 0.4):
            self._put(key, hours_ago=2.0, kind=self._kind())
        elif self.faults.happens("a row is deleted", 0.3):
            self._write_rows(instead_of=f"event_id = '{key}'")
            del self.rows[key]
        elif self.faults.happens("the relation is rebuilt", 0.5):
            self._write_rows(*self.rows, instead_of="true")

    def _put(self, key: str, *, hours_ago: float, kind: str) -> None:
        self._remember(key, hours_ago=hours_ago, kind=kind)
        self._write_rows(key, instead_of=f"event_id = '{key}'")

    def _remember(self, key: str, *, hours_ago: float, kind: str = "good") -> None:
        self.rows[key] = row = self._row(key, hours_ago=hours_ago, kind=kind)
        self._payloads[key].add(row["payload"])

    def _write_rows(self, *keys: str, instead_of: str | None = None) -> None:
        """One transaction, as a model is built."""
        with self.database.warehouse.transaction() as connection:
            if instead_of is not None:
                connection.execute(text(f"delete from {EVENTS} where {instead_of}"))
            if keys:
                rows = [self.rows[key] for key in keys]
                places = ", ".join(f"({', '.join(f':{name}_{n}' for name in row)})" for n, row in enumerate(rows))
                values = {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.items()}
                connection.execute(text(f"insert into {EVENTS} ({', '.join(rows[0])}) values {places}"), values)

    def _dataset_of(self, key: str) -> str | None:
        """Some name one of their own, some the default one, some none."""
        return {0: OTHER_DATASET, 1: DATASET}.get(int(key[1:]) % 4)

    def _row(self, key: str, *, hours_ago: float, kind: str) -> dict[str, Any]:
        happened = (self.true_time() - timedelta(hours=hours_ago)).replace(microsecond=0, tzinfo=None)
        source = "physical_store" if self.is_store_sale(key) else "website"
        money = {"value": len(self._payloads[key]) + 1, "currency": POISON if kind == "poison" else "USD"}
        body: dict[str, Any] = {
            "event_time": int(happened.replace(tzinfo=UTC).timestamp()),
            "action_source": source,
            "custom_data": money | {"order_id": key},
        }
        if kind == "plaintext":
            body["user_data"] = {"em": "somebody@shop.example"}
        lasts = timedelta(days=62 if self.is_store_sale(key) else 7, hours=-1)
        columns: dict[str, Any] = {"event_time": happened, "deadline_at": happened + lasts, "action_source": source}
        return event(key, body=body, dataset_id=self._dataset_of(key), **money, **columns)


def figures(verdicts: Sequence[Verdict]) -> str:
    """Seeds, what happened in them, and how often which promise was broken."""
    counts = sum((one.counts for one in verdicts), Counter())
    faults = sum(sum(one.faults.values()) for one in verdicts)
    broken = Counter(what.split(":", 1)[0] for one in verdicts for what in one.broken)
    kinds = {
        "lost": ("lost", "accepted by nobody", "a good event is"),
        "silent duplicates": ("silent duplicate", "sent after its acceptance"),
        "stuck": ("stuck", "endless"),
    }
    told = {"seeds": len(verdicts), **counts, "faults and edits": faults}
    told |= {name: sum(broken[what] for what in broken if what.startswith(starts)) for name, starts in kinds.items()}
    told |= {"broken promises": broken.total()}
    return ", ".join(f"{name} {number:,}" for name, number in told.items())


def replay_command(seed: int, warehouse: str) -> str:
    return f"python -m tests.simulation --warehouse {warehouse} --seed {seed}"


@contextmanager
def real_waits_replaced(world: World) -> Iterator[None]:
    """What waits or draws lots outside the event loop: retries of a transaction that lost against another's."""
    clock, lots, at_a_time = nap.time, random.getstate(), reading.BATCHES_AT_A_TIME
    nap.time = _Naps(world)  # type: ignore[assignment]
    reading.BATCHES_AT_A_TIME = 2  # so that a small chunk is read while parts of it are on their way
    random.seed(world.seed)
    try:
        yield
    finally:
        nap.time, reading.BATCHES_AT_A_TIME = clock, at_a_time
        random.setstate(lots)


class _Naps:
    def __init__(self, world: World) -> None:
        self.sleep = world.scheduler.sleep
