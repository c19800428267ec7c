"""One sync run in this process whose ports tell the model of every step, and where trouble may come between two steps.

A crash raises `Killed` through the ports, which answer nothing from then on: what follows in the run is a dead man's
dream that reaches neither the ledger nor Meta, as after SIGKILL. (The numbered kills are real ones.)
"""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from connector.delivery import RunConfig, SyncRun
from connector.destinations.meta.client import Answer
from connector.errors import LeaseLost
from connector.ledger.replay import ReplayLedger
from connector.ledger.run_ledger import RunLedger
from connector.ledger.runs import RUNS_OF_THIS_PROCESS, RunIdentity
from connector.model.outcomes import Mark, Outcome
from tests.faults.remembered import Lease
from tests.support.shops import DATASET, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Sequence

    from connector.model.batches import LoadedBatch
    from connector.model.outcomes import Marked, Settled
    from tests.faults.historical import Clock, History

T = TypeVar("T")
OTHER_DATASET = "777"
TTL_S = 120.0
TIMEOUT_S = 30.0
LOST_BEFORE, LOST_AFTER, FAILED_AFTER, SHORT_COUNT = "lost before", "lost after", "500 after", "short count"
ANSWERS = (LOST_BEFORE, LOST_AFTER, FAILED_AFTER, SHORT_COUNT)


class Killed(BaseException):
    """The process is gone."""


async def at_once(work: Callable[[], T]) -> T:
    """Where one history is to be one history, nothing runs beside it."""
    await asyncio.sleep(0)
    return work()


