"""Requests Meta's figures with one token: waits as the usage headers ask, retries what failed, follows cursors.

The token travels in a header. Where the app demands a proof it goes into the query of a GET, which has no body; the
proof is not the token and useless without it, and no log shows the query (`client.Unlogged`).
`paging.next` is never followed, only read as "there is more": Meta's own links hold the token.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from pydantic import SecretStr

from connector.destinations.meta.client import app_secret_proof, ask, clean_secret
from connector.destinations.meta.limits import wait_s
from connector.destinations.meta.parse import Malformed, object_at, objects_at, text_at
from connector.destinations.meta.refusals import ErrorClass, ParsedResponse, parse_response

TRIES = 4
FIRST_WAIT_S = {ErrorClass.AGAIN: 0.5, ErrorClass.LIMITED: 60.0}
"""Doubled with each try. 60 s is the shortest block that Meta documents (docs/meta-api.md §1.7)."""
MAX_WAIT_S = 300.0
"""The longest block that Meta documents (docs/meta-api.md §1.7); a longer one is left for the next pull."""
LONGEST_PAGE = 1 << 24
"""Bytes."""
MOST_PAGES = 1000
Sleep = Callable[[float], Awaitable[None]]
Params = Mapping[str, str]


class ReadError(Exception):
    """Meta answered without the figure; `response` has what it answered. Never holds Meta's text."""

    def __init__(self, response: ParsedResponse) -> None:
        super().__init__(response.summary)
        self.response = response


class Reader:
    """Reads with one token. The client is handed in, open; the caller closes it.

    `token_name` is the setting that holds the token: advice names it.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        base_url: str,
        api_version: str,
        token: SecretStr,
        token_name: str,
        app_secret: SecretStr | None,
        sleep: Sleep,
    ) -> None:
        secret = clean_secret("access token", token)
        self.token_name = token_name
        self._client = client
        self._address = f"{base_url.rstrip('/')}/{api_version}"
        self._headers = httpx.Headers({"Authorization": f"Bearer {secret}"})
        self._proof = {}
        if app_secret is not None:
            self._proof = {"appsecret_proof": app_secret_proof(secret, clean_secret("app secret", app_secret))}
        self.sleep = sleep
        self._pause_s = 0.0

    async def get(self, path: str, params: Params) -> dict[str, Any]:
        """The object at a path. Raises ReadError."""
        return await self._request("GET", path, params)

    async def post(self, path: str, params: Params) -> dict[str, Any]:
        """The answer to a POST, which must be safe to repeat. Raises ReadError."""
        return await self._request("POST", path, params)

    async def entries(self, path: str, params: Params) -> AsyncIterator[dict[str, Any]]:
        """The objects of `data` over all pages. Raises ReadError, or Malformed for what is not a page."""
        after: str | None = None
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            page = await self.get(path, params if after is None else {**params, "after": after})
            for entry in objects_at(page, "data", needed=True):
                yield entry
            paging = object_at(page, "paging")
            if not paging.get("next"):
                return
            after = text_at(object_at(paging, "cursors"), "after")
            if after in seen:
                raise Malformed("a page's cursor leads back to a page already read")
            seen.add(after)
        raise Malformed(f"there are more than {MOST_PAGES} pages")

    async def _request(self, method: str, path: str, params: Params) -> dict[str, Any]:
        response = ParsedResponse(error=ErrorClass.LIMITED, summary="the previous answer came close to a limit")
        for attempt in range(1, TRIES + 1):
            if self._pause_s > MAX_WAIT_S:
                minutes = round(self._pause_s / 60)
                summary = f"{response.summary}; Meta's limits ask for {minutes} min"
                raise ReadError(ParsedResponse(error=ErrorClass.LIMITED, summary=summary))
            if self._pause_s:
                await self.sleep(self._pause_s)
            response, self._pause_s = await self._once(method, path, params)
            if response.error is None:
                return response.body
            if response.error not in FIRST_WAIT_S:
                break
            self._pause_s = max(self._pause_s, FIRST_WAIT_S[response.error] * 2 ** (attempt - 1))
        raise ReadError(response)

    async def _once(self, method: str, path: str, params: Params) -> tuple[ParsedResponse, float]:
        address = f"{self._address}/{quote(path)}"
        values = {**params, **self._proof}
        headers, content = self._headers, None
        if method == "POST":
            headers = httpx.Headers({**headers, "Content-Type": "application/x-www-form-urlencoded"})
            values, content = {}, urlencode(values).encode()
        answer = await ask(
            self._client, method, address, headers=headers, content=content, params=values, longest=LONGEST_PAGE
        )
        return parse_response(answer), wait_s(answer.headers)
