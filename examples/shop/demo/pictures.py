"""The pictures of the docs, taken of the last demo, so that they stay true: the page, the terminal, Airflow."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.text import Text

from connector.errors import ConnectorError, UsageError
from examples.shop.demo.airflow import Airflow
from examples.shop.demo.processes import ChildProcess, exit_on_signals
from examples.shop.demo.run import DEFAULT_FOLDER, Folder
from examples.shop.demo.workspace import CHECKOUT, Workspace, free_port, only_these_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IMAGES = CHECKOUT / "docs" / "images"
COLUMNS = 140
SHOWN = (("status",), ("alarms",), ("report",))
"""Commands whose answers the picture of the terminal holds."""
READY = "Application startup complete"
FONT_OF_THE_NETWORK = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
WINDOW = {"width": 1280, "height": 900}


def pictures(*, folder: Folder = DEFAULT_FOLDER) -> None:
    """Take the pictures of the docs: of the last demo's page, of a terminal, of its Airflow."""
    workspace = Workspace(folder.resolve())
    state = workspace.load()
    with workspace.locked(), exit_on_signals(), only_these_settings(workspace.settings(state.port)):
        _draw_terminal(IMAGES / "terminal.svg")
        _say("report", "--html", str(workspace.page))
        with _browser() as browser:
            _shoot(browser, workspace.page.as_uri(), IMAGES / "report.png", ready="html[data-drawn='1']")
            with _airflow(workspace) as address:
                at = f"{address}/dags/conversions_sync"
                _shoot(browser, at, IMAGES / "airflow.png", ready="[data-testid='dag-id'], h2")
    typer.echo(f"the pictures are in {IMAGES}")


def _say(*words: str) -> str:
    """What the command answers, as it would on a terminal of that width; its exit code is its own affair."""
    environment = os.environ | {"COLUMNS": str(COLUMNS), "NO_COLOR": "1"}
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "connector", *words], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def _draw_terminal(file: Path) -> None:
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), color_system="truecolor")
    for words in SHOWN:
        console.print(Text(f"$ connector {' '.join(words)}", style="bold green"))
        console.print(Text(_say(*words)))
    drawn = console.export_svg(title="connector", unique_id="connector")
    file.write_text(FONT_OF_THE_NETWORK.sub("", drawn))


@contextmanager
def _browser() -> Iterator[Any]:
    """The system's Chromium. Raises UsageError where there is none."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        raise UsageError("no chromium is installed: the pictures are taken with the system's.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def _shoot(browser: Any, address: str, file: Path, *, ready: str) -> None:
    page = browser.new_page(viewport=WINDOW)
    page.set_default_timeout(120_000)
    page.goto(address)
    page.locator(ready).first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(file))
    page.close()


@contextmanager
def _airflow(workspace: Workspace) -> Iterator[str]:
    """The address of the demo's Airflow, open to everybody of this machine as long as the picture takes."""
    port = free_port()
    environment = Airflow(workspace).environment() | {
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
    }
    log = workspace.logs / "api-server.log"
    with ChildProcess(("airflow", "api-server"), log=log, environment=environment) as server:
        if not any(READY in line for line in server.lines()):
            raise ConnectorError(f"Airflow's API server has ended: {log} says why.")
        yield f"http://127.0.0.1:{port}"
