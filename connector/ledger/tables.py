"""The relations of the ledger, a public contract. Append-only but for `sync_lock` and `sync_leases`, which are locks.

Their columns are defined by the files in `migrations/`.
"""

from __future__ import annotations

TABLES = (
    "sync_leases",
    "sync_records",
    "sync_outcomes",
    "sync_expired",
    "sync_confirmed_keys",
    "sync_sources",
    "alarm_notices",
    "meta_pulls",
    "meta_event_stats",
    "meta_match_quality",
    "meta_insights",
    "meta_campaigns",
    "sync_runs",
)
"""All but `sync_lock`, in the order in which a move takes them: first what every mark needs, so that nothing is sent
once a move has begun; last the one by which a ledger is recognised, so that an interrupted move can be resumed."""
VIEWS = ("conversion_states", "record_outcomes")
"""The first reads the second."""
COUNTS = ("claimed", "accepted", "rejected", "invalid", "deferred", "unconfirmed")
