"""The page in Airflow's own navigation: the last one that the task `report` wrote, for whoever may see its DAG.

The warehouse is not asked: on DuckDB a reader would lock out the sync. Every process of Airflow loads its plugins, and
only the API server serves them: what that needs is imported when somebody asks for the page.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

from connector.airflow.deployment import Deployment
from connector.airflow.paths import ROUTE, airflows_path

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse

PREFIX = "/conversions-report"
SET_REPORT_FILE = (
    "Set report_file in section [connector] of Airflow's configuration (or AIRFLOW__CONNECTOR__REPORT_FILE) to a file "
    "that the workers can write and the API server can read, and restart both."
)
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20' fill='{colour}'%3E"
    "%3Cpath d='M2 3h4v14H2zM8 7h4v10H8zM14 12h4v5h-4z'/%3E%3C/svg%3E"
)
"""A waterfall of three bars: nothing is fetched for it."""
TRIGGER = "Trigger the DAG {dag_id}, or wait for its next run: its task report writes the page."
LOOK = "If it has run: see the log of its task report, and whether workers and API server share that folder."


def page() -> HTMLResponse:
    """The last page, or one that says how to get it."""
    deployment = Deployment.load()
    file, trigger = deployment.report_file, TRIGGER.format(dag_id=deployment.report_dag_id)
    if file is None:
        words = "This Airflow does not say where the page is written."
        return _notice("No place for the page", words, [SET_REPORT_FILE, trigger])
    try:
        return _answer(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        words = f"There is no {file} yet, or not where this API server looks."
        return _notice("No page yet", words, [trigger, LOOK])
    except OSError as error:
        steps = ["Let the user of the API server read the file.", SET_REPORT_FILE]
        return _notice("The page cannot be read", f"{file}: {error.strerror}.", steps, status=500)


def _notice(title: str, words: str, steps: list[str], *, status: int = 200) -> HTMLResponse:
    from connector.report.drawing import draw_notice

    return _answer(draw_notice(title, words, steps), status=status)


def _answer(html: str, *, status: int = 200) -> HTMLResponse:
    from fastapi.responses import HTMLResponse

    # never kept: the next run writes another page, and whoever signs out sees none
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})


@cache
def guarded_app() -> FastAPI:
    """The app of one page, for people who may read the DAG that makes it; the others get 401 or 403."""
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends, FastAPI
    from fastapi.responses import HTMLResponse

    # Airflow guards its own routes only: what a plugin mounts is open to all unless it asks.
    guard = Depends(requires_access_dag(method="GET", param_dag_id=Deployment.load().report_dag_id))
    app = FastAPI(title="Conversions", openapi_url=None, docs_url=None, redoc_url=None)
    app.add_api_route("/", page, response_class=HTMLResponse, response_model=None, dependencies=[guard])
    return app


async def serve(scope: Any, receive: Any, send: Any) -> None:
    """That app, made when somebody first asks."""
    await guarded_app()(scope, receive, send)


class ConversionsReport(AirflowPlugin):
    """Mounts the page and puts it into the navigation."""

    name = "conversions_report"
    fastapi_apps: list[Any] = [{"app": serve, "url_prefix": PREFIX, "name": "Conversions report"}]  # noqa: RUF012 - as declared
    external_views: list[Any] = [  # noqa: RUF012 - as declared
        {
            "name": "Conversions",
            # where Airflow itself stands under a path, so does the page
            "href": f"{airflows_path()}{PREFIX}/",
            "url_route": ROUTE,
            "destination": "nav",
            "nav_top_level": True,
            "icon": ICON.format(colour="%230a7a3d"),
            "icon_dark_mode": ICON.format(colour="%235fd38d"),
        }
    ]