class LoopByOurClock(asyncio.SelectorEventLoop):
    """Timers are due when our clock has gone on, too: a lease is renewed although no second really passes."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def time(self) -> float:
        return super().time() + self._clock.passed


class Broken(BaseException):
    """The promise is broken; nothing inside a run may take it for a hiccup and try again."""


@dataclass
class FakeMeta:
    """Takes events in or refuses them. `next_answers` spoils the next requests."""

    dead_tokens: set[str] = field(default_factory=set)
    next_answers: list[str] = field(default_factory=list)
    requests: int = 0

    def verdict(self, dataset_id: str, payloads: Sequence[bytes]) -> dict[str, Any] | None:
        """The error that a request earns; None if its events are taken in."""
        if dataset_id in self.dead_tokens:
            return {"code": 190, "type": "OAuthException"}
        if any(b'"currency":"XTS"' in payload for payload in payloads):
            return {"code": 100, "error_subcode": 2804009, "type": "OAuthException"}
        return None


def dataset_of(key: str) -> str:
    """The dataset of a conversion as the ledger names it: some have one of their own, the others the default."""
    return OTHER_DATASET if int(key[1:]) >= 8 else ""


def may_claim(dataset: str, *, only: str | None, without: Collection[str], **_: Any) -> bool:
    return dataset not in without if only is None else dataset == only


def reply(status: int | None, body: dict[str, Any]) -> Answer:
    text = json.dumps(body).encode() if status else b""
    return Answer(status=status, headers={}, body=text, never_connected=False, duration_ms=1)


@dataclass
class TroubledRun:
    """Ledger and client of one run. `trouble(run, where)` is called between every two steps."""

    history: History
    sync_id: str
    keys: list[str] | None
    trouble: Callable[[TroubledRun, str], None]
    dead: bool = False
    places: dict[tuple[int, int], str] = field(default_factory=dict)
    seen_at_read: dict[str, str] = field(default_factory=dict)
    screened: dict[str, datetime] = field(default_factory=dict)
    mine: set[str] = field(default_factory=set)

    def run(self) -> str:
        """The run from its beginning to its end; the reason of its end, `killed` or `declared dead`."""
        history = self.history
        run = RunIdentity(sync_id=self.sync_id, mode="live", destination_host="meta.example", lease_ttl_s=TTL_S)
        if self.keys is None:
            self.ledger = RunLedger.begin(history.warehouse, run)
        else:
            self.ledger = ReplayLedger.begin_with(history.warehouse, run, keys=self.keys)
        RUNS_OF_THIS_PROCESS.discard(self.sync_id)  # each stands for a process of its own
        self.run_no = len(history.model.leases) + 1
        history.model.end_the_dead()
        self._renew()
        terms = RunConfig(
            concurrency=2,
            resend_unconfirmed=True,
            default_dataset=DATASET,
            request_timeout_s=TIMEOUT_S,
            lease_ttl_s=TTL_S,
            datasets_to_probe=self.ledger.datasets_to_probe,
        )
        clock = history.clock
        destination = history.destination(self)
        self._screen, destination.screen = destination.screen, self.screen
        self.sync_run = SyncRun(self, destination, terms, now=clock.aware, monotonic=clock.monotonic, in_thread=at_once)
        try:
            with asyncio.Runner(loop_factory=partial(LoopByOurClock, clock)) as runner:
                ended = runner.run(self.sync_run.run())
            self.step("before the end")
        except Killed:
            return "killed"
        except LeaseLost:
            return "declared dead"
        except Broken as broken:
            raise AssertionError(str(broken)) from broken
        return self._end(ended)

    def _end(self, ended: Any) -> str:
        tally = self.ledger.tally()
        assert ended.is_proven_by(tally), f"the sums of {self.sync_id} differ: {ended} {tally}"
        with suppress(LeaseLost):
            self.ledger.end(
                reason=ended.reason, tally=tally, requests=ended.requests, datasets_to_probe=ended.datasets_to_probe
            )
        self.history.model.leases[self.sync_id].ended = True
        told = dict.fromkeys(Outcome, 0)
        for key in self.mine:
            outcome = self.history.model.attempt_of(self.sync_id, key).outcome
            assert outcome is not None
            told[Outcome(outcome)] += 1
        assert told == tally.events
        return str(ended.reason)

    def step(self, where: str) -> None:
        self._live()
        self.trouble(self, where)
        self._live()

    def _live(self) -> None:
        if self.dead:
            raise Killed

    def _renew(self) -> None:
        expires_at = self.history.model.moment + timedelta(seconds=TTL_S)
        self.history.model.leases.setdefault(self.sync_id, Lease(expires_at)).expires_at = expires_at

    def claim(self, **terms: Any) -> range | None:
        self.step("before a claim")
        model = self.history.model
        try:
            batch_nos = self.ledger.claim(**terms)
        except LeaseLost:
            assert not model.is_living(self.sync_id)
            raise
        model.end_the_dead()
        owed = (model.owed() if self.keys is None else set(filter(model.is_replayable, model.rows))) - self.mine
        fresh = self.history.records_of(self.sync_id, batch_nos) if batch_nos else {}
        claimed = list(fresh.values())
        if self.keys is None:
            owed = {key for key in owed if may_claim(dataset_of(key), **terms)}
        assert len(set(claimed)) == len(claimed)
        assert set(claimed) <= owed, f"claimed though not owed: {set(claimed) - owed}"
        if self.keys is None:
            room = int(terms["chunk_size"]) - len(claimed)
            assert room == 0 or set(claimed) == owed, f"owed but not claimed: {owed - set(claimed)}"
        self.places |= fresh
        self.mine |= set(claimed)
        model.claimed(self.sync_id, self.run_no, claimed)
        self.step("between claim and read")
        return batch_nos

    def held_by_others(self) -> dict[str, int]:
        self._live()
        held = self.ledger.held_by_others()
        if held:
            self.history.clock.go_on(TTL_S / 12)  # a real one sleeps; a lease is renewed at a quarter of its time
        return held

    def read(self, batch_nos: range) -> Generator[LoadedBatch, None, None]:
        rows = self.history.model.rows
        for place, key in self.places.items():
            if place[0] in batch_nos:
                self.seen_at_read[key] = rows[key]["payload_hash"] if key in rows else "gone"
        yield from list(self.ledger.read(batch_nos))

    def screen(self, payloads: Sequence[bytes], **columns: Any) -> Any:
        self.screened |= dict.fromkeys(columns["event_ids"], self.history.model.moment)
        return self._screen(payloads, **columns)

    def record(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool = False) -> None:
        self.step("before a write")
        try:
            self._write(settled, marked, again=again)
        except AssertionError as error:
            raise Broken(str(error)) from error
        self.step("after a write")

    def _write(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool) -> None:
        model = self.history.model
        lives = model.is_living(self.sync_id)
        try:
            self.ledger.record(settled, marked, again=again)
        except LeaseLost:
            assert not lives
            raise
        else:
            assert lives, "a sender whose lease ran out went on"
            self._renew()
            for one in marked:
                for position in range(one.first_position, one.last_position + 1):
                    attempt = model.attempt_of(self.sync_id, self.places[one.batch_no, position])
                    if one.mark is Mark.RELEASED:
                        attempt.sent_at, attempt.marked_at = attempt.marked_at or attempt.sent_at, None
                    else:
                        attempt.marked_at = attempt.sent_at or model.moment
        finally:
            self._settle(settled)

    def _settle(self, settled: Sequence[Settled]) -> None:
        model = self.history.model
        for one in settled:
            for position in range(one.first_position, one.last_position + 1):
                attempt = model.attempt_of(self.sync_id, self.places[one.batch_no, position])
                assert attempt.outcome is None, "settled twice"
                attempt.outcome, attempt.settled_at = str(one.outcome), model.moment

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Answer:
        self._live()
        meta, started = self.history.meta, self.history.clock.monotonic()
        meta.requests += 1
        spoiled = meta.next_answers.pop(0) if meta.next_answers else ""
        error = meta.verdict(dataset_id, payloads)
        keys = [json.loads(payload)["event_id"] for payload in payloads]
        for key, payload in zip(keys, payloads, strict=True):
            assert dataset_of(key) in ("", dataset_id)
            self._check(key, payload)
        if spoiled == LOST_BEFORE:
            return reply(None, {})
        if error is None:
            self.history.count_received(self, keys)
        await asyncio.sleep(0)
        self.step("in flight")
        if spoiled == LOST_AFTER or self.history.clock.monotonic() - started >= TIMEOUT_S:
            return reply(None, {})
        if error is not None:
            return reply(400, {"error": error})
        if spoiled == FAILED_AFTER:
            return reply(500, {"error": {"code": 1, "is_transient": True}})
        return reply(200, {"events_received": len(keys) - (spoiled == SHORT_COUNT), "messages": []})

    def _check(self, key: str, payload: bytes) -> None:
        """Nothing leaves that must not."""
        model = self.history.model
        attempt = model.attempt_of(self.sync_id, key)
        assert attempt.marked_at is not None, f"{key} was sent before it was marked"
        assert model.is_living(self.sync_id), f"{key} was sent by a sender whose lease ran out"
        assert sha256(payload.decode()) == attempt.payload_hash == self.seen_at_read[key], f"{key} changed after claim"
        assert self.history.deadlines[attempt.payload_hash] > self.screened[key], f"{key} is too late"
        assert b"@" not in payload


def run_beside(run: TroubledRun) -> None:
    """Another sender's whole run between two steps of one: an event loop of its own needs a thread of its own."""
    failures: list[BaseException] = []

    def work() -> None:
        try:
            run.run()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
