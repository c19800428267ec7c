"""Meta's answers by script: what a sandbox says in place of its own answer, and its errors as Meta writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from connector.sandbox.calls import Call


def error(code: int, *, status: int = 400, subcode: int | None = None, transient: bool = False) -> Response:
    body = {"message": "localised text", "type": "OAuthException", "code": code, "is_transient": transient}
    if subcode is not None:
        body["error_subcode"] = subcode
    return JSONResponse({"error": body}, status_code=status)


@dataclass
class Script:
    """Answers by turns: the first calls get the scripted answer, the others Meta's. `after` lets Meta commit first."""

    before_commit: list[Response] = field(default_factory=list)
    after_commit: list[Response] = field(default_factory=list)

    async def before(self, call: Call) -> Response | None:
        return self.before_commit.pop(0) if self.before_commit else None

    async def after(self, call: Call, answer: Response) -> Response:
        return self.after_commit.pop(0) if self.after_commit else answer


@pytest.fixture
def script() -> Script:
    return Script()
