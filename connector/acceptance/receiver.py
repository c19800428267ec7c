"""Meta's place in acceptance: a server inside this process that takes every event and remembers which.

The sandbox would do more, and needs an extra that a warehouse's machine may not have.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Receiver:
    """`received`: name and id of each event, as often as it came."""

    def __init__(self, port: int) -> None:
        self.base_url = f"http://127.0.0.1:{port}"
        self.received: list[tuple[str, str]] = []

    def take(self, body: bytes) -> dict[str, Any]:
        events = json.loads(body)["data"]
        self.received += [(event["event_name"], event["event_id"]) for event in events]
        return {"events_received": len(events), "messages": [], "fbtrace_id": "acceptance"}


@contextmanager
def receiving() -> Iterator[Receiver]:
    """On a port of this machine that the system chose, until it is left."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            said = json.dumps(receiver.take(self.rfile.read(int(self.headers["Content-Length"])))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
