"""What a notifier is told: counts and money, never rows; and how the work is divided."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from connector.insight.plan import Late, Planned
from connector.model.amounts import Amount, Part
from connector.model.conversions import ALL_TIME
from connector.settings import Settings

HEARD: list[str] = []


class Loudspeaker:
    """A notifier as Airflow's are: its text is a template that it renders over itself."""

    def __init__(self) -> None:
        self.text = "{title}: {text}"

    def __call__(self, context: dict[str, Any]) -> None:
        news = context["conversions"]
        self.text = self.text.format(title=news.title, text=news.text)
        HEARD.append(self.text)


loudspeaker = Loudspeaker()


class Instance:
    """The part of a task instance that the callback looks at."""

    dag_id, task_id, map_index = "conversions_sync", "sync", 2

    def xcom_pull(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"task_ids": "sync", "key": "figures", "map_indexes": 2}
        return {"claimed": 3, "rejected": 2, "money": {"rejected": {"EUR": "12.50"}}}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    import sys

    monkeypatch.setitem(sys.modules, "a_module_of_theirs", sys.modules[__name__])
    monkeypatch.setenv("AIRFLOW__CONNECTOR__NOTIFIER", "a_module_of_theirs.loudspeaker")
    HEARD.clear()
    return HEARD


def test_a_failed_task_is_told_with_its_counts_and_its_money(heard: list[str]) -> None:
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    Tasks(deployment=Deployment.load()).tell_failure(
        {"ti": Instance(), "exception": ValueError("look here\nand not at this line")}
    )
    assert heard == ["conversions_sync.sync failed: look here 3 claimed; 2 rejected (12.50 EUR); lost: 2 (12.50 EUR)"]


@pytest.mark.parametrize(
    ("error", "told"),
    [(AssertionError(), "AssertionError"), (ValueError("\n look here"), "look here"), (None, "no reason")],
)
def test_a_failure_is_told_whatever_text_its_error_has(heard: list[str], error: Exception | None, told: str) -> None:
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    Tasks(deployment=Deployment.load()).tell_failure({"ti": Instance(), "exception": error})
    assert heard[0].startswith(f"conversions_sync.sync failed: {told}")


def broken(_context: dict[str, Any]) -> None:
    raise ZeroDivisionError("https://hooks.example/a-password")


def test_an_alarm_that_a_notifier_of_airflow_s_own_kind_could_not_deliver_is_not_told_nor_its_address_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    from airflow.sdk import BaseNotifier

    from connector.airflow.notifications import NotifierChannel
    from connector.app import Message
    from connector.errors import ConnectorError
    from connector.model.alarms import Change

    class Slack(BaseNotifier):
        template_fields = ("text",)

        def __init__(self) -> None:
            super().__init__()
            self.text = "{{ conversions.title }} of {{ text[:1] }}"

        def notify(self, context: Any) -> None:
            assert self.text == "Sending has stopped of {"
            broken(context)

    message = Message(title="Sending has stopped", text="", change=Change.BEGIN, alarm="sending_stopped")
    with pytest.raises(ConnectorError, match=r"no notifier took the message \(ZeroDivisionError\)"):
        NotifierChannel([Slack()], {}).deliver(message)
    assert "a-password" not in caplog.text


