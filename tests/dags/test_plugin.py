"""The page in Airflow: who may see it, and what it says when there is none."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def client() -> Iterator[Any]:
    """A client of an API server that mounts the plugin, signed in as somebody who may see the DAG."""
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    from connector.airflow.plugin import PREFIX, guarded_app, serve

    (route,) = guarded_app().routes
    guard = route.dependencies[0].dependency  # type: ignore[attr-defined]
    server = FastAPI()
    server.mount(PREFIX, serve)
    guarded_app().dependency_overrides[guard] = lambda: None
    with TestClient(server, base_url=f"http://testserver{PREFIX}/") as client:
        yield client
    guarded_app().dependency_overrides.clear()


def test_airflow_finds_the_plugin_and_the_view_shows_what_it_mounts() -> None:
    from pkgutil import resolve_name

    from airflow._shared.plugins_manager import is_valid_plugin

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    plugin = resolve_name(project["project"]["entry-points"]["airflow.plugins"]["conversions_report"])
    assert is_valid_plugin(plugin)
    assert plugin.external_views[0]["href"] == f"{plugin.fastapi_apps[0]['url_prefix']}/"


def test_who_is_not_signed_in_sees_nothing(client: Any) -> None:
    from connector.airflow.plugin import guarded_app

    guarded_app().dependency_overrides.clear()
    answer = client.get("")
    assert answer.status_code == 401
    assert "<html" not in answer.text


def test_the_last_page_is_served_and_never_kept(client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CONNECTOR__REPORT_FILE", str(tmp_path / "page.html"))
    (tmp_path / "page.html").write_text("<html>the last page</html>")
    answer = client.get("")
    assert (answer.status_code, answer.text) == (200, "<html>the last page</html>")
    assert answer.headers["cache-control"] == "no-store"


def test_before_the_first_page_it_says_what_to_do(client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Set report_file" in client.get("").text
    monkeypatch.setenv("AIRFLOW__CONNECTOR__REPORT_FILE", str(tmp_path / "page.html"))
    assert "Trigger the DAG conversions_reconcile" in client.get("").text
    (tmp_path / "page.html").mkdir()
    answer = client.get("")
    assert answer.status_code == 500
    assert "cannot be read" in answer.text


def test_without_a_report_file_the_task_is_skipped(airflow_home: Path) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    from connector.airflow.deployment import Deployment
    from connector.airflow.tasks import Tasks

    with pytest.raises(AirflowSkipException, match="report_file"):
        Tasks(deployment=Deployment.load()).report()
