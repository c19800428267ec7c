"""A shop whose pixel makes its ids otherwise than the warehouse: Meta counts twice, and the alarm says how much."""

from __future__ import annotations

import random
import re
import shutil
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connector import app
from connector.report import plain
from connector.sandbox.server import RunningSandbox
from tests.diagnosis.planting import Row
from tests.diagnosis.world import EVENTS, RECONCILIATION, Project, load, settings_of

Money = dict[str, Decimal]
IDS = {
    "same": lambda order_id: order_id,
    "case": lambda order_id: order_id.lower(),
    "prefix": lambda order_id: f"web_{order_id}",
    "wholly": lambda order_id: f"{int(order_id[1:]) * 7919:x}.0",
    "missed": lambda order_id: None,
}
YESTERDAY, BEFORE = {"same": 6, "case": 5, "prefix": 4, "missed": 3}, {"wholly": 24, "missed": 3}
"""How many orders of which kind on either day: on the one some ids agree, on the other none does."""


@dataclass(frozen=True)
class Shop:
    """`once`: what Meta should count, each order that either side told, once."""

    tables: dict[str, list[Row]]
    pixel: list[dict[str, Any]]
    once: Money


@dataclass(frozen=True)
class Seen:
    """What became of it: `doubled` is what the local Meta counted beyond `once`."""

    path: Path
    doubled: Money
    report: str


@pytest.fixture(scope="module")
def seen(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    shop = plant(datetime.now(UTC).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0))
    path = Path(shutil.copy(project.empty, tmp_path_factory.mktemp("pixel")))
    with RunningSandbox() as sandbox:
        settings = settings_of(path, sandbox.base_url).model_copy(update={"batch_size": 1000})
        sandbox.send_pixel(shop.pixel)
        load(settings, shop.tables)
        project.run(settings, "run", "--select", EVENTS)
        app.sync(settings)
        project.run(settings, "run", "--select", RECONCILIATION)
        counted = sandbox.summary()["events"]["Purchase"]["money"]["counted"]
    doubled = {currency: Decimal(money) - shop.once[currency] for currency, money in counted.items()}
    return Seen(path, doubled, plain(app.report(settings)))


def test_the_alarm_fires_with_the_money_that_meta_counts_twice(seen: Seen) -> None:
    alarms = rows(
        seen, "select currency, amount, message from meta_conversions.alarms where alarm = 'deduplication_broken'"
    )
    assert {currency: amount for currency, amount, _ in alarms} == seen.doubled
    assert all(money > 0 for money in seen.doubled.values())
    assert all("accepted events twice" in message for _, _, message in alarms)
    words = [
        re.findall(r"from their own conversion's: by case (\d+), by prefix (\d+), wholly (\d+)\.", message)[0]
        for _, _, message in alarms
    ]
    assert [sum(map(int, of_way)) for of_way in zip(*words, strict=True)] == [5 + 1, 4, 24]


def test_the_mart_says_in_which_way_the_ids_differ(seen: Seen) -> None:
    kinds = "same_id_events", "differs_by_case_events", "differs_by_prefix_events", "differs_wholly_events"
    sums = ", ".join(f"cast(sum({kind}) as int)" for kind in (*kinds, "server_only_events", "browser_only_events"))
    assert rows(seen, f"select {sums} from meta_conversions.deduplication_daily") == [(6, 5 + 1, 4, 24, 6, 1)]


def test_the_report_has_a_line_for_it(seen: Seen) -> None:
    money = ", ".join(f"{seen.doubled[currency]:,.2f} {currency}" for currency in sorted(seen.doubled))
    assert (
        "Purchase: the pixel's event_id is not the warehouse's (6 by case, 4 by prefix, 24 wholly), so Meta counts 33 "
        f"accepted twice: {money}"
    ) in " ".join(seen.report.split())
    assert "6 accepted web purchases missed by the browser" in seen.report


def plant(midnight: datetime) -> Shop:
    """Orders of the last two whole days, noon; one of broken case is not sent, and one of the pixel's is nobody's."""
    draw = random.Random(11)  # noqa: S311 # made-up money
    tables: dict[str, list[Row]] = defaultdict(list)
    told: list[Row] = []
    once: Money = defaultdict(Decimal)
    session = {"session_id": "S", "started_at": midnight - timedelta(days=9), "ad_consent": "granted"}
    tables["web_sessions"] = [session | {"ip_address": "93.184.216.34", "user_agent": "Browser/1.0"}]
    kinds = [
        (days, kind) for days, day in ((1, YESTERDAY), (2, BEFORE)) for kind, count in day.items() for _ in range(count)
    ]
    for number, (days, kind) in enumerate([*kinds, (1, "unsent")]):
        order = one_order(f"O{91_000 + number}", midnight - timedelta(days=days, hours=-12, seconds=-40 * number), draw)
        tables["orders"].append(order | ({"order_status": "pending"} if kind == "unsent" else {}))
        tables["order_items"].append(
            {"order_id": order["order_id"], "line_number": 1, "product_id": "P", "quantity": 1}
        )
        once[order["currency"]] += order["total"]
        event_id = IDS["case" if kind == "unsent" else kind](order["order_id"])
        told += [copy_of(order, event_id)] if event_id else []
    nobodys = copy_of(one_order("O1", midnight - timedelta(days=1, hours=-9), draw), "nobody-knows-it")
    once[nobodys["currency"]] += nobodys["value"]
    tables["pixel_events"] = [*told, nobodys]
    return Shop(dict(tables), [as_meta_got_it(copy) for copy in tables["pixel_events"]], dict(once))


def one_order(order_id: str, moment: datetime, draw: random.Random) -> Row:
    order = {"order_id": order_id, "session_id": "S", "order_status": "paid", "ordered_at": moment, "is_test": False}
    order |= {"currency": draw.choice(("EUR", "USD")), "total": Decimal(draw.randrange(100, 10**6)) / 100}
    return order | {"billing_email": f"{order_id}@shop.example", "updated_at": moment}


def copy_of(order: Row, event_id: str) -> Row:
    copy = {"event_id": event_id, "event_name": "Purchase", "occurred_at": order["ordered_at"] + timedelta(seconds=7)}
    return copy | {"value": order["total"], "currency": order["currency"]}


def as_meta_got_it(copy: Row) -> dict[str, Any]:
    sent = {"dataset": "1234567890", "event_time": int(copy["occurred_at"].replace(tzinfo=UTC).timestamp())}
    return sent | {key: copy[key] for key in ("event_name", "event_id", "currency")} | {"value": str(copy["value"])}


def rows(seen: Seen, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(seen.path), read_only=True) as warehouse:
        return warehouse.execute(sql).fetchall()
