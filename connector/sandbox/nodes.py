"""`GET /{id}` and `/debug_token`: fields of datasets, ad accounts and tokens (docs/meta-api.md §8.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from connector.sandbox.deduplication import Channel
from connector.sandbox.refusals import unknown_field
from connector.sandbox.scenario import AdAccount
from connector.sandbox.store import Seen
from connector.sandbox.tokens import Scope, TokenState, TokenStatus

_DATASET: Final = (
    "id name creation_time last_fired_time server_last_fired_time is_unavailable is_consolidated_container is_crm "
    "owner_business data_use_setting enable_automatic_matching automatic_matching_fields match_rate_approx "
    "matched_entries valid_entries duplicate_entries event_time_min event_time_max usage collection_rate upload_rate "
    "num_uploads has_sent_pii"
)
DATASET_FIELDS: Final = frozenset(_DATASET.split())
ACCOUNT_FIELDS: Final = frozenset({"id", "account_id", "name", "currency", "timezone_name", "account_status"})
CREATED: Final = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
APP_ID: Final = "100000000000001"


def dataset_node(call_fields: list[str], dataset: str, seen: Seen) -> dict[str, Any]:
    """Of a dataset what can be known here; a known field without a value is left out. Raises RefusedError."""
    last: dict[Channel, int] = {}
    events = 0
    for each in seen.arrivals.between(0, float("inf")):
        if each.kind.dataset == dataset:
            last[each.kind.channel] = max(last.get(each.kind.channel, 0), each.at)
            events += each.events
    node: dict[str, Any] = {
        "id": dataset,
        "name": f"Sandbox dataset {dataset}",
        "creation_time": _spelled(CREATED),
        "is_unavailable": False,
        "is_consolidated_container": True,
        "is_crm": False,
        "data_use_setting": "ADVERTISING_AND_ANALYTICS",
        "enable_automatic_matching": False,
        "valid_entries": events,
    }
    if last:
        node["last_fired_time"] = _spelled(max(last.values()))
    if Channel.SERVER in last:
        node["server_last_fired_time"] = _spelled(last[Channel.SERVER])
    return chosen_fields(node, call_fields, DATASET_FIELDS)


def account_node(call_fields: list[str], number: str, account: AdAccount) -> dict[str, Any]:
    """Of an ad account its name, currency and time zone. Raises RefusedError."""
    node = {
        "id": f"act_{number}",
        "account_id": number,
        "name": account.name,
        "currency": account.currency,
        "timezone_name": account.timezone_name,
        "account_status": 1,
    }
    return chosen_fields(node, call_fields, ACCOUNT_FIELDS)


def chosen_fields(node: Mapping[str, Any], asked: list[str], known: frozenset[str]) -> dict[str, Any]:
    """The fields that were asked for and `id`. Raises RefusedError for a name that does not exist."""
    for name in asked:
        if name not in known:
            raise unknown_field(name)
    return {name: node[name] for name in dict.fromkeys([*asked, "id"]) if name in node}


def inspected_token(state: TokenState, now: float) -> dict[str, Any]:
    """What `/debug_token` tells of a token."""
    if state.status is TokenStatus.UNPARSEABLE:
        error = {"code": 190, "message": "The access token could not be decrypted"}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    is_valid = state.status is TokenStatus.OK and not state.is_expired(now)
    scopes = sorted(state.scopes)
    targets = None if state.datasets is None else sorted(state.datasets)
    granular = [
        {"scope": scope} | ({"target_ids": targets} if scope is Scope.DATASET and targets is not None else {})
        for scope in scopes
    ]
    data = {
        "app_id": APP_ID,
        "type": "SYSTEM_USER",
        "application": "Conversions API Application" if scopes == [Scope.DATASET] else "Sandbox application",
        "data_access_expires_at": 0,
        "expires_at": int(state.expires_at or 0),
        "is_valid": is_valid,
        "issued_at": int(CREATED),
        "scopes": scopes,
        "granular_scopes": granular,
        "user_id": "100000000000002",
    }
    return {"data": data}


def _spelled(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
