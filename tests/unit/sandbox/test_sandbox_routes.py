"""Which endpoint a path of Graph leads to."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from connector.sandbox.routes import METHODS, Endpoint, GraphPaths, asked_path


async def say(request: Request, endpoint: Endpoint | None) -> Response:
    return PlainTextResponse(f"{endpoint and endpoint.name} {asked_path(request)}")


def said(path: str, method: str = "GET") -> str:
    return TestClient(GraphPaths(say), base_url="http://127.0.0.1").request(method, f"http://127.0.0.1{path}").text


@pytest.mark.parametrize("version", ["", "/v26.0", "/v99.1"])
@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/123/events", "EVENTS"),
        ("/123/events/", "EVENTS"),
        ("//123//events", "EVENTS"),
        ("/123/stats", "STATS"),
        ("/123/da_checks", "EMPTY"),
        ("/123/offline_event_uploads", "EMPTY"),
        ("/act_7/insights", "INSIGHTS"),
        ("/123", "NODE"),
        ("/events", "NODE"),
        ("/dataset_quality", "QUALITY"),
        ("/debug_token/", "DEBUG_TOKEN"),
        ("/debug_token/events", "None"),
        ("/dataset_quality/1/2", "None"),
        ("/123/events/4", "None"),
        ("/123/evnts", "None"),
        ("/", "BATCH"),
    ],
)
def test_a_path_leads_to_its_endpoint_with_a_version_or_without(version: str, path: str, endpoint: str) -> None:
    assert said(version + path) == f"{endpoint} {version}{path}"


@pytest.mark.parametrize("method", METHODS)
def test_a_path_leads_there_by_any_method(method: str) -> None:
    assert said("/v26.0/123/events", method) == "EVENTS /v26.0/123/events"
