"""Reads Meta's own figures into the warehouse: all are read before any is written, so that no lock waits for Meta."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connector.app.tokens import token_warnings
from connector.destinations.meta import READ_TOKEN, open_client, read_figures
from connector.errors import ConfigurationError, ConnectorError, Stopped
from connector.ledger import check_source, create_ledger, known_datasets, write_reading
from connector.model.readings import Figure, Reading, Trouble
from connector.settings import meant_for
from connector.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.settings import Settings

NO_ACCOUNT = "insights are left out: CONNECTOR_META_AD_ACCOUNT_ID is not set."
NO_ZONE = (
    "CONNECTOR_META_AD_ACCOUNT_TIMEZONE is not set: insights come by the account's own days, which cannot be compared "
    "with days in UTC unless the zone is known."
)
NO_CURRENCY = (
    "CONNECTOR_META_AD_ACCOUNT_CURRENCY is not set: insights come in the account's currency, which is then unknown."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullReport:
    """What one pull read, what it could not read, and notes for a person. Counts, never rows."""

    pulled_at: datetime
    readings: tuple[Reading, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values with stable keys."""
        return {
            "pulled_at": self.pulled_at.isoformat(),
            "is_whole": all(reading.problem is None for reading in self.readings),
            "figures": [
                {
                    "figure": str(reading.figure),
                    "subject_id": reading.subject_id,
                    "rows_read": len(reading.rows),
                    "covers_from": reading.covers_from and reading.covers_from.isoformat(),
                    "covers_until": reading.covers_until and reading.covers_until.isoformat(),
                    "trouble": reading.trouble and str(reading.trouble),
                    "problem": reading.problem,
                }
                for reading in self.readings
            ],
            "notes": list(self.notes),
        }

    def raise_if_failed(self) -> None:
        """Raise Stopped if the token works for nothing, ConnectorError if a figure failed for more than permission."""
        troubles = [reading.trouble for reading in self.readings]
        if troubles and all(trouble is Trouble.TOKEN for trouble in troubles):
            raise Stopped(f"nothing was read. {self.readings[0].problem}")
        failed = [reading for reading in self.readings if reading.trouble in (Trouble.TOKEN, Trouble.FAILED)]
        if failed:
            raise ConnectorError(
                f"{len(failed)} of {len(troubles)} figures could not be read"
                f"{', the others are written' if len(failed) < len(troubles) else ''}. {failed[0].problem}"
            )


def pull(
    settings: Settings,
    *,
    insights_as_report: bool = False,
    listen: Callable[[Figure, str], None] = lambda figure, subject_id: None,
) -> PullReport:
    """Read every figure of every dataset and of the ad account, and append what was read, or why it was not.

    Raises ConfigurationError if there is nothing to read, no token to read with, or the ledger is another host's.
    What Meta refuses is in the report: call `raise_if_failed()` on it.
    """
    _require_token(settings)
    with Warehouse.open(settings) as warehouse:
        create_ledger(warehouse, host=settings.destination_host)
        check_source(warehouse, settings.destination_host)
        known = known_datasets(warehouse, settings.meta_dataset_id)
    datasets = [dataset for dataset in known if dataset.isascii() and dataset.isdecimal()]
    if not datasets and not settings.ad_account:
        raise ConfigurationError(
            "there is nothing to read: no dataset is known and no ad account. Set CONNECTOR_META_DATASET_ID"
            f"{meant_for('CONNECTOR_META_DATASET_ID')}, and CONNECTOR_META_AD_ACCOUNT_ID"
            f"{meant_for('CONNECTOR_META_AD_ACCOUNT_ID')} for insights."
        )
    warnings = token_warnings(settings)
    pulled_at = datetime.now(UTC).replace(tzinfo=None)
    readings = asyncio.run(_read(settings, datasets, pulled_at, insights_as_report, listen))
    with Warehouse.open(settings) as warehouse:
        for reading in readings:
            write_reading(
                warehouse,
                reading,
                pulled_at=pulled_at,
                timezone=settings.meta_ad_account_timezone,
                currency=settings.meta_ad_account_currency,
            )
    notes = [note for reading in readings for note in reading.notes]
    if len(datasets) < len(known):
        notes.append(f"{len(known) - len(datasets)} dataset ids are not made of digits and were left out.")
    return PullReport(pulled_at=pulled_at, readings=tuple(readings), notes=(*warnings, *notes, *_missing(settings)))


def _missing(settings: Settings) -> list[str]:
    if not settings.ad_account:
        return [NO_ACCOUNT]
    zone = [] if settings.meta_ad_account_timezone else [NO_ZONE]
    return [*zone, *([] if settings.meta_ad_account_currency else [NO_CURRENCY])]


def _require_token(settings: Settings) -> None:
    if not (settings.meta_read_token or settings.meta_access_token):
        raise ConfigurationError(
            f"neither {READ_TOKEN} nor CONNECTOR_META_ACCESS_TOKEN is set"
            f"{meant_for(READ_TOKEN, 'CONNECTOR_META_ACCESS_TOKEN')}: reading Meta's figures needs a token with "
            "ads_read (a system user's); one made in Events Manager reads match quality only."
        )


async def _read(
    settings: Settings,
    datasets: list[str],
    now: datetime,
    insights_as_report: bool,
    listen: Callable[[Figure, str], None],
) -> list[Reading]:
    async with open_client(settings.request_timeout_s, 1) as client:
        return await read_figures(
            client,
            settings,
            datasets,
            now=now,
            insights_as_report=insights_as_report,
            sleep=asyncio.sleep,
            listen=listen,
        )
