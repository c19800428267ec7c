"""Asynchronous Insights reports (docs/meta-api.md §8.4): each look takes a report one step on; nobody has to wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from connector.sandbox.insights import Question

LIFE_S: Final = 30 * 86_400
STEPS: Final = (("Job Not Started", 0), ("Job Started", 0), ("Job Running", 60), ("Job Running", 100))
"""The last: done is only what is completed *and* at 100 (docs/meta-api.md §8.4)."""
COMPLETED: Final = "Job Completed"
FIRST_ID: Final = 6_000_000_000_000_000
_FIELDS: Final = (
    "id account_id time_ref time_completed async_status async_percent_completion is_running error_code error_message "
    "error_subcode error_user_title error_user_msg"
)
FIELDS: Final = frozenset(_FIELDS.split())


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