def test_a_notifier_that_fails_keeps_no_other_one_from_being_told(
    heard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    from connector.airflow.notifications import Notification, tell

    tell([broken, loudspeaker], {}, Notification(title="one", text="", figures={}))
    assert heard == ["one: "]
    assert "a notifier failed with ZeroDivisionError: one" in caplog.text


def test_a_notifier_that_fails_in_the_middle_of_a_task_does_not_stop_the_sending(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from connector import app
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks
    from connector.ledger import VanishedKeys

    vanished = VanishedKeys(dataset_id=None, event_name="Purchase", action_source="website", gone=20, moved=1)
    planned = replace(plan_of(0), vanished_keys=[vanished])
    monkeypatch.setattr(app, "plan", lambda settings, window: planned)
    assert len(Tasks(deployment=Deployment(notifier=broken)).plan()) == 1
    assert "a notifier failed with ZeroDivisionError" in caplog.text
    assert "a-password" not in caplog.text


def test_what_keeps_the_alarms_from_being_told_does_not_keep_the_failure(
    heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from connector.airflow import connections
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    def without_secrets_backend(*_: Any, **__: Any) -> Settings:
        raise RuntimeError("sealed")

    monkeypatch.setattr(connections, "load_settings", without_secrets_backend)
    Tasks(deployment=Deployment.load()).tell_failure({"ti": Instance(), "exception": RuntimeError("sealed")})
    assert [text[:37] for text in heard] == ["conversions_sync.sync failed: sealed "]


@pytest.mark.parametrize("name", ["no_such_module.mail", "os.no_such_notifier", "no name"])
def test_a_notifier_that_python_does_not_find_stops_the_run_before_anything_is_built(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from connector import app
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    begun: list[object] = []
    monkeypatch.setattr(app, "initialise", begun.append)
    tasks = Tasks(deployment=Deployment(notifier=[broken, name]))
    with pytest.raises(AirflowFailException, match=f"the notifier {name} cannot be imported"):
        tasks.prepare_ledger()
    assert begun == []


def test_a_second_message_is_not_the_first_one_again(heard: list[str]) -> None:
    from connector.airflow.notifications import Notification, tell

    for title in ("one", "two"):
        tell([loudspeaker], {}, Notification(title=title, text="", figures={}))
    assert heard == ["one: ", "two: "]


def test_the_lines_of_an_alarm_are_lines_and_what_a_terminal_would_obey_is_shown(heard: list[str]) -> None:
    from connector.airflow.notifications import Notification, tell

    tell([loudspeaker], {}, Notification(title="one", text="Since noon.\nWhat to do: \x1blook.", figures={}))
    assert heard == ["one: Since noon.\nWhat to do: \\x1blook."]


def test_without_a_notifier_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.airflow.deployment import Deployment

    monkeypatch.delenv("AIRFLOW__CONNECTOR__NOTIFIER", raising=False)
    assert Deployment.load().notifiers == ()


def test_a_dag_may_have_several_notifiers_of_its_own(heard: list[str]) -> None:
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    theirs = Loudspeaker()
    theirs.text = "theirs: {title}"
    deployment = Deployment.load(notifier=[theirs, "a_module_of_theirs.loudspeaker"])
    Tasks(deployment=deployment).tell_failure({"ti": Instance(), "exception": ValueError("look here")})
    assert [text[:30] for text in heard] == ["theirs: conversions_sync.sync ", "conversions_sync.sync failed: "]


def plan_of(owed: int) -> Planned:
    amount = Amount()
    if owed:
        amount.add(Part(owed, "EUR", Decimal(10), "Purchase"))
    return Planned(
        window=ALL_TIME,
        owed={"Purchase": amount} if owed else {},
        would_be_sent=amount,
        requests=owed,
        pixel_overlap=None,
        late=Late(past_deadline=Amount(), outside_pixel_window=None),
        not_owed={},
        not_eligible=None,
        payloads=[],
    )


@pytest.mark.parametrize(("moved", "refusal", "told"), [(1, None, True), (0, None, False), (1, "refused", False)])
def test_keys_that_may_be_owed_under_a_new_id_are_told_where_the_sync_itself_is_not_refused(
    heard: list[str], monkeypatch: pytest.MonkeyPatch, moved: int, refusal: str | None, told: bool
) -> None:
    from connector import app
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks
    from connector.ledger import VanishedKeys

    vanished = VanishedKeys(dataset_id=None, event_name="Purchase", action_source="website", gone=20, moved=moved)
    planned = replace(plan_of(0), vanished_keys=[vanished], refusal=refusal)
    monkeypatch.setattr(app, "plan", lambda settings, window: planned)
    monkeypatch.setattr("connector.airflow.tasks._context", lambda: {"params": {"dry_run": True}})
    assert Tasks(deployment=Deployment.load()).plan() == []
    assert any("Purchase (website): 20 accepted keys are gone, 1 of them" in text for text in heard) is told


@pytest.mark.parametrize(
    ("url", "senders", "limit", "expected"),
    [
        ("duckdb:///w.duckdb", 4, None, [(1, None)]),
        ("postgresql://x", 3, None, [(3, None)] * 3),
        ("postgresql://x", 3, 7, [(3, 3), (3, 2), (3, 2)]),
        ("postgresql://x", 4, 2, [(4, 1), (4, 1)]),
        ("postgresql://x", 1, None, [(1, None)]),
    ],
)
def test_a_limit_is_divided_and_duckdb_has_one_sender(
    url: str, senders: int, limit: int | None, expected: list[tuple[int, int | None]]
) -> None:
    from connector.airflow.sharding import shards

    parts = shards(Settings(warehouse_url=SecretStr(url)), senders=senders, limit=limit)
    assert [(part["senders"], part["limit"]) for part in parts] == expected


@pytest.mark.parametrize(("owed", "asked"), [(1, 1), (0, 0)])
def test_the_plan_of_a_run_that_will_send_warns_of_tokens_that_end_soon(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, owed: int, asked: int
) -> None:
    from connector import app
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    monkeypatch.setattr(app, "plan", lambda settings, window: plan_of(owed))
    monkeypatch.setattr(app, "token_warnings", lambda settings: ["A_TOKEN: it ends soon."])
    monkeypatch.setattr("connector.airflow.sharding.shards", lambda settings, senders, limit: [])
    assert Tasks(deployment=Deployment.load()).plan() == []
    assert caplog.text.count("A_TOKEN: it ends soon.") == asked
    assert ("1 conversion is owed: 1 request to graph.facebook.com." in caplog.text) is bool(owed)
    assert "{" not in caplog.text
