"""An outage as it happens: the token expires, one message with money and the fix; renewed, one that it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import HTMLResponse

from connector.app.channels import AppriseChannel
from connector.sandbox.server import RunningSandbox
from tests.support.meta_script import error
from tests.support.shops import event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.responses import Response

    from connector.app import Message
    from connector.sandbox.calls import Call
    from tests.support.shops import Person, Shop

EXPIRED = 463
ON_DUCKDB = pytest.mark.parametrize("shop", ["duckdb"], indirect=True)


@dataclass
class Token:
    """Refused as expired, as Meta refuses it, until it is renewed. `page`: a page of this status answers for Meta."""

    is_expired: bool = False
    page: int | None = None

    async def before(self, call: Call) -> Response | None:
        if self.page:
            return HTMLResponse("<html>blocked</html>", status_code=self.page)
        return error(190, subcode=EXPIRED) if self.is_expired else None

    async def after(self, call: Call, answer: Response) -> Response:
        return answer


@dataclass
class Inbox:
    """Where the channels' messages arrive."""

    messages: list[Message] = field(default_factory=list)

    def deliver(self, message: Message) -> None:
        self.messages.append(message)


@pytest.fixture
def token() -> Token:
    return Token()


@pytest.fixture
def sandbox(token: Token) -> Iterator[RunningSandbox]:
    with RunningSandbox(faults=token) as running:
        yield running


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Inbox:
    inbox = Inbox()
    monkeypatch.setenv("CONNECTOR_NOTIFY_URLS", "slack://T0000/B0000/secret-of-a-test")
    monkeypatch.setattr(AppriseChannel, "deliver", inbox.deliver)
    return inbox


@ON_DUCKDB
def test_an_expired_token_is_one_message_with_money_and_the_fix_and_its_renewal_another(
    shop: Shop, person: Person, token: Token, inbox: Inbox
) -> None:
    shop.add([event("o1"), event("o2", age=timedelta(days=6, hours=20))])
    token.is_expired = True
    assert person.says("sync") == 3
    assert person.says("sync") == 3
    assert person.says("alarms", "--notify") == 0, person.err
    (message,) = inbox.messages
    assert message.title == "Sending to Meta has stopped"
    assert "Meta refused the access token (code 190/463)." in message.text
    assert "Waiting to be sent: 2 purchases (25.00 USD)." in message.text
    assert "Of that, 12.50 USD is lost by" in message.text
    assert "What to do (data engineer): The token has expired: make one that does not" in message.text
    token.is_expired = False
    assert person.says("sync") == 0, person.err
    assert person.says("sync") == 0, person.err
    assert person.says("alarms", "--notify") == 0, person.err
    assert [one.title for one in inbox.messages[1:]] == ["Sending to Meta works again"]


def finished(tasks: Any, name: str, *arguments: Any) -> None:
    """A task as Airflow ends it: where it fails for good, its callback is called."""
    try:
        getattr(tasks, name)(*arguments)
    except Exception as failure:
        context = {"ti": SimpleNamespace(dag_id="dag", task_id=name, map_index=0, xcom_pull=lambda **_: None)}
        tasks.tell_failure(context | {"exception": failure})


