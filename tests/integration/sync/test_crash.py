"""kill -9 at any moment: nothing owed is lost, and what is received twice was called unconfirmed first."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from connector.sandbox.server import RunningSandbox
from tests.support.forms import EVERYTHING
from tests.support.shops import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from connector.sandbox.calls import Call
    from tests.support.shops import Person, Shop

KILLS = 20 if EVERYTHING else 6
EVENTS = 600


@dataclass
class Assassin:
    """Kills the sender at its n-th request, before or after Meta has taken the events in."""

    victim: subprocess.Popen[bytes] | None = None
    countdown: int = 0
    after_commit: bool = False
    kills: list[str] = field(default_factory=list)

    def strike(self, where: str) -> None:
        if self.victim is not None and self.countdown == 0:
            self.victim.send_signal(signal.SIGKILL)
            self.kills.append(where)
            self.victim = None

    async def before(self, call: Call) -> Response | None:
        self.countdown -= 1
        if not self.after_commit:
            self.strike("before")
        return None

    async def after(self, call: Call, answer: Response) -> Response:
        if self.after_commit:
            self.strike("after")
        return answer


@pytest.fixture
def assassin() -> Assassin:
    return Assassin()


@pytest.fixture
def sandbox(assassin: Assassin) -> Iterator[RunningSandbox]:
    with RunningSandbox(faults=assassin) as running:
        yield running


def start_sync(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "connector", "sync"],
        env=os.environ | environment | {"CONNECTOR_BATCH_SIZE": "10", "CONNECTOR_CONCURRENCY": "3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_many_kills_lose_nothing_and_double_nothing_in_silence(
    shop: Shop, sandbox: RunningSandbox, person: Person, environment: dict[str, str], assassin: Assassin
) -> None:
    shop.add(event(f"o{number}") for number in range(EVENTS))
    dice = random.Random(20261123)  # noqa: S311 - reproducible, not secret
    for _ in range(KILLS):
        process = start_sync(environment)
        assassin.after_commit = dice.random() < 0.5
        assassin.countdown = dice.randint(1, 6)
        assassin.victim = process
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        shop.let_leases_run_out()
    assert len(assassin.kills) == KILLS
    assert set(assassin.kills) == {"before", "after"}

    assert person.asks("status")["in_flight"] == 0
    assert person.asks("status")["unconfirmed"] > 0
    while person.asks("status")["owed"]:
        assert person.says("sync") == 0, person.err

    receipts = sandbox.receipts()
    assert set(receipts) == {("Purchase", f"o{number}") for number in range(EVENTS)}
    status = person.asks("status")
    assert (status["accepted"], status["owed"], status["held"]) == (EVENTS, 0, 0)
    twice = {event_id for (_, event_id), times in receipts.items() if times > 1}
    assert twice, "the kills after a commit should have made some"
    possible = dict(shop.run("select event_id, possible_receipts from meta_conversions_ledger.conversion_states"))
    assert all(times <= possible[event_id] for (_, event_id), times in receipts.items())
    ended = shop.run("select reason, count(*) from meta_conversions_ledger.sync_runs where phase = 'ended' group by 1")
    assert sum(count for reason, count in ended if reason in ("process_gone", "lease_expired")) == KILLS


def test_sigterm_finishes_what_is_in_flight_defers_the_rest_and_proves_it(
    shop: Shop, environment: dict[str, str], person: Person
) -> None:
    shop.add(event(f"o{number}") for number in range(EVENTS))

    @dataclass
    class Bell:
        """Rings for SIGTERM at the second request."""

        process: subprocess.Popen[bytes] | None = None
        requests: int = 0

        async def before(self, call: Call) -> Response | None:
            self.requests += 1
            if self.requests == 2 and self.process is not None:
                self.process.send_signal(signal.SIGTERM)
            return None

        async def after(self, call: Call, answer: Response) -> Response:
            return answer

    bell = Bell()
    with RunningSandbox(faults=bell) as sandbox:
        process = start_sync(environment | {"CONNECTOR_META_BASE_URL": sandbox.base_url})
        bell.process = process
        out, err = process.communicate()
        assert process.returncode == 0, err
        assert b"ended early (stopped)" in out
        assert sandbox.summary()["received_twice"] == 0
        status = person.asks("status")
        assert 0 < status["accepted"] < EVENTS
        assert (status["unconfirmed"], status["in_flight"]) == (0, 0)
        assert status["accepted"] == sandbox.summary()["distinct_accepted"]
        assert status["accepted"] + status["owed"] == EVENTS
