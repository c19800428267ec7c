"""The app, a server for it on this machine only, and a running one for tests."""

from __future__ import annotations

import gc
import http.client
import ipaddress
import json
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from connector.sandbox.calls import KnownConnection
from connector.sandbox.config import Clock, SandboxConfig, Scenario
from connector.sandbox.controls import Controls, Inspection
from connector.sandbox.faults import Faults, NoFaults
from connector.sandbox.graph import Graph
from connector.sandbox.routes import GraphPaths

START_TIMEOUT_S = 30
SELDOM = (50_000, 20, 100)
"""When to look for garbage in cycles: events are dictionaries without cycles, and looking took a fifth of the time."""
KEEP_ALIVE_S = 75
"""Longer than a sender's pause between two groups, so that an idle connection is not closed under its next request."""


def create_app(config: SandboxConfig, *, clock: Clock | None = None, faults: Faults | None = None) -> Starlette:
    """The sandbox as an ASGI app; `app.state.graph` is what answers. Raises ValueError for an unknown switch."""
    graph = Graph(config, clock or Clock(), faults or NoFaults())

    paths = Mount("", app=GraphPaths(graph.answer))
    app = Starlette(routes=[*Controls(graph).routes(), *Inspection(graph).routes(), paths])
    app.state.graph = graph
    return app


def serve(
    config: SandboxConfig,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serve until a signal asks to stop; `ready` is called with the port once requests are answered.

    `port` None or 0 takes a free one. Raises ValueError for a host that other machines could reach, OSError for a port
    that is taken.
    """
    gc.set_threshold(*SELDOM)
    with listen(host, port) as listener, suppress(KeyboardInterrupt):
        _Server(create_app(config), lambda: ready(bound_port(listener)) if ready else None).run(sockets=[listener])


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket on loopback. The sandbox knows no secrets worth stealing, but it is sent people's data."""
    if host != "localhost" and not _is_loopback(host):
        raise ValueError(f"{host} is not this machine: the sandbox listens on loopback only, for example 127.0.0.1")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port or 0), family=family, backlog=1024)


def bound_port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Server(uvicorn.Server):
    """uvicorn that says when it answers."""

    def __init__(self, app: Starlette, started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=KnownConnection,
                log_level="warning",
                access_log=False,
                lifespan="off",
                ws="none",
                timeout_keep_alive=KEEP_ALIVE_S,
            )
        )
        self._say_started = started
        self._release = app.state.graph.release

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._say_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._release()
        await super().shutdown(sockets)


class RunningSandbox:
    """A sandbox on a free port in a thread of this process, for tests.

    `clock` may be moved while it runs. The questions go over HTTP, as anyone else's would.
    """

    def __init__(
        self, config: SandboxConfig | None = None, *, clock: Clock | None = None, faults: Faults | None = None
    ):
        self.clock = clock or Clock()
        self._app = create_app(config or SandboxConfig(), clock=self.clock, faults=faults)
        self._answering = threading.Event()

    def __enter__(self) -> Self:
        self._listener = listen("127.0.0.1", 0)
        self.port = bound_port(self._listener)
        self._server = _Server(self._app, self._answering.set)
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._thread.start()
        if not self._answering.wait(START_TIMEOUT_S) or not self._server.started:
            raise RuntimeError("the sandbox did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._listener])
        finally:
            self._answering.set()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def summary(self) -> dict[str, Any]:
        return json.loads(self.ask("GET", "/__sandbox/summary"))  # type: ignore[no-any-return]

    def events(self, event_id: str) -> list[dict[str, Any]]:
        return json.loads(self.ask("GET", f"/__sandbox/events?event_id={quote(event_id)}"))  # type: ignore[no-any-return]

    def receipts(self) -> dict[tuple[str, str], int]:
        """How often the server sent each (event name, event_id)."""
        lines = self.ask("GET", "/__sandbox/receipts").splitlines()
        return {(name, event_id): count for name, event_id, count in map(json.loads, lines)}

    def send_pixel(self, copies: Sequence[dict[str, Any]]) -> None:
        """Tell it of the browser's copies."""
        self.ask("POST", "/__sandbox/pixel", json.dumps(copies).encode())

    def set_scenario(self, scenario: Scenario) -> None:
        """Replace what Meta's side adds by itself."""
        self.ask("POST", "/__sandbox/scenario", msgspec.json.encode(scenario))

    def tell_population(self, people: Mapping[str, Sequence[str]]) -> None:
        """Whom Meta knows: by key the hashes that the written rule gives."""
        self.ask("POST", "/__sandbox/population", msgspec.json.encode(people))

    def reset(self) -> None:
        self.ask("POST", "/__sandbox/reset")

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """One request of inspection. Raises RuntimeError with the answer where it is not 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_TIMEOUT_S)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {text!r}")
        return text
