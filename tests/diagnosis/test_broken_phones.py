"""A macro that hashes phones wrongly is seen where it hurts: Meta recognizes fewer people, and the alarm fires."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connector import app
from connector.sandbox.server import RunningSandbox
from examples.shop.data import build_shop
from examples.shop.data.known import known_people
from examples.shop.loading import load_raw
from tests.diagnosis.world import EVENTS, RECONCILIATION, Project, settings_of

WRONG = r"""regexp_replace(payload, '("ph":\[?")[0-9a-f]{64}', '\1' || sha256(event_id))"""
DAYS_AGO = ("meta_pulls", "meta_match_quality")


@pytest.mark.parametrize("is_broken", [True, False], ids=["broken", "as it should be"])
def test_wrong_phones_lower_the_score_and_raise_the_alarm(is_broken: bool, project: Project, tmp_path: Path) -> None:
    path = Path(shutil.copy(project.empty, tmp_path))
    with RunningSandbox() as sandbox:
        settings = settings_of(path, sandbox.base_url).model_copy(update={"batch_size": 1000})
        shop = build_shop(orders=400, days=5, seed=5, now=datetime.now(UTC))
        load_raw(settings, shop, replace=True)
        project.run(settings, "run", "--select", EVENTS)
        people = known_people(shop, share=1)
        sandbox.tell_population(people)
        app.sync(settings, app.SyncOptions(limit=150))
        app.pull(settings)
        with duckdb.connect(str(path)) as warehouse:
            for table in DAYS_AGO:
                warehouse.execute(f"update meta_conversions_ledger.{table} set pulled_at = pulled_at - interval 2 day")
            if is_broken:
                warehouse.execute(f"update meta_conversions.conversion_events set payload = {WRONG}")
                warehouse.execute("update meta_conversions.conversion_events set payload_hash = sha256(payload)")
        sandbox.reset()
        sandbox.tell_population(people)
        app.sync(settings)
        app.pull(settings)
        project.run(settings, "run", "--select", RECONCILIATION)
    scores = rows(
        path,
        "select number from meta_conversions.match_quality_daily where measure = 'composite_score'"
        " and channel = 'web' and event_name = 'Purchase' order by day",
    )
    alarms = rows(path, "select distinct event_name from meta_conversions.alarms where alarm = 'match_score_drop'")
    (before,), (after,) = scores
    assert (after < before - 1) is is_broken
    assert (("Purchase",) in alarms) is is_broken


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as warehouse:
        return warehouse.execute(sql).fetchall()
