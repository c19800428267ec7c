"""Checks of the warehouse: it opens, the events relation keeps its contract, the ledger fits. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from connector.errors import ConfigurationError, ConnectorError, printable
from connector.insight.alarms import read_as_of
from connector.insight.ownership import relations_of_others, schemas_of_package
from connector.insight.readiness import readiness_words
from connector.ledger import (
    LIVE,
    RunIdentity,
    check_destination,
    examine_ledger,
    read_vanished_keys,
    refuse_new_ids,
)
from connector.model.checks import Check, Mark, doubted, failed, passed
from connector.settings import meant_for
from connector.warehouse.contract import (
    COLUMNS,
    check_events_relation,
    columns_of,
    has_conversions,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.settings import Settings
    from connector.warehouse.warehouse import Warehouse

SMALL_SKEW_S = 60
MOST_DATASETS = 20
LOOKED_AT = timedelta(days=7)
MOST_NAMES = 10


@dataclass(slots=True)
class Examined:
    """The checks of a warehouse, and the datasets that its rows go to."""

    checks: list[Check] = field(default_factory=list)
    datasets: list[str] = field(default_factory=list)


def examine_warehouse(warehouse: Warehouse, settings: Settings, *, now: datetime) -> Examined:
    """Look at an open warehouse. Never raises for what is wrong; what could not be looked at is left out."""
    examined = Examined(datasets=[settings.meta_dataset_id] if settings.meta_dataset_id else [])
    examined.checks.append(passed("warehouse", f"{warehouse.engine.dialect.name} opens."))
    _look(warehouse, examined, "events relation", lambda: _check_relation(warehouse, settings, examined, now))
    _look(warehouse, examined, "name conflicts", lambda: _check_relations_of_others(warehouse))
    _look(warehouse, examined, "pixel log", lambda: _check_pixel_log(warehouse, now))
    _look(warehouse, examined, "readiness", lambda: _check_readiness(warehouse))
    _look(warehouse, examined, "ledger", lambda: _check_ledger(warehouse, settings))
    marks = {check.name: check.mark for check in examined.checks}
    if marks["events relation"] is not Mark.FAIL and marks["ledger"] is Mark.OK:
        _look(warehouse, examined, "vanished keys", lambda: _check_vanished_keys(warehouse, settings, now))
    _look(warehouse, examined, "warehouse clock", lambda: _check_clock(warehouse, now))
    return examined


def _look(warehouse: Warehouse, examined: Examined, name: str, check: Callable[[], str | Check | None]) -> None:
    """Adds what was found. Where it is None there is nothing to look at."""
    try:
        found = check()
    except ConnectorError as error:
        found = failed(name, error)
    except DBAPIError as error:
        found = failed(name, warehouse.refusal(error) or _refusal_of(warehouse, error))
    if found is not None:
        examined.checks.append(passed(name, found) if isinstance(found, str) else found)


def _refusal_of(warehouse: Warehouse, error: DBAPIError) -> ConnectorError:
    """What the engine's error says; its text quotes statements and values."""
    if warehouse.dialect.may_not_write(error):
        return ConfigurationError("the warehouse refused to answer: its user may not read what is looked at here.")
    if warehouse.dialect.is_missing(error):
        return ConfigurationError(
            "the warehouse could not answer: a relation or column that is read here is missing, is of another type, or "
            "may not be seen by its user. If the dbt package made it, build it again."
        )
    return ConfigurationError(f"the warehouse could not answer: {type(error.orig).__name__}.")


def _check_relation(warehouse: Warehouse, settings: Settings, examined: Examined, now: datetime) -> str | Check:
    check_events_relation(warehouse)
    found = [row.dataset_key for row in warehouse.rows("datasets_to_send", {"now": now})]
    if "" in found and not settings.meta_dataset_id:
        raise ConfigurationError(
            f"{warehouse.events} has rows without a dataset_id: set CONNECTOR_META_DATASET_ID, the default for them"
            f"{meant_for('CONNECTOR_META_DATASET_ID')}."
        )
    named = [dataset for dataset in found if _is_dataset(dataset) and dataset not in examined.datasets]
    examined.datasets += named[:MOST_DATASETS]
    if strange := [dataset for dataset in found if dataset and not _is_dataset(dataset)]:
        return doubted(
            "events relation",
            f"{warehouse.events} has rows whose dataset_id is not digits ({printable(strange[0])[:40]}): they are "
            "invalid and are not sent. Put the digits of the dataset (pixel) there, or null for the default.",
        )
    return f"{warehouse.events} has the {len(COLUMNS)} columns of the delivery contract."


def _is_dataset(name: str) -> bool:
    return name.isascii() and name.isdecimal()


