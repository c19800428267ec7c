"""Every fault on the way to Meta, on every warehouse, with one sender and with three: nothing is lost or doubled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.faults.line import Fault, Script, refusal, reply
from tests.faults.world import World, prove
from tests.support.forms import EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

    from connector.sandbox.server import RunningSandbox
    from tests.faults.line import Line
    from tests.faults.nursery import Nursery
    from tests.support.shops import DuckDBShop

EVENTS = 36
USAGE = (
    'x-business-use-case-usage: {"1":[{"type":"ads_management","call_count":100,"estimated_time_to_regain_access":40}]}'
)
SOME = Script(numbers=frozenset({2, 3, 6}))
CHANCE = Script(probability=0.4, seed=20261123, at_most=4)
ONE_EVENT = Script(event_ids=frozenset({"o7"}), at_most=2)
DEAD_FOR_A_WHILE = Script(numbers=frozenset(range(3, 7)))
FAULTS: dict[str, tuple[Fault, Script]] = {
    "limit 4": (Fault(answer=refusal(400, 4)), SOME),
    "limit 613": (Fault(answer=refusal(400, 613)), ONE_EVENT),
    "limit 80004, 40 minutes": (Fault(answer=refusal(400, 80004, headers=USAGE + "\r\n")), SOME),
    "500 code 1": (Fault(answer=refusal(500, 1)), CHANCE),
    "500 code 1 after commit": (Fault(commits=True, answer=refusal(500, 1)), CHANCE),
    "503 code 2 after commit": (Fault(commits=True, answer=refusal(503, 2, transient=True)), ONE_EVENT),
    "502 page": (Fault(answer=reply(502, "<html>bad gateway</html>", media="text/html")), SOME),
    "502 page after commit": (Fault(commits=True, answer=reply(502, "<html>", media="text/html")), CHANCE),
    "truncated JSON after commit": (Fault(commits=True, answer=reply(200, '{"events_recei')), SOME),
    "short count after commit": (Fault(commits=True, answer=reply(200, {"events_received": 0, "messages": []})), SOME),
    "reset before reading": (Fault(), CHANCE),
    "reset after commit": (Fault(commits=True), CHANCE),
    "hang before commit": (Fault(hangs=True), SOME),
    "hang after commit": (Fault(commits=True, hangs=True), SOME),
    "slow": (Fault(commits=True, delay_s=0.2), SOME),
    "token dead, then back": (Fault(answer=refusal(400, 190)), DEAD_FOR_A_WHILE),
}


SENDERS = [("duckdb", 1), ("postgres", 1), ("postgres", 3)]
CELLS = [
    (trouble, *SENDERS[column])
    for row, trouble in enumerate(FAULTS)
    for column in range(len(SENDERS))
    if EVERYTHING or (row + column) % len(SENDERS) == 0  # each fault once
]


TOY_TROUBLES = ("limit 613", "502 page after commit", "reset after commit", "token dead, then back")


@pytest.mark.parametrize("trouble", FAULTS if EVERYTHING else TOY_TROUBLES)
def test_a_destination_of_other_batches_and_verdicts_loses_and_doubles_nothing_either(
    duckdb_shop: DuckDBShop, sandbox: RunningSandbox, line: Line, nursery: Nursery, tmp_path: Path, trouble: str
) -> None:
    more = {"CONNECTOR_CONCURRENCY": "2", "CONNECTOR_REQUEST_TIMEOUT_S": "0.7"}
    world = World.of_the_toy(duckdb_shop, sandbox, nursery, tmp_path, line.base_url, events=EVENTS, more=more)
    world.fill()
    fault, script = FAULTS[trouble]
    line.script = replace(script, fault=fault)
    world.sync()
    world.run_to_the_end()
    assert line.script.injected > 0
    prove(world, f"{trouble}, toy", senders=1, injected=line.script.injected)


@pytest.mark.parametrize(("trouble", "warehouse", "senders"), CELLS)
def test_whatever_happens_on_the_way_nothing_is_lost_and_nothing_doubled_in_silence(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    sandbox: RunningSandbox,
    line: Line,
    nursery: Nursery,
    warehouse: str,
    senders: int,
    trouble: str,
) -> None:
    shop = request.getfixturevalue(f"{warehouse}_shop")
    more = {"CONNECTOR_BATCH_SIZE": "4", "CONNECTOR_CONCURRENCY": "2", "CONNECTOR_REQUEST_TIMEOUT_S": "0.7"}
    world = World(shop, sandbox, nursery, tmp_path, line.base_url, EVENTS, more)
    world.fill()
    fault, script = FAULTS[trouble]
    line.script = replace(script, fault=fault)
    if senders == 1:
        world.sync()
    else:
        world.sync_together(senders)
    world.run_to_the_end()
    assert line.script.injected > 0
    audit = prove(world, trouble, senders=senders, injected=line.script.injected)
    assert audit.twice or not fault.commits or fault.delay_s, "an answer that is lost after a commit doubles something"
