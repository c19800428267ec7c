"""The demo's sandbox: started, told of the browser's events, asked what it saw."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.errors import ConnectorError
from examples.shop.demo.processes import LOOK_EVERY_S, Child

if TYPE_CHECKING:
    import pyarrow as pa

START_TIMEOUT_S = 30.0
ANSWER_TIMEOUT_S = 30.0
COPIES_A_REQUEST = 5_000


class Sandbox:
    """Questions to a running sandbox, over HTTP on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port

    def summary(self) -> dict[str, Any]:
        return self._ask("GET", "/__sandbox/summary")

    def is_up(self) -> bool:
        try:
            return bool(self._ask("GET", "/__sandbox/health")["ok"])
        except OSError:
            return False

    def send_pixel(self, copies: list[dict[str, Any]]) -> None:
        """Tell it what the browser's pixel sent by itself."""
        for first in range(0, len(copies), COPIES_A_REQUEST):
            self._ask("POST", "/__sandbox/pixel", json.dumps(copies[first : first + COPIES_A_REQUEST]))

    def tell_people(self, people: Mapping[str, list[str]]) -> int:
        """Tell it whom Meta knows, by key as hashes. The answer is how many addresses it knows now."""
        return int(self._ask("POST", "/__sandbox/population", json.dumps(people))["em"])

    def _ask(self, method: str, path: str, body: str | None = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_TIMEOUT_S)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise ConnectorError(f"the sandbox answered {method} {path} with {answer.status}: {text[:200]!r}")
        return json.loads(text)  # type: ignore[no-any-return] # JSON of our own sandbox


@contextmanager
def running(port: int, *, log: Path) -> Iterator[Sandbox]:
    """A sandbox on `port` until the `with` is left. Raises ConnectorError if it does not come up."""
    with Child(["connector", "sandbox", "--port", str(port)], log=log) as child:
        sandbox = Sandbox(port)
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
