"""The endpoints that are read: who may, what of, and the answer as JSON members.

Nodes and `/debug_token`: docs/meta-api.md §8.2. Asynchronous reports of Insights: §8.4; each look takes one a step
further, so that nobody has to wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, assert_never

from connector.sandbox.calls import Call
from connector.sandbox.config import AdAccount, SandboxConfig, Scenario
from connector.sandbox.deduplication import Channel
from connector.sandbox.insights import Knowledge, Question, question, rows
from connector.sandbox.parameters import list_param, page
from connector.sandbox.quality import quality
from connector.sandbox.refusals import (
    MISSING_PERMISSION,
    NO_QUALITY_PERMISSION,
    TOO_MUCH,
    UNSUPPORTED,
    Refusal,
    RefusedError,
    bad_parameter,
    unknown_field,
)
from connector.sandbox.routes import Endpoint, account_number
from connector.sandbox.stats import stats
from connector.sandbox.store import Store
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


def dataset_node(call_fields: list[str], dataset: str, store: Store) -> dict[str, Any]:
    """Of a dataset what can be known here; a known field without a value is left out. Raises RefusedError."""
    last: dict[Channel, int] = {}
    events = 0
    for each in store.arrivals.between(0, float("inf")):
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


LIFE_S: Final = 30 * 86_400
STEPS: Final = (("Job Not Started", 0), ("Job Started", 0), ("Job Running", 60), ("Job Running", 100))
"""The last: done is only what is completed *and* at 100 (docs/meta-api.md §8.4)."""
COMPLETED: Final = "Job Completed"
FIRST_ID: Final = 6_000_000_000_000_000
_FIELDS: Final = (
    "id account_id time_ref time_completed async_status async_percent_completion is_running error_code error_message "
    "error_subcode error_user_title error_user_msg"
)
REPORT_FIELDS: Final = frozenset(_FIELDS.split())


@dataclass(slots=True)
class Report:
    """One run. `ends` is the status that it comes to; `completed_at` is None until it has."""

    id: str
    account: str
    question: Question
    started_at: float
    ends: str
    looks: int = 0
    completed_at: float | None = None

    def look(self, now: float) -> dict[str, Any]:
        """The node, and a step further."""
        if self.looks < len(STEPS):
            status, percent = STEPS[self.looks]
        else:
            status, percent = self.ends, 100 if self.ends == COMPLETED else 60
            self.completed_at = self.completed_at or now
        self.looks += 1
        node: dict[str, Any] = {
            "id": self.id,
            "account_id": self.account,
            "time_ref": int(self.started_at),
            "async_status": status,
            "async_percent_completion": percent,
        }
        if self.completed_at is not None and status == COMPLETED:
            node["time_completed"] = int(self.completed_at)
        if status == "Job Failed":
            node |= _FAILURE
        return node

    @property
    def is_complete(self) -> bool:
        return self.completed_at is not None and self.ends == COMPLETED


_FAILURE: Final = {
    "error_code": -2,
    "error_subcode": 2490547,
    "error_message": "The report failed",
    "error_user_title": "The report failed",
    "error_user_msg": "Ask for the report again.",
}
"""-2/2490547: submit again (docs/meta-api.md §7.2; texts invented)."""


class Reports:
    """The runs by id; a run older than 30 days is gone."""

    def __init__(self) -> None:
        self._runs: dict[str, Report] = {}

    def start(self, account: str, question: Question, now: float, ends: str) -> Report:
        number = str(FIRST_ID + len(self._runs) + 1)
        run = self._runs[number] = Report(number, account, question, now, ends)
        return run

    def get(self, number: str, now: float) -> Report | None:
        run = self._runs.get(number)
        return run if run is not None and now - run.started_at <= LIFE_S else None

    def is_number(self, number: str) -> bool:
        """Whether such a run was ever started: it is no dataset."""
        return number in self._runs


INSIGHTS_LIMIT = 25


class Reading:
    """Answers from what was seen, under a scenario that may be replaced."""

    def __init__(self, config: SandboxConfig, store: Store) -> None:
        self.scenario: Scenario = config.scenario
        self.processed_until = float("-inf")
        self._datasets = config.datasets
        self._store = store
        self._reports = Reports()

    def answer(self, endpoint: Endpoint, call: Call, now: float) -> dict[str, Any]:
        """Raises RefusedError."""
        token = call.token or TokenState()
        match endpoint:
            case Endpoint.STATS | Endpoint.EMPTY:
                self._dataset(call.object_id, token)
                _require(token.may_read)
                if endpoint is Endpoint.EMPTY:
                    return {"data": [], "paging": {}}
                return stats(call, self._store, now, self._shown_until(now))
            case Endpoint.QUALITY:
                return self._quality(call, token, now)
            case Endpoint.DEBUG_TOKEN:
                if call.inspected is None:
                    raise bad_parameter("input_token")
                return inspected_token(call.inspected, now)
            case Endpoint.NODE:
                return self._node(call, token, now)
            case Endpoint.INSIGHTS:
                return self._insights(call, token, now)
            case Endpoint.EVENTS | Endpoint.BATCH:
                raise AssertionError("events are sent, not read, and a batch is read part by part")
            case _:
                assert_never(endpoint)

    def _quality(self, call: Call, token: TokenState, now: float) -> dict[str, Any]:
        _require(token.may_read_quality, NO_QUALITY_PERMISSION)
        dataset = str(call.params.get("dataset_id") or "")
        if not self._exists(dataset):
            raise bad_parameter("dataset_id")
        _require(token.datasets is None or dataset in token.datasets, NO_QUALITY_PERMISSION)
        return quality(call, self._store, now)

    def _node(self, call: Call, token: TokenState, now: float) -> dict[str, Any]:
        fields = list_param(call, "fields")
        if (run := self._reports.get(call.object_id, now)) is not None:
            self._account(run.account, token)
            node = run.look(now)
            return chosen_fields(node, fields or list(node), REPORT_FIELDS)
        if (number := account_number(call.object_id)) is not None:
            return account_node(fields, number, self._account(number, token))
        self._dataset(call.object_id, token)
        _require(token.may_read)
        return dataset_node(fields, call.object_id, self._store)

    def _insights(self, call: Call, token: TokenState, now: float) -> dict[str, Any]:
        if (run := self._reports.get(call.object_id, now)) is not None:
            account = self._account(run.account, token)
            if call.method != "GET":
                raise RefusedError("method", UNSUPPORTED)
            if not run.is_complete:
                raise RefusedError("report", Refusal(code=100, message="(#100) The report is not complete"))
            found = self._rows(run.question, run.account, account, run.completed_at or now)
            return page(call, found, INSIGHTS_LIMIT)
        number = account_number(call.object_id)
        if number is None:
            raise RefusedError("E7", UNSUPPORTED)
        account = self._account(number, token)
        asked = question(call, account, now)
        if call.method == "POST":
            return {"report_run_id": self._reports.start(number, asked, now, self.scenario.reports_end).id}
        if asked.days > self.scenario.synchronous_days:
            raise RefusedError("size", TOO_MUCH)
        return page(call, self._rows(asked, number, account, now), INSIGHTS_LIMIT)

    def _rows(self, asked: Question, number: str, account: AdAccount, now: float) -> list[dict[str, Any]]:
        return rows(asked, number, account, self._store, Knowledge(now, self.processed_until))

    def _shown_until(self, now: float) -> float:
        return max(now - self.scenario.stats_lag_s, self.processed_until)

    def _account(self, number: str, token: TokenState) -> AdAccount:
        account = self.scenario.account(number)
        if account is None or (token.accounts is not None and number not in token.accounts):
            raise RefusedError("E7", UNSUPPORTED)
        _require(token.may_read)
        return account

    def _dataset(self, dataset: str, token: TokenState) -> None:
        if not self._exists(dataset) or (token.datasets is not None and dataset not in token.datasets):
            raise RefusedError("E7", UNSUPPORTED)

    def _exists(self, dataset: str) -> bool:
        if self._datasets == "any":
            return dataset.isascii() and dataset.isdigit() and not self._reports.is_number(dataset)
        return dataset in self._datasets


def _require(allowed: bool, refusal: Refusal = MISSING_PERMISSION) -> None:
    if not allowed:
        raise RefusedError("permission", refusal)
