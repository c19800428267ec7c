"""PostgreSQL goes away in the middle of a sync and comes back: what Meta has answered is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.faults.cable import Cable
from tests.faults.nursery import Doom
from tests.faults.receiving import LateMeta, listening
from tests.support.forms import EVERYTHING
from tests.support.shops import event, settings_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.nursery import Nursery
    from tests.support.shops import Shop

GONE_S = 12.0 if EVERYTHING else 1.5
BATCH = 10
BATCHES = 24


def socket_of(url: str) -> str:
    return f"{parse_qs(urlsplit(url).query)['host'][0]}/.s.PGSQL.5432"


@pytest.mark.parametrize("cut_at", [6, 13] if EVERYTHING else [9])
def test_a_warehouse_that_comes_back_while_the_lease_lasts_costs_nothing_that_was_answered(
    postgres_shop: Shop, nursery: Nursery, tmp_path: Path, tell: Callable[[str, str], None], cut_at: int
) -> None:
    events = BATCHES * BATCH
    postgres_shop.add(event(f"o{number}") for number in range(events))
    cable = Cable(socket_of(postgres_shop.url))
    meta = LateMeta(on_request=lambda number: cable.cut(GONE_S) if number == cut_at else None)
    out = tmp_path / "said"
    with listening(cable.talk) as to_warehouse, listening(meta.talk) as to_meta:
        database = urlsplit(postgres_shop.url).path
        env = settings_for(postgres_shop, f"http://127.0.0.1:{to_meta}") | {
            "CONNECTOR_WAREHOUSE_URL": f"postgresql://postgres@127.0.0.1:{to_warehouse}{database}",
            "CONNECTOR_BATCH_SIZE": str(BATCH),
            "CONNECTOR_CONCURRENCY": "4",
        }
        codes = []
        while not codes or (codes[-1] != 0 and len(codes) < 3):
            meta.victim = pid = nursery.start(["sync"], env, out=out, doom=Doom())
            codes.append(nursery.wait(pid))
    states = postgres_shop.run("select state, count(*) from meta_conversions_ledger.conversion_states group by 1")
    tell(
        "kills",
        f"PostgreSQL away for {GONE_S} s at request {cut_at}, {cable.cuts} connections cut: exit codes {codes}, "
        f"{meta.sent_again} acknowledged events again",
    )
    assert cable.cuts > 0
    assert codes == [0], out.read_text()
    assert states == [("accepted", events)]
    assert meta.sent_again == 0
