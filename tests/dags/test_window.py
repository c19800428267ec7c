"""A backfill is parameters of `conversions_sync`: they reach the plan and every sender."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from connector import app
from connector.delivery import RunReport
from connector.destinations.meta import MetaDestination
from connector.insight.plan import Late, Planned
from connector.model.amounts import Amount
from connector.model.outcomes import Outcome
from connector.model.stop_reasons import StopReason

SINCE, UNTIL = datetime(2026, 3, 1), datetime(2026, 3, 4, 6)  # noqa: DTZ001 - as the warehouse has times
PARAMS = {"since": "2026-03-01", "until": "2026-03-04T08:00:00+02:00", "limit": 5}


class Heard(dict[str, Any]):
    """Stands for the app, and keeps what windows it was given."""

    def plan(self, settings: object, *, window: app.Window) -> Planned:
        self["plan"] = window
        late = Amount(events=3, money={"EUR": Decimal("7.5"), "USD": Decimal(1)})
        return Planned(
            window=window,
            owed={"Purchase": Amount(events=9)},
            would_be_sent=Amount(events=9),
            requests=1,
            pixel_overlap=None,
            late=Late(past_deadline=late, outside_pixel_window=Amount(events=2, money={"EUR": Decimal(5)})),
            not_owed={},
            not_eligible=None,
            payloads=[],
        )

    def sync(self, settings: object, options: app.SyncOptions) -> Any:
        self["sync"] = (options.window, options.limit)
        return RunReport(
            sync_id="run",
            mode="live",
            reason=StopReason.FINISHED,
            requests=0,
            duration_s=0.0,
            claimed=0,
            outcomes=dict.fromkeys(Outcome, 0),
            money={outcome: {} for outcome in Outcome},
            is_proven=True,
            wording=MetaDestination.words(),
        )


def of_the_deployment() -> Any:
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    return Tasks(deployment=Deployment.load())


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    found = Heard()
    monkeypatch.setattr(app, "plan", found.plan)
    monkeypatch.setattr(app, "sync", found.sync)
    return found


def run_with(monkeypatch: pytest.MonkeyPatch, **params: Any) -> dict[str, Any]:
    """What tasks of a run with these parameters see; what they leave stands under `left`."""
    left: dict[str, Any] = {}
    instance = SimpleNamespace(xcom_push=lambda key, value: left.update({key: value}))
    monkeypatch.setattr("connector.airflow.tasks._context", lambda: {"params": params, "ti": instance})
    return left


def test_since_and_until_reach_the_plan_and_every_sender(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = of_the_deployment()

    left = run_with(monkeypatch, **PARAMS)
    for shard in tasks.plan():
        tasks.sync(shard)
    window = app.Window(since=SINCE, until=UNTIL)
    assert heard == {"plan": window, "sync": (window, 5)}
    assert (left["figures"]["rejected"], left["figures"]["invalid"]) == (0, 0)


def test_a_dry_run_leaves_its_window_and_what_it_is_too_late_for_in_events_and_money(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = of_the_deployment()

    left = run_with(monkeypatch, **PARAMS, dry_run=True)
    assert tasks.plan() == []
    assert left["figures"]["window"] == {"since": "2026-03-01T00:00:00", "until": "2026-03-04T06:00:00"}
    told = {
        "would_be_sent": {"events": 9, "money": {}},
        "past_deadline": {"events": 3, "money": {"EUR": "7.50", "USD": "1.00"}},
        "outside_pixel_window": {"events": 2, "money": {"EUR": "5.00"}},
    }
    assert {name: left["figures"][name] for name in told} == told
    assert json.dumps(left["figures"])
    assert "sync" not in heard


def test_without_them_all_that_is_owed_goes(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = of_the_deployment()

    run_with(monkeypatch)
    for shard in tasks.plan():
        tasks.sync(shard)
    assert heard == {"plan": app.Window(), "sync": (app.Window(), None)}


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"since": "2026-03-04", "until": "2026-03-04T00:00:00Z"}, "is not before until"),
        ({"since": "last week"}, "the parameter since is not a valid timestamp"),
        ({"dryrun": True}, r"no parameter dryrun \(did you mean dry_run\?\)"),
    ],
)
def test_a_wrong_parameter_fails_before_anything_is_built_and_says_what_to_write(
    heard: Heard, monkeypatch: pytest.MonkeyPatch, params: dict[str, Any], told: str
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    tasks = of_the_deployment()

    run_with(monkeypatch, **params)
    with pytest.raises(AirflowFailException, match=told):
        tasks.prepare_ledger()
    assert heard == {}


@pytest.mark.parametrize("conf", [{"dry_run": True}, {"limit": 5, "since": "2026-03-01T00:00:00Z"}, {"dryrun": True}])
def test_where_airflow_makes_no_parameters_of_what_a_run_was_triggered_with_nothing_is_sent(
    heard: Heard, monkeypatch: pytest.MonkeyPatch, conf: dict[str, Any]
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    tasks = of_the_deployment()

    as_by_default = {"params": {"dry_run": False, "limit": None}, "dag_run": SimpleNamespace(conf=conf)}
    monkeypatch.setattr("connector.airflow.tasks._context", lambda: as_by_default)
    with pytest.raises(AirflowFailException, match="nothing was sent"):
        tasks.prepare_ledger()


@pytest.mark.parametrize("conf", [None, {}, PARAMS])
def test_a_run_whose_parameters_are_what_it_was_triggered_with_goes_on(
    monkeypatch: pytest.MonkeyPatch, conf: dict[str, Any] | None
) -> None:
    tasks = of_the_deployment()

    begun: list[object] = []
    monkeypatch.setattr(app, "initialise", begun.append)
    context = {"params": {"dry_run": False} | (conf or {}), "dag_run": SimpleNamespace(conf=conf)}
    monkeypatch.setattr("connector.airflow.tasks._context", lambda: context)
    tasks.prepare_ledger()
    assert len(begun) == 1
