"""A backfill is parameters of `conversions_sync`: they reach the plan and every sender."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from connector import job
from connector.warehouse.standing import Amount, Planned

SINCE, UNTIL = datetime(2026, 3, 1), datetime(2026, 3, 4, 6)  # noqa: DTZ001 - as the warehouse has times
PARAMS = {"since": "2026-03-01", "until": "2026-03-04T08:00:00+02:00", "limit": 5}


class Heard(dict[str, Any]):
    """Stands for the job, and keeps what windows it was given."""

    def plan(self, settings: object, *, window: job.Window) -> Planned:
        self["plan"] = window
        nothing: dict[str, Amount] = {}
        return Planned(
            owed={"Purchase": Amount(events=9)},
            requests=1,
            pixel_overlap=None,
            not_owed=nothing,
            not_eligible=None,
            payloads=[],
            window=window,
        )

    def sync(self, settings: object, options: job.SyncOptions) -> Any:
        self["sync"] = (options.window, options.limit)
        return SimpleNamespace(as_dict=lambda: {"rejected": 0, "invalid": 0}, raise_if_failed=lambda: None)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    found = Heard()
    monkeypatch.setattr(job, "plan", found.plan)
    monkeypatch.setattr(job, "sync", found.sync)
    return found


def run_with(monkeypatch: pytest.MonkeyPatch, **params: Any) -> dict[str, Any]:
    """What tasks of a run with these parameters see; what they leave stands under `left`."""
    left: dict[str, Any] = {}
    instance = SimpleNamespace(xcom_push=lambda key, value: left.update({key: value}))
    monkeypatch.setattr("connector.airflow.steps._context", lambda: {"params": params, "ti": instance})
    return left


def test_since_and_until_reach_the_plan_and_every_sender(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.airflow import steps

    left = run_with(monkeypatch, **PARAMS)
    for share in steps.plan():
        steps.sync(share)
    window = job.Window(since=SINCE, until=UNTIL)
    assert heard == {"plan": window, "sync": (window, 5)}
    assert left["figures"] == {"rejected": 0, "invalid": 0}


def test_the_figures_of_a_dry_run_name_its_window(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.airflow import steps

    left = run_with(monkeypatch, **PARAMS, dry_run=True)
    assert steps.plan() == []
    assert left["figures"]["window"] == {"since": "2026-03-01T00:00:00", "until": "2026-03-04T06:00:00"}
    assert "sync" not in heard


def test_without_them_all_that_is_owed_goes(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.airflow import steps

    run_with(monkeypatch)
    for share in steps.plan():
        steps.sync(share)
    assert heard == {"plan": job.Window(), "sync": (job.Window(), None)}


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"since": "2026-03-04", "until": "2026-03-04T00:00:00Z"}, "is not before until"),
        ({"since": "last week"}, "the parameter since is no moment"),
    ],
)
def test_a_window_that_holds_nothing_fails_at_once_and_says_what_to_write(
    heard: Heard, monkeypatch: pytest.MonkeyPatch, params: dict[str, str], told: str
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from connector.airflow import steps

    run_with(monkeypatch, **params)
    with pytest.raises(AirflowFailException, match=told):
        steps.plan()
    assert heard == {}
