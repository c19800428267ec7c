"""The seam for scripted faults: asked before a Graph call is judged, and again with its answer.

`before` may wait (latency) or return an answer, and then nothing is judged or stored (a failure before the commit).
`after` may return another answer, or one that breaks off, although everything was stored (the ambiguous failure).
"""

from __future__ import annotations

from typing import Protocol

from starlette.responses import Response

from connector.sandbox.calls import Call


class Faults(Protocol):
    """Two questions, asked for every call of a Graph path."""

    async def before(self, call: Call) -> Response | None:
        """An answer in place of Meta's, or None to go on."""

    async def after(self, call: Call, answer: Response) -> Response:
        """The answer that the caller shall see."""


class NoFaults:
    """Everything works."""

    async def before(self, call: Call) -> Response | None:
        return None

    async def after(self, call: Call, answer: Response) -> Response:
        return answer
