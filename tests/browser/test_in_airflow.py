"""The page inside a real Airflow: its API server, its navigation, a real browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from connector.sandbox.server import RunningSandbox

ROOT = Path(__file__).parents[2]
AIRFLOW = str(Path(sys.executable).with_name("airflow"))
READY = "Application startup complete"


@pytest.fixture(scope="module")
def airflow(report: Path, chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an API server that knows the plugin, and where the page was written."""
    home = tmp_path_factory.mktemp("airflow")
    (home / "plugins").mkdir()
    # found here also where the package was installed before it had the entry point
    (home / "plugins" / "page.py").write_text("from connector.airflow.plugin import ConversionsReport  # noqa: F401\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "CONNECTOR"))}
    environment = kept | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CONNECTOR__REPORT_FILE": str(report),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([AIRFLOW, "db", "migrate"], env=environment, capture_output=True, check=True)
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    server: subprocess.Popen[str] = subprocess.Popen(
        [AIRFLOW, "api-server"], env=environment, start_new_session=True, **both
    )
    with server:
        assert server.stdout
        try:
            assert any(READY in line for line in server.stdout)
            threading.Thread(target=server.stdout.read, daemon=True).start()  # so that it never waits to be read
            yield f"http://127.0.0.1:{port}"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    server.wait(timeout=20)
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)  # its children do not heed its end


def test_the_page_stands_in_the_navigation_and_its_filters_work(airflow: str, chromium: Any) -> None:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    complaints: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.goto(airflow)
    page.get_by_role("link", name="Conversions").click()
    frame = page.frame_locator("iframe")
    frame.locator("html[data-drawn='1']").wait_for(state="attached")
    assert frame.locator("[data-tile='Revenue'] .money").get_attribute("title") == "1,320.81 EUR"
    frame.locator("#currency").select_option("USD")
    frame.locator("html[data-drawn='2']").wait_for(state="attached")
    assert frame.locator("[data-tile='Revenue'] .money").get_attribute("title") == "77.70 USD"
    assert "currency=USD" in urlsplit(page.url).fragment, "the link of the window keeps what is chosen in the frame"
    page.reload()
    frame.locator("html[data-drawn='1']").wait_for(state="attached")
    assert frame.locator("[data-tile='Revenue'] .money").get_attribute("title") == "77.70 USD"
    ground = "getComputedStyle(document.body).backgroundColor"
    page.evaluate("document.documentElement.className = 'light'")
    light = frame.locator("body").evaluate(ground)
    page.evaluate("document.documentElement.className = 'dark'")
    assert frame.locator("body").evaluate(ground) != light, "the page follows Airflow's own theme"
    with page.expect_download():
        frame.locator("#waterfall .save button").evaluate("button => button.click()")
    assert complaints == []
    assert asked - {""} == {urlsplit(airflow).netloc}


ADD_CONNECTION = """(connection) => fetch('/api/v2/connections', {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(connection),
}).then((answer) => answer.status)"""


@pytest.mark.parametrize(
    ("dataset", "said"), [("1234567890", "Test Connection Successful"), ("no number", "Test Connection Failed")]
)
def test_the_test_button_of_a_connection_asks_meta_and_says_how_it_went(
    airflow: str, chromium: Any, dataset: str, said: str
) -> None:
    with RunningSandbox() as sandbox:
        name = f"to_meta_{dataset.replace(' ', '_')}"
        to_meta = {"connection_id": name, "conn_type": "meta_conversions", "host": sandbox.base_url, "port": 443}
        page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{airflow}/connections")
        page.get_by_role("link", name="Conversions").wait_for()
        added = page.evaluate(ADD_CONNECTION, to_meta | {"login": dataset, "password": "a-token-of-this-test"})
        assert added == 201
        page.reload()
        page.get_by_role("row").filter(has_text=name).get_by_label("Test Connection").click()
        page.get_by_text(said).first.wait_for()
        assert "a-token-of-this-test" not in page.content()
        page.context.close()
