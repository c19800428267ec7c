"""An event that Meta refuses alone without a named cause, in a shop whose batches could all leave at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from connector.sandbox.server import RunningSandbox
from tests.support.meta_script import error
from tests.support.shops import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from connector.sandbox.calls import Call
    from tests.support.shops import Person, Shop

ANSWER_S = 0.1
ON_DUCKDB = pytest.mark.parametrize("shop", ["duckdb"], indirect=True)


@dataclass
class Picky:
    """Refuses every request with an event of a name like `odd-...`. An answer takes as long as all need to leave."""

    async def before(self, call: Call) -> Response | None:
        await asyncio.sleep(ANSWER_S)
        is_refused = any(one["event_id"].startswith("odd") for one in call.events or [])
        return error(100) if is_refused else None

    async def after(self, call: Call, answer: Response) -> Response:
        return answer


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox(faults=Picky()) as running:
        yield running


@ON_DUCKDB
@pytest.mark.parametrize(("batch_size", "suspects", "good"), [(1, 1, 1), (1, 1, 3), (20, 1, 60), (7, 7, 14)])
def test_a_suspect_of_an_earlier_run_meets_its_contrast_beside_a_few_batches(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch, batch_size: int, suspects: int, good: int
) -> None:
    monkeypatch.setenv("CONNECTOR_BATCH_SIZE", str(batch_size))
    shop.add(event(f"odd-{number}") for number in range(suspects))
    assert person.says("sync") == 1
    assert shop.outcome("odd-0") == ("deferred", 100, None, "refused_without_contrast")
    shop.add(event(f"good-{number}") for number in range(good))
    assert person.says("sync") == 0, person.err
    status = person.asks("status")
    assert (status["rejected"], status["accepted"], status["owed"]) == (suspects, good, 0)