def _check_relations_of_others(warehouse: Warehouse) -> str | Check:
    """The dbt package never replaces them, so its first build would stop there."""
    events = warehouse.events.lower() if "." in warehouse.events else f"{warehouse.marts}.{warehouse.events}".lower()
    found = relations_of_others(warehouse)
    others = [name for name in found if name.lower() != events]
    if len(others) < len(found):
        return _beside_events_of_others(warehouse, others)
    if others:
        raise ConfigurationError(
            f"{_listed(others)}: not made by the dbt package meta_conversions, which needs these names for its models "
            "and seeds and never replaces a relation that it did not make. Move or rename it, or give the package "
            "schemas of its own (docs/your-own-sources.md)."
        )
    return (
        f"no other relation has the name of one of the dbt package's models or seeds in its schemas: "
        f"{', '.join(schemas_of_package(warehouse))}."
    )


def _beside_events_of_others(warehouse: Warehouse, others: list[str]) -> str | Check:
    told = f"{warehouse.events} was not made by the dbt package meta_conversions: it is synced as it stands"
    if not others:
        return f"{told}."
    return doubted(
        "name conflicts",
        f"{told}. Nor were {_listed(others)}: if you mean to build the package here, it stops at each of these names. "
        "Then move or rename them, or give the package schemas of its own (docs/your-own-sources.md).",
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(names[:MOST_NAMES])}{more}"


def _check_readiness(warehouse: Warehouse) -> str | None:
    is_built = columns_of(warehouse, f"{warehouse.marts}.funnel_readiness") is not None
    return readiness_words(warehouse) if is_built else None


def _check_pixel_log(warehouse: Warehouse, now: datetime) -> str | Check | None:
    """Meta drops a second copy for 48 hours: who sends later must know of the first (docs/meta-api.md §5.1)."""
    if not has_conversions(warehouse):
        return None
    row = warehouse.rows("pixel_log", {"since": now - LOOKED_AT})[0]
    told = f"of {row.events:,} website conversions in {LOOKED_AT.days} days the browser's log has {row.with_copy:,}"
    if row.with_copy or not row.sent_late:
        return f"{told}; {row.sent_late:,} may be sent more than 48 hours after they happened."
    if read_as_of(warehouse).is_pixel_log_absent:
        return f"{told}, and the dbt vars say that there is none: of a website without a pixel nothing counts twice."
    return doubted(
        "pixel log",
        f"{told}, and they may be sent more than 48 hours after they happened. If the website has a pixel, Meta would "
        "count such a conversion twice: load the pixel's log (pixel_events of the raw tables), or declare it absent, "
        "by the dbt var meta_conversions_absent_kinds: [pixel_events], and leave meta_conversions_web_max_age_hours at "
        "its default. A website without a pixel declares it absent too: this is silent from the next build of the "
        "reconciliation on (docs/your-own-sources.md).",
    )


def _check_ledger(warehouse: Warehouse, settings: Settings) -> str:
    found, is_current = examine_ledger(warehouse, settings.destination_host)
    if not is_current:
        return found
    check_may_send(warehouse, settings)
    return f"{found}, may send to {settings.destination_host}."


def _check_vanished_keys(warehouse: Warehouse, settings: Settings, now: datetime) -> str | Check:
    """As a sync will see them."""
    if not examine_ledger(warehouse, settings.destination_host)[1]:
        return "no ledger yet: nothing has been accepted."
    vanished = read_vanished_keys(warehouse, now=now)
    refuse_new_ids(warehouse, vanished)
    told = "; ".join(map(str, vanished))
    if any(one.moved for one in vanished):
        return doubted("vanished keys", f"{told}: too few to stop a sync. Look whether event_id is made in a new way.")
    return f"{told}." if told else "every key that Meta accepted lately still stands in the warehouse."


def check_may_send(warehouse: Warehouse, settings: Settings) -> None:
    """Raises ConfigurationError where the ledger would refuse a live run of these settings."""
    host, dataset = settings.destination_host, settings.meta_dataset_id
    run = RunIdentity(sync_id="", mode=LIVE, destination_host=host, default_dataset_id=dataset, lease_ttl_s=0)
    with warehouse.transaction() as connection:
        check_destination(warehouse, connection, run)


def _check_clock(warehouse: Warehouse, now: datetime) -> str | Check:
    seconds = round((warehouse.rows("warehouse_clock")[0].now - now).total_seconds())
    if abs(seconds) <= SMALL_SKEW_S:
        return f"{abs(seconds)} s off this machine's clock."
    return doubted(
        "warehouse clock",
        f"{abs(seconds):,} s off this machine's clock: synchronise both by NTP, since deadlines depend on them.",
    )
