"""The whole path for one planted shop: loads, dbt, syncs to a local Meta that loses and refuses what it is told to."""

from __future__ import annotations

import gc
import os
import shutil
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from pydantic import SecretStr
from starlette.responses import Response

from connector import app
from connector.sandbox.refusals import Refusal, refusal_body, trace_id
from connector.sandbox.server import RunningSandbox
from connector.settings import Settings
from examples.shop.data import SCHEMAS
from examples.shop.loading import load_raw
from tests.diagnosis.planting import START_DAYS_AGO, Cell, Planted, Row, plant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.sandbox.calls import Call

PROJECT = Path(__file__).parents[2] / "dbt_project"
UP_TO_EVENTS = "+meta_conversions.marts.conversion_events"
EVENTS = " ".join(
    f"{UP_TO_EVENTS},config.materialized:meta_conversions_{kind}" for kind in ("changes", "table", "incremental")
)
RECONCILIATION = "tag:meta_conversions_reconciliation,config.materialized:table"
"""The views stand since the empty warehouse was built."""
PROOFS = ("assert_every_cent_is_explained", "assert_no_cell_is_unexplained", "assert_every_reason_says_what_to_do")
REFUSED = Refusal(code=100, subcode=2804019)


class Project:
    """dbt in this process: the project parsed once, and one empty warehouse built, of which every world is a copy."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.empty = folder / "warehouse.duckdb"
        start_at = f"{now - timedelta(days=START_DAYS_AGO):%Y-%m-%d %H:%M:%S}"
        self._words = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--quiet"]
        self._words += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
        self._words += ["--vars", f"{{meta_conversions_start_at: '{start_at}'}}"]
        settings = settings_of(self.empty)
        load(settings, {})
        with in_environment(app.dbt_environment(settings)):
            self._manifest = self._invoke(None, ["parse"])
            self._invoke(self._manifest, ["seed"])
            self._invoke(self._manifest, ["run", "--select", UP_TO_EVENTS])
        app.initialise(settings)
        with duckdb.connect(str(self.empty)) as connection:  # what expires is lost: syncs have run here for long
            for source in ("", "shop"):
                row = f"('{source}', '2020-01-01', '')"
                connection.execute(f"insert into meta_conversions_ledger.sync_sources values {row}")
        self.run(settings, "run", "--select", "tag:meta_conversions_reconciliation")

    def run(self, settings: Settings, *words: str) -> None:
        with in_environment(app.dbt_environment(settings)):
            self._invoke(self._manifest, list(words))

    def _invoke(self, manifest: Any, words: list[str]) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # dbt's own
            from dbt.adapters.duckdb.connections import DuckDBConnectionManager
            from dbt.cli.main import dbtRunner

            done = dbtRunner(manifest=manifest).invoke([*words, *self._words])
            DuckDBConnectionManager.close_all_connections()
            gc.collect()
        results = getattr(done.result, "results", ())
        failed = [f"{each.node.name}: {each.message}" for each in results if each.status in ("error", "fail")]
        assert done.success, (done.exception, failed)
        return done.result


@contextmanager
def in_environment(variables: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass
class Moods:
    """Faults that know events by their id.

    As at Meta one refused event refuses all that were sent with it. An answer is lost only for an event that is sent
    alone: else its fellows' would be, too.
    """

    answers: dict[str, str]
    lost: set[str] = field(default_factory=set)

    async def before(self, call: Call) -> Response | None:
        if not any(self.answers.get(event.get("event_id")) == "refused" for event in call.events or ()):
            return None
        return Response(refusal_body(REFUSED, {}, trace_id()), status_code=400, media_type="application/json")

    async def after(self, call: Call, answer: Response) -> Response:
        """Takes the event and answers with somebody else's page, once."""
        sent = [event["event_id"] for event in call.events or ()]
        if len(sent) != 1 or self.answers.get(sent[0]) != "lost" or sent[0] in self.lost:
            return answer
        self.lost.add(sent[0])
        return Response("<html>a proxy's page</html>", status_code=200, media_type="text/html")


@dataclass(frozen=True)
class Found:
    """What the waterfall says after the whole path."""

    cells: dict[Cell, tuple[int, Decimal]]
    unexplained: list[tuple[Any, ...]]
    warehouse: dict[str, Decimal]
    planted: Planted


def live(seed: int, folder: Path, project: Project) -> Found:
    """Plant a shop, and let everything happen to it."""
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    planted = plant(seed, now)
    path = Path(shutil.copy(project.empty, folder))
    with RunningSandbox(faults=Moods(planted.answers)) as sandbox:
        settings = settings_of(path, base_url=sandbox.base_url)
        load(settings, planted.loads[1])
        project.run(settings, "run", "--select", EVENTS)
        app.sync(settings)
        load(settings, planted.loads[2])
        project.run(settings, "run", "--select", EVENTS)
        # many events lie in one request now: what Meta refuses must be found among the good ones
        app.sync(settings.model_copy(update={"batch_size": 1000}))
        load(settings, planted.loads[3])
        project.run(settings, "run", "--select", EVENTS, RECONCILIATION)
        project.run(settings, "test", "--select", *PROOFS)
    return look(path, planted)


def settings_of(path: Path, base_url: str = "http://127.0.0.1:1") -> Settings:
    return Settings(
        warehouse_url=SecretStr(f"duckdb:///{path}"),
        meta_base_url=base_url,
        meta_dataset_id="1234567890",
        meta_access_token=SecretStr("token-of-a-test"),
        batch_size=1,
    )


def load(settings: Settings, tables: dict[str, list[Row]]) -> None:
    arrow = {name: pa.Table.from_pylist(tables.get(name, []), schema=schema) for name, schema in SCHEMAS.items()}
    load_raw(settings, arrow, replace=True)


def look(path: Path, planted: Planted) -> Found:
    with duckdb.connect(str(path), read_only=True) as connection:
        cells = connection.execute(
            "select stage, reason, currency, cast(sum(events) as bigint), sum(value) "
            "from meta_conversions.revenue_waterfall"
            " where stage not in ('warehouse_revenue', 'unexplained') group by all"
        ).fetchall()
        unexplained = connection.execute(
            "select currency, events, value from meta_conversions.revenue_waterfall where stage = 'unexplained'"
        ).fetchall()
        warehouse = connection.execute(
            "select currency, sum(value) from meta_conversions.revenue_waterfall "
            "where stage = 'warehouse_revenue' group by all"
        ).fetchall()
    return Found({row[:3]: row[3:] for row in cells}, unexplained, dict(warehouse), planted)
