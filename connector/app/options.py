"""The options of one run, and which mode of the ledger it writes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.delivery import RunConfig
from connector.errors import ConfigurationError, UsageError
from connector.ledger import LIVE, TEST
from connector.model.conversions import ALL_TIME, Window

if TYPE_CHECKING:
    from connector.settings import Settings
    from connector.warehouse.dialects import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """The options of one run. `senders`: how many runs of this ledger send at the same time.

    `max_seconds`: after so many seconds nothing more is sent, and what was claimed is deferred.
    `window`: only conversions whose event_time is in it are claimed; all others stay owed.
    """

    limit: int | None = None
    test_events: bool = False
    confirm_new_keys: bool = False
    senders: int = 1
    max_seconds: float | None = None
    window: Window = ALL_TIME


AS_USUAL = SyncOptions()


def mode_of(settings: Settings, options: SyncOptions) -> str:
    """Meta counts test events too (docs/meta-api.md §10), so a test run needs both the code and the flag."""
    if settings.test_event_code and not options.test_events:
        raise ConfigurationError(
            "CONNECTOR_TEST_EVENT_CODE is set, but this is not a test run: Meta counts test events like any others. "
            "Unset it for production, or run connector sync --test-events."
        )
    if options.test_events and not settings.test_event_code:
        raise UsageError("--test-events needs CONNECTOR_TEST_EVENT_CODE, the code that Events Manager shows.")
    return TEST if options.test_events else LIVE


def run_config_of(
    settings: Settings,
    options: SyncOptions,
    *,
    lease_ttl_s: float,
    dialect: Dialect,
    datasets_to_probe: frozenset[str],
) -> RunConfig:
    """What one run may do, by the settings and the options."""
    return RunConfig(
        concurrency=settings.concurrency,
        resend_unconfirmed=settings.resend_unconfirmed,
        default_dataset=settings.meta_dataset_id,
        request_timeout_s=settings.request_timeout_s,
        lease_ttl_s=lease_ttl_s,
        write_interval_s=dialect.write_interval_s,
        asks_at_once=dialect.asks_at_once,
        limit=options.limit,
        senders=options.senders,
        max_seconds=options.max_seconds,
        datasets_to_probe=datasets_to_probe,
    )
