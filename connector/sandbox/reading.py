"""The endpoints that are read: who may, what of, and the answer as JSON members."""

from __future__ import annotations

from typing import Any, assert_never

from connector.sandbox.attribution import Knowledge
from connector.sandbox.calls import Call
from connector.sandbox.config import SandboxConfig
from connector.sandbox.insights import Question, question, rows
from connector.sandbox.nodes import account_node, chosen_fields, dataset_node, inspected_token
from connector.sandbox.paging import list_param, page
from connector.sandbox.quality import quality
from connector.sandbox.refusals import (
    MISSING_PERMISSION,
    NO_QUALITY_PERMISSION,
    TOO_MUCH,
    UNSUPPORTED,
    Refusal,
    RefusedError,
    bad_parameter,
)
from connector.sandbox.reports import FIELDS as REPORT_FIELDS
from connector.sandbox.reports import Reports
from connector.sandbox.routes import Door, account_number
from connector.sandbox.scenario import AdAccount, Scenario
from connector.sandbox.stats import stats
from connector.sandbox.store import Seen
from connector.sandbox.tokens import TokenState

INSIGHTS_LIMIT = 25


class Reading:
    """Answers from what was seen, under a scenario that may be replaced."""

    def __init__(self, config: SandboxConfig, seen: Seen) -> None:
        self.scenario: Scenario = config.scenario
        self.processed_until = float("-inf")
        self._datasets = config.datasets
        self._seen = seen
        self._reports = Reports()

    def answer(self, door: Door, call: Call, now: float) -> dict[str, Any]:
        """Raises RefusedError."""
        token = call.token or TokenState()
        match door:
            case Door.STATS | Door.EMPTY:
                self._dataset(call.object_id, token)
                _require(token.may_read)
                if door is Door.EMPTY:
                    return {"data": [], "paging": {}}
                return stats(call, self._seen, now, self._shown_until(now))
            case Door.QUALITY:
                return self._quality(call, token, now)
            case Door.DEBUG_TOKEN:
                if call.inspected is None:
                    raise bad_parameter("input_token")
                return inspected_token(call.inspected, now)
            case Door.NODE:
                return self._node(call, token, now)
            case Door.INSIGHTS:
                return self._insights(call, token, now)
            case Door.EVENTS:
                raise AssertionError("events are sent, not read")
            case _:
                assert_never(door)

    def _quality(self, call: Call, token: TokenState, now: float) -> dict[str, Any]:
        _require(token.may_read_quality, NO_QUALITY_PERMISSION)
        dataset = str(call.params.get("dataset_id") or "")
        if not self._exists(dataset):
            raise bad_parameter("dataset_id")
        _require(token.datasets is None or dataset in token.datasets, NO_QUALITY_PERMISSION)
        return quality(call, self._seen, now)

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
        return dataset_node(fields, call.object_id, self._seen)

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
        return rows(asked, number, account, self._seen, Knowledge(now, self.processed_until))

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
