"""What the docs say to Airflow is understood by it: its commands, and the notifier that ships with it."""

from __future__ import annotations

import re
import sys
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.docs_texts import TEXTS, first_words, named, told


@pytest.mark.parametrize("command", named("airflow"), ids=told)
def test_every_command_of_airflow_is_understood(command: tuple[str, list[str]]) -> None:
    from airflow.cli.cli_parser import get_parser

    assert get_parser().parse_args(command[1]).func


def test_every_dag_file_of_the_docs_is_one(airflow_home: Path, tmp_path: Path) -> None:
    from airflow.dag_processing.dagbag import DagBag

    page = TEXTS["docs/airflow.md"]
    files = [block for block in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S) if "sync_dag(" in block]
    found = []
    for number, code in enumerate(files):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "conversions.py").write_text(code)
        bag = DagBag(dag_folder=folder, collect_dags=False)
        bag.collect_dags(folder)
        assert bag.import_errors == {}
        found.append(set(bag.dags))
    ours = {"conversions_sync", "conversions_reconcile"}
    assert found == [ours, ours, {"shop_b_sync", "shop_b_reconcile"}]


def test_every_argument_of_a_factory_is_told() -> None:
    from connector.airflow.factories import Shop, reconcile_dag, sync_dag

    own = {name for factory in (sync_dag, reconcile_dag) for name in signature(factory).parameters} - {"shop"}
    assert own | set(Shop.__annotations__) <= first_words("docs/airflow.md")


def test_the_notifier_of_the_docs_tells_title_and_text(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    from connector.airflow.deployment import Deployment
    from connector.airflow.notifications import Notification, tell

    page = TEXTS["docs/airflow.md"]
    [code] = [block for block in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S) if "SmtpNotifier" in block]
    [name] = re.findall(r"AIRFLOW__CONNECTOR__NOTIFIER=(\S+)", page)
    module = ModuleType(name.split(".")[0])
    exec(code, module.__dict__)  # noqa: S102 - our own docs
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setenv("AIRFLOW__CONNECTOR__NOTIFIER", name)
    mails: list[tuple[Any, Any]] = []
    monkeypatch.setattr(SmtpNotifier, "notify", lambda mail, context: mails.append((mail.subject, mail.html_content)))
    notifiers = Deployment.load().notifiers
    text = "3 rejected\nof <Lead>"
    tell(notifiers, {"dag": None}, Notification(title="conversions_sync.sync failed", text=text, figures={}))
    [(title, mail)] = mails
    assert title == "conversions_sync.sync failed"
    assert "3 rejected\nof &lt;Lead&gt;" in mail
