"""The demo's sandbox: starting it, sending it the pixel's events, asking what it received."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.errors import ConnectorError
from examples.shop.demo.processes import LOOK_EVERY_S, ChildProcess
from examples.shop.demo.workspace import TOKEN

if TYPE_CHECKING:
    import pyarrow as pa

START_TIMEOUT_S = 30.0
ANSWER_TIMEOUT_S = 30.0
COPIES_A_REQUEST = 5_000
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}


class Sandbox:
    """Questions to a running sandbox, over HTTP on this machine."""

    def __init__(self, port: int, process: ChildProcess | None = None) -> None:
        self.port = port
        self._process = process

    @property
    def is_ours(self) -> bool:
        """False where it ran before us."""
        return self._process is not None

    def wait(self) -> None:
        """Until it has ended, if it is ours."""
        if self._process is not None:
            self._process.wait()

    def summary(self) -> dict[str, Any]:
        return self._ask("GET", "/__sandbox/summary")

    def is_up(self) -> bool:
        try:
            return bool(self._ask("GET", "/__sandbox/health")["ok"])
        except (OSError, http.client.HTTPException, ValueError, KeyError, ConnectorError):
            return False

    def send_pixel(self, copies: list[dict[str, Any]]) -> None:
        """Send it what the browsers' pixel sent."""
        for first in range(0, len(copies), COPIES_A_REQUEST):
            self._ask("POST", "/__sandbox/pixel", json.dumps(copies[first : first + COPIES_A_REQUEST]))

    def tell_people(self, people: Mapping[str, list[str]]) -> int:
        """Send it the people whom Meta knows, hashes by key; the number of addresses that it knows now."""
        return int(self._ask("POST", "/__sandbox/population", json.dumps(people))["em"])

    def send_events(self, dataset: str, payloads: Sequence[str]) -> None:
        """One request of events, as the connector sends them; `dataset` has the API's version in front of it."""
        self._ask("POST", f"/{dataset}/events", f'{{"data":[{",".join(payloads)}]}}')

    def set_clock(self, **setting: float) -> None:
        """Its time from now on: `now` in seconds since 1970, or `offset_s` from this machine's."""
        self._ask("POST", "/__sandbox/clock", json.dumps(setting))

    def _ask(self, method: str, path: str, body: str | None = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_TIMEOUT_S)
        try:
            connection.request(method, path, body and body.encode(), HEADERS)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise ConnectorError(f"the sandbox answered {method} {path} with {answer.status}: {text[:200]!r}")
        return json.loads(text)  # type: ignore[no-any-return] # JSON of our own sandbox


@contextmanager
def running(port: int, *, log: Path) -> Iterator[Sandbox]:
    """A sandbox on `port` until the `with` is left, or the one that answers there already.

    Raises ConnectorError if it does not come up.
    """
    if Sandbox(port).is_up():
        yield Sandbox(port)
        return
    with ChildProcess(["connector", "sandbox", "--port", str(port)], log=log) as child:
        sandbox = Sandbox(port, child)
        deadline = time.monotonic() + START_TIMEOUT_S
        while not sandbox.is_up():
            if child.ended or time.monotonic() > deadline:
                raise ConnectorError(f"the sandbox did not start on port {port}; its log is {log}")
            time.sleep(LOOK_EVERY_S)
        yield sandbox


def pixel_copies(shop: Mapping[str, pa.Table], dataset_id: str) -> list[dict[str, Any]]:
    """The shop's pixel events as Meta got them from the browsers."""
    sessions = shop["web_sessions"].select(["session_id", "fbp"]).to_pylist()
    fbp = {row["session_id"]: row["fbp"] for row in sessions}
    return [
        {
            "dataset": dataset_id,
            "event_name": row["event_name"],
            "event_id": row["event_id"],
            "event_time": int(row["occurred_at"].replace(tzinfo=UTC).timestamp()),
            "fbp": fbp.get(row["session_id"]),
            "value": None if row["value"] is None else str(row["value"]),
            "currency": row["currency"],
        }
        for row in shop["pixel_events"].to_pylist()
    ]
