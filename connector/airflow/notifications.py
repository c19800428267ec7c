"""What people are told through Airflow's own notifiers: counts and money, never rows.

Any notifier serves (Slack, e-mail, ...): it is called with Airflow's context, to which `conversions` is added, so that
its template can say {{ conversions.title }} and {{ conversions.text }}.
"""

from __future__ import annotations

import logging
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from connector.errors import ConfigurationError, ConnectorError, printable
from connector.model.money import Money, list_money, money_text
from connector.model.standing import LOST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connector.airflow.deployment import Notifier
    from connector.app import Message

log = logging.getLogger(__name__)

FIGURES = "figures"
"""The XCom key under which a task leaves its counts and money, also where it fails afterwards."""
LEAVE_FIGURES = ("sync",)
"""Tasks that leave figures also where they fail; Airflow logs an error for a key that is not there."""
LOST_BY_A_RUN = tuple("newly_expired" if standing == "expired" else standing for standing in LOST)
OUTCOMES = ("claimed", "accepted", "rejected", "invalid", "deferred", "unconfirmed", "newly_expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What a notifier's template can say of a run: a title, one text, and the figures themselves."""

    title: str
    text: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NotifierChannel:
    """Airflow's own notifiers as a channel for alarms."""

    notifiers: Sequence[Notifier]
    context: Any
    name: str = "airflow"

    def deliver(self, message: Message) -> None:
        figures = {"alarm": message.alarm, "change": str(message.change), "events": message.events}
        notification = Notification(title=message.title, text=message.text, figures=figures | {"money": message.money})
        tell(self.notifiers, self.context, notification)


def tell_failure(notifiers: Sequence[Notifier], context: Any) -> None:
    """For `on_failure_callback`: the task, its figures if it left any, and the first line of what went wrong."""
    instance = context["ti"]
    leaves_figures = instance.task_id in LEAVE_FIGURES
    asked = {"task_ids": instance.task_id, "key": FIGURES, "map_indexes": instance.map_index}
    figures = (instance.xcom_pull(**asked) if leaves_figures else None) or {}
    title = f"{instance.dag_id}.{instance.task_id} failed"
    text = f"{_first_line(context.get('exception'))} {sentence(figures)}".strip()
    tell(notifiers, context, Notification(title=title, text=text, figures=figures))


def tell_timeout(notifiers: Sequence[Notifier], context: Any) -> None:
    """For a run that Airflow ended because it had taken too long."""
    dag = context["dag"]
    text = (
        f"Airflow ended the run {context['run_id']} after {dag.dagrun_timeout}. If its tasks never began: look for a "
        "pool that does not exist or has no free slot, and for workers that do not run."
    )
    tell(notifiers, context, Notification(title=f"{dag.dag_id} timed out", text=text, figures={}))


def tell(notifiers: Sequence[Notifier], context: Any, notification: Notification) -> None:
    """Hand the notification to each notifier, whatever becomes of the others. Raises ConnectorError where none took it.

    Of an error the log has its class alone: its text may hold an address.
    """
    text = "\n".join(map(printable, notification.text.split("\n")))
    shown = replace(notification, title=printable(notification.title), text=text)
    failures: list[str] = []
    for one in notifiers:
        try:
            notifier = copy(notifier_of(one))  # it writes its rendered template over itself
            _call(notifier, {**context, "conversions": shown})
        except Exception as error:
            failures.append(type(error).__name__)
            log.error("a notifier failed with %s: %s", failures[-1], shown.title)  # noqa: TRY400 - its trace may hold an address
    if failures and len(failures) == len(notifiers):
        raise ConnectorError(f"no notifier took the message ({', '.join(failures)}).")


def _call(notifier: Callable[[Any], object], context: Any) -> None:
    """As Airflow calls a notifier, whose own `__call__` logs the text of an error, which may hold an address."""
    from airflow.sdk import BaseNotifier

    if not isinstance(notifier, BaseNotifier):
        notifier(context)
        return
    context |= {name: getattr(notifier, name) for name in notifier.template_fields}
    notifier.render_template_fields(context)
    notifier.notify(context)


def notifier_of(one: Notifier) -> Callable[[Any], object]:
    """The notifier itself. Raises ConfigurationError for an import path that leads to none."""
    if not isinstance(one, str):
        return one
    try:
        found: Callable[[Any], object] = resolve_name(one)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(
            f"the notifier {one} cannot be imported ({type(error).__name__}), so nobody would be told: it must be an "
            "import path such as conversions_notifier.mail, of a module that the workers can import."
        ) from None
    return found


def _first_line(error: object) -> str:
    """Of an error without a text its class: a bare `assert` in a task of the user's, for one."""
    if error is None:
        return "no reason is known"
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def sentence(figures: Mapping[str, Any]) -> str:
    """The counts of a run that are not zero, each with its money: 3 rejected (12.00 EUR); ...; lost: 3 (12.00 EUR)."""
    money = figures.get("money") or {}
    parts = [
        f"{count:,} {name.replace('_', ' ')}" + _money_words(money.get(name) or {})
        for name in OUTCOMES
        if (count := figures.get(name))
    ]
    lost = sum(figures.get(name) or 0 for name in LOST_BY_A_RUN)
    if lost:
        sums: Money = {}
        for name in LOST_BY_A_RUN:
            for currency, amount in (money.get(name) or {}).items():
                sums[currency] = sums.get(currency, Decimal(0)) + Decimal(amount)
        parts.append(f"lost: {lost:,}" + _money_words(money_text(sums)))
    return "; ".join(parts)


def _money_words(money: Mapping[str, str]) -> str:
    amounts = list_money({currency: Decimal(amount) for currency, amount in money.items()})
    return f" ({amounts})" if amounts else ""
