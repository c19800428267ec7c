"""Any history of rows, runs, crashes and answers keeps the promise: a plain model is asked after every step."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tenacity import wait_none

from connector.delivery import feeding, sending
from connector.ledger.replay import Choice, choose
from connector.model.outcomes import Replayable
from connector.warehouse import warehouse as warehouse_room
from tests.faults.historical import History, open_warehouse
from tests.faults.toy import ToyDestination
from tests.faults.troubled import ANSWERS, TTL_S, TroubledRun, dataset_of, run_beside
from tests.support import tally
from tests.support.forms import EVERYTHING
from tests.support.shops import DATASET

if TYPE_CHECKING:
    from pathlib import Path

    from connector.warehouse.warehouse import Warehouse

KEYS = st.sampled_from([f"o{number}" for number in range(12)])
KINDS = st.sampled_from(["good", "good", "good", "poison", "plaintext"])
AGES = st.sampled_from([0.5, 1.0, 2.0, 30.0, 100.0, 166.5, 200.0, -3.0])
VERSIONS = st.integers(1, 3)
ROWS = st.tuples(AGES, KINDS, VERSIONS, st.booleans())
DEEDS = st.sampled_from(
    ["crash", "another sender", "zombie", "edit", "drop", "stop", "token dies", "seconds pass", *ANSWERS]
)
TROUBLES = st.dictionaries(st.integers(1, 10), st.tuples(DEEDS, KEYS, VERSIONS), min_size=1, max_size=4)
EXAMPLES = (
    {"duckdb meta": 400, "postgres meta": 60, "duckdb toy": 100}
    if EVERYTHING
    else {"duckdb meta": 12, "postgres meta": 4, "duckdb toy": 4}
)
DESTINATIONS = {"meta": {}, "toy": {"destination": ToyDestination, "has_event_time": False}}


class AnyHistory(RuleBasedStateMachine):
    """What may happen to a delivery, in any order. Troubles are numbered points inside a run where a deed is done."""

    warehouse: Warehouse
    destination: dict[str, Any]

    @initialize()
    def begin(self) -> None:
        self.history = History(self.warehouse, **self.destination)
        self.set_back_s = 0.0
        self.history.counts["histories"] += 1

    @rule(arriving=st.dictionaries(KEYS, ROWS, min_size=1, max_size=5))
    def rows_arrive_or_are_corrected(self, arriving: dict[str, tuple[float, str, int, bool]]) -> None:
        for key, (hours_ago, kind, version, store) in arriving.items():
            self.history.put(key, hours_ago=hours_ago, kind=kind, version=version, store=store)

    @rule(key=KEYS)
    def a_row_is_deleted(self, key: str) -> None:
        self.history.drop(key)

    @rule(hours=st.sampled_from([-0.25, 0.02, 1.0, 20.0, 46.5, 100.0]))
    def the_clock_jumps(self, hours: float) -> None:
        self.history.clock.go_on(hours * 3600)
        self.set_back_s += max(-hours, 0) * 3600

    @rule()
    def the_token_comes_back(self) -> None:
        self.history.meta.dead_tokens.clear()

    @rule()
    def a_sync(self) -> None:
        assert self.sync({}) in ("finished", "refused", "answers_unreadable", "nothing_accepted")

    @rule(arriving=st.sets(KEYS, min_size=2), troubles=TROUBLES)
    def a_troubled_sync(self, arriving: set[str], troubles: dict[int, tuple[str, str, int]]) -> None:
        for key in sorted(arriving - self.history.model.ever):
            self.history.put(key, hours_ago=1)
        self.sync(troubles)

    @rule(troubles=TROUBLES, outcomes=st.sets(st.sampled_from(list(Replayable)), min_size=1))
    def a_replay(self, troubles: dict[int, tuple[str, str, int]], outcomes: set[Replayable]) -> None:
        now = self.history.model.moment
        chosen = choose(self.warehouse, Choice(outcomes=sorted(outcomes)), now=now, resend_unconfirmed=True)
        if chosen.keys:
            self.history.counts["replays"] += 1
            self.sync(troubles, keys=chosen.keys)

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        self.history.counts["steps"] += 1
        self.history.check()

    def sync(self, troubles: dict[int, tuple[str, str, int]], keys: list[str] | None = None) -> str:
        points = itertools.count(1)
        left = dict(troubles)

        def trouble(run: TroubledRun, where: str) -> None:
            deed = left.pop(next(points), None)
            if deed is not None:
                self.history.counts[f"deed: {deed[0]}"] += 1
                self.strike(run, *deed)

        return self.run(trouble, keys).run()

    def run(self, trouble: object = lambda *_: None, keys: list[str] | None = None) -> TroubledRun:
        self.history.runs += 1
        self.history.counts["runs"] += 1
        return TroubledRun(self.history, f"run{self.history.runs}", keys, trouble)  # type: ignore[arg-type]

    def strike(self, run: TroubledRun, deed: str, key: str, version: int) -> None:
        """One deed at one point of a run."""
        if deed == "crash":
            run.dead = True
        elif deed == "another sender":
            run_beside(self.run())
        elif deed == "zombie":
            self.history.clock.go_on(TTL_S + 1)
            run_beside(self.run())
        elif deed == "edit":
            self.history.put(key, hours_ago=2, version=version + 3)
        elif deed == "drop":
            self.history.drop(key)
        elif deed == "stop":
            run.sync_run.stop()
        elif deed == "token dies":
            self.history.meta.dead_tokens.add(dataset_of(key) or DATASET)
        elif deed == "seconds pass":
            self.history.clock.go_on(TTL_S / 3)
        else:
            self.history.meta.next_answers.append(deed)

    def teardown(self) -> None:
        """When trouble ends everything that can arrive does, and the rest stands where the model says."""
        if not hasattr(self, "history"):
            return
        history, model = self.history, self.history.model
        history.meta.dead_tokens.clear()
        history.meta.next_answers.clear()
        history.clock.go_on(
            TTL_S + 1 + self.set_back_s
        )  # a lease from before the clock was set back ends as much later
        assert self.sync({}) == "finished"
        # what Meta may have had before and refuses alone is unconfirmed, and asked for until it goes beside others
        left = {key for key in model.owed() if model.state(key)[0] != "unconfirmed" or "XTS" not in model.payload(key)}
        assert left == set(), f"lost: {left}"
        for key, row in model.rows.items():
            if model.is_sendable(key) and (state := model.state(key)[0]) != "accepted":
                refused = {"rejected": "XTS", "invalid": "somebody", "unconfirmed": ""}
                assert refused[str(state)] in row["payload"], f"{key} is {state}"
        accepted = {key for key in model.attempts if model.state(key)[0] == "accepted"}
        assert all(model.receipts[key] for key in accepted), "accepted by nobody"
        history.check()
        history.counts["conversions"] += len(model.ever)
        tally.HISTORIES.update(history.counts)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits cost nothing, and a claim is small enough for several of them in one run."""
    monkeypatch.setattr(feeding, "PEER_POLL_S", 0.0)
    monkeypatch.setattr(feeding, "CHUNK_BATCHES", 2)
    monkeypatch.setattr(feeding, "READ_AHEAD", 1)
    monkeypatch.setattr(warehouse_room, "CONFLICT_WAIT", wait_none())
    monkeypatch.setattr(sending, "backoff_s", lambda _: 0.0)


@pytest.mark.parametrize("cast", EXAMPLES)
@pytest.mark.usefixtures("quick")
def test_no_history_loses_an_event_or_doubles_one_in_silence(
    request: pytest.FixtureRequest, tmp_path: Path, cast: str
) -> None:
    engine, destination = cast.split()
    url = f"duckdb:///{tmp_path}/any.duckdb" if engine == "duckdb" else request.getfixturevalue("new_database")()
    warehouse = open_warehouse(url)

    class Here(AnyHistory):
        pass

    Here.warehouse, Here.destination = warehouse, DESTINATIONS[destination]
    try:
        run_state_machine_as_test(
            Here,
            settings=settings(
                max_examples=EXAMPLES[cast],
                stateful_step_count=14,
                deadline=None,
                derandomize=not EVERYTHING,
                phases=[Phase.generate],  # to shrink a history takes minutes: leave this out to look into one
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        warehouse.engine.dispose()