@ON_DUCKDB
def test_in_airflow_the_notifier_hears_of_it_once_whichever_tasks_fail_and_once_that_it_is_over(
    shop: Shop, person: Person, token: Token, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    heard: list[Any] = []
    tasks = Tasks(deployment=Deployment(notifier=lambda context: heard.append(context["conversions"])))
    monkeypatch.setattr("connector.airflow.tasks._context", dict)
    everything = {"senders": 1, "limit": None}
    shop.add([event("o1")])
    token.is_expired = True
    for _ in range(2):
        finished(tasks, "sync", everything)
        finished(tasks, "pull")
    assert [one.title for one in heard] == ["Sending to Meta has stopped"]
    assert heard[0].figures["money"] == {"USD": "12.50"}
    token.is_expired = False
    finished(tasks, "sync", everything)
    assert [one.title for one in heard[1:]] == ["Sending to Meta works again"]


@ON_DUCKDB
@pytest.mark.parametrize("status", [200, 403])
def test_a_page_that_answers_instead_of_meta_for_days_is_one_message_and_its_end_another(
    shop: Shop, person: Person, token: Token, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr("connector.delivery.sending.backoff_s", lambda _: 0.0)
    shop.add([event("o1"), event("o2")])
    token.page = status
    for _ in range(3):
        assert person.says("sync") == 1
    assert [one.title for one in inbox.messages] == ["Sending to Meta has stopped"]
    assert inbox.messages[0].money == {"USD": "25.00"}
    token.page = None
    assert person.says("sync") == 0, person.err
    assert [one.title for one in inbox.messages[1:]] == ["Sending to Meta works again"]


@ON_DUCKDB
def test_a_failure_that_is_no_stop_is_told_each_time(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    heard: list[str] = []
    tasks = Tasks(deployment=Deployment(notifier=lambda context: heard.append(context["conversions"].title)))
    monkeypatch.setattr("connector.airflow.tasks._context", dict)
    monkeypatch.setenv("CONNECTOR_META_DATASET_ID", "")
    for _ in range(2):
        finished(tasks, "pull")
    assert heard == ["dag.pull failed"] * 2


@ON_DUCKDB
def test_a_channel_that_takes_nothing_changes_no_exit_code_and_is_tried_again(
    shop: Shop, person: Person, token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    taken = [False, True]

    def take(address: str, message: Message) -> bool:
        sent.append(message.title)
        return taken.pop(0)

    monkeypatch.setenv("CONNECTOR_NOTIFY_URLS", "slack://T0000/B0000/secret-of-a-test")
    monkeypatch.setattr("connector.app.channels._sent", take)
    shop.add([event("o1")])
    token.is_expired = True
    assert person.says("sync") == 3
    assert "nobody was told: Sending to Meta has stopped: the message was not taken by" in person.err
    assert "secret-of-a-test" not in person.out + person.err
    assert person.says("alarms", "--notify") == 0, person.err
    assert sent == ["Sending to Meta has stopped"] * 2
    rows = shop.run("select phase, told_to from meta_conversions_ledger.alarm_notices order by notice_no")
    assert rows == [("claimed", None), ("failed", None), ("claimed", None), ("told", "slack")]


@pytest.mark.parametrize("shop", ["duckdb", "postgres"], indirect=True)
def test_an_acknowledged_stop_is_silent_and_says_why(shop: Shop, person: Person, token: Token, inbox: Inbox) -> None:
    shop.add([event("o1")])
    token.is_expired = True
    assert person.says("sync") == 3
    assert person.says("alarms", "--acknowledge", "sending_stopped") == 2
    assert person.says("alarms", "--acknowledge", "clock_skew", "--reason", "x") == 2
    assert "firing: sending_stopped" in person.err
    words = ("--acknowledge", "sending_stopped", "--reason", "the new token comes at noon", "--hours", "3")
    assert person.says("alarms", *words) == 0, person.err
    (alarm,) = person.asks("alarms")["alarms"]
    assert (alarm["alarm"], alarm["money"], alarm["is_told"]) == ("sending_stopped", {"USD": "12.50"}, True)
    assert alarm["acknowledged"]["reason"] == "the new token comes at noon"
    token.is_expired = False
    assert person.says("sync") == 0
    assert person.asks("alarms")["alarms"] == []
    assert len(inbox.messages) == 1


WATERFALL = """
create table meta_conversions.revenue_waterfall (
    day date, dataset_id varchar, event_name varchar, currency varchar, stage varchar, reason varchar,
    is_beside boolean, events bigint, value decimal(18, 4)
)
"""


@ON_DUCKDB
def test_status_and_page_say_first_that_sending_has_stopped_and_then_that_it_works(
    shop: Shop, person: Person, token: Token, tmp_path: Path
) -> None:
    shop.run(WATERFALL)
    shop.add([event("o1"), event("basket", body={"event_name": "AddToCart"})])
    token.is_expired = True
    assert person.says("sync") == 3
    assert person.says("status") == 0, person.err
    first, second = person.out.splitlines()[:2]
    assert first.startswith("SENDING TO THE DEFAULT DATASET HAS STOPPED since ")
    waiting = "Waiting to be sent: 1 purchase (12.50 USD), and 1 other event without revenue."
    assert f"Meta refused the access token (code 190/463). {waiting}" in first
    assert "What to do (data engineer): The token has expired" in first
    assert second == (
        "Meta's own figures were never read (connector pull reads them). Every unit of money is explained "
        "as of an unknown time. "
        "Renew them, so that they have a date: dbt build --select tag:meta_conversions_reconciliation"
    )
    file = tmp_path / "page.html"
    assert person.says("report", "--html", str(file)) == 0, person.err
    page = file.read_text()
    assert '<section id="state" class="stopped" role="alert"' in page
    assert page.index("HAS STOPPED since") < page.index('<main id="main">')
    state = person.asks("status")["state"]
    assert (state["works"], state["reason"], state["at_stake"]["money"]) == (False, "refused", {"USD": "12.50"})
    token.is_expired = False
    assert person.says("sync") == 0
    assert person.says("status") == 0
    assert person.out.startswith("Sending works: the last sync ended ")
    assert "Nothing waits to be sent." in person.out
    assert person.says("report", "--html", str(file)) == 0
    assert '<section id="state" class="works" role="status"' in file.read_text()


@pytest.mark.parametrize("shop", ["duckdb", "postgres"], indirect=True)
def test_the_dead_man_s_switch_is_green_only_if_a_sync_ended_well_and_was_proven_lately(
    shop: Shop, person: Person, token: Token
) -> None:
    assert person.says("alive") == 1
    assert "no sync has ended well yet" in person.err
    assert person.says("init") == 0
    assert person.says("alive") == 1
    assert "no sync has ended well yet" in person.err
    shop.add([event("o1")])
    token.is_expired = True
    assert person.says("sync") == 3
    assert person.says("alive") == 1
    token.is_expired = False
    assert person.says("sync") == 0
    assert person.says("alive", "--within", "1") == 0, person.err
    assert set(person.asks("alive")) == {"proven_at"}
    shop.run("update meta_conversions_ledger.sync_runs set recorded_at = recorded_at - interval '61' minute")
    assert person.says("alive", "--within", "60") == 1
    assert "no sync has ended well within 60 minutes" in person.err
    assert person.says("alive", "--within", "62") == 0
    shop.run("update meta_conversions_ledger.sync_runs set accepted = 7 where phase = 'ended'")
    assert person.says("alive", "--within", "62") == 1


ALARMS = """
create table meta_conversions.alarms (
    alarm varchar, severity varchar, dataset_id varchar, event_name varchar, currency varchar, subject varchar,
    events bigint, amount decimal(18, 4), message varchar, what_to_do varchar, who varchar
)
"""


@pytest.mark.parametrize("shop", ["duckdb", "postgres"], indirect=True)
def test_alarms_of_the_marts_are_one_message_a_cause_told_by_the_second_build_that_shows_them(
    shop: Shop, person: Person, inbox: Inbox
) -> None:
    def built(hour: int, *rows: tuple[str, str, int]) -> None:
        shop.run("drop table if exists meta_conversions.reconciliation_as_of")
        shop.run(
            f"create table meta_conversions.reconciliation_as_of as "
            f"select cast('2026-11-28 0{hour}:00:00' as timestamp) as as_of"
        )
        shop.run("delete from meta_conversions.alarms")
        for event_name, currency, amount in rows:
            shop.run(
                "insert into meta_conversions.alarms values "
                f"('clock_skew', 'warn', null, '{event_name}', '{currency}', '', 2, {amount}, "
                f"'{event_name}: 2 events were early. Look at the clock.', 'Look at the clock.', 'data engineer')"
            )

    def told() -> list[str]:
        before = len(inbox.messages)
        assert person.says("alarms", "--notify") == 0, person.err
        return [message.title for message in inbox.messages[before:]]

    shop.run(ALARMS)
    some = (("Purchase", "EUR", 10), ("Purchase", "USD", 5), ("Lead", "none", 0))
    built(1, *some)
    assert [told(), told()] == [[], []], "one build is one reading, however often it is read"
    built(2, *some)
    assert [told(), told()] == [["Clock skew"], []]
    (message,) = inbox.messages
    assert message.text.splitlines()[0] == "Since 2026-11-28 01:00 UTC."
    assert "Purchase: 2 events were early." in message.text
    assert message.text.endswith("What to do (data engineer): Look at the clock.")
    assert message.money == {"EUR": "10.00", "USD": "5.00"}
    built(3, ("Purchase", "EUR", 20))
    assert told() == ["Clock skew: still, since 2026-11-28 01:00 UTC"]
    built(4)
    assert told() == []
    built(5)
    assert told() == ["Over: clock skew"]
