"""The connection under a request, for faults that break it."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, Final

from starlette.requests import Request
from uvicorn.protocols.http.auto import AutoHTTPProtocol

STATE: Final = "sandbox_transport"
_AT_ONCE: Final = struct.pack("ii", 1, 0)


class KnownConnection(AutoHTTPProtocol):  # type: ignore[misc, valid-type] # chosen when uvicorn is imported
    """uvicorn's protocol; requests can find their connection in the state."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.app_state = {**self.app_state, STATE: transport}  # type: ignore[has-type] # as above
        super().connection_made(transport)


def reset(request: Request) -> None:
    """Break the connection with a reset, now. Without a real connection (an ASGI test client) nothing happens."""
    transport: Any = getattr(request.state, STATE, None)
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
