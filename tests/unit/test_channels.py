"""Alarms reach a webhook as they are, and no part of an address reaches a log or an error."""

from __future__ import annotations

import json
import logging
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from connector.app.alarms import Message
from connector.app.channels import AppriseChannel
from connector.errors import ConfigurationError, ConnectorError
from connector.model.alarms import Change
from connector.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "S3cretOfAChannel"
MESSAGE = Message(title="It has begun", text="Since noon.\nLook.", change=Change.BEGIN, alarm="clock_skew")


class Hook(BaseHTTPRequestHandler):
    """Takes what is posted, or refuses it where the address says so."""

    taken: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append(json.loads(body))
        self.send_response(500 if "refuse" in self.path else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[HTTPServer]:
    Hook.taken = []
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def channel(*addresses: str) -> AppriseChannel:
    return AppriseChannel.of(Settings(notify_urls=SecretStr(" ".join(addresses))))


def test_a_webhook_takes_title_and_text_and_no_log_holds_its_address(
    hook: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    found = channel(f"json://user:{SECRET}@127.0.0.1:{hook.server_port}/{SECRET}")
    assert found.name == "json"
    found.deliver(MESSAGE)
    (body,) = Hook.taken
    assert (body["title"], body["message"], body["type"]) == ("It has begun", "Since noon.\nLook.", "warning")
    assert SECRET not in caplog.text


def test_an_address_that_refuses_is_named_by_its_number_and_kind(
    hook: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    base = f"json://user:{SECRET}@127.0.0.1:{hook.server_port}"
    with pytest.raises(ConnectorError, match=r"number 2 \(json\)") as caught:
        channel(f"{base}/ok", f"{base}/refuse").deliver(MESSAGE)
    assert len(Hook.taken) == 2
    assert SECRET not in f"{caught.value} {caplog.text}"


def test_an_address_of_no_kind_that_apprise_knows_takes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ConnectorError, match="number 1") as caught:
        channel(f"nowhere://{SECRET}").deliver(MESSAGE)
    assert SECRET not in f"{caught.value} {caplog.text}"


def test_a_password_with_a_bracket_is_no_defect_of_the_connector() -> None:
    with pytest.raises(ConfigurationError, match="use jsons://") as caught:
        channel(f"JSON://user:{SECRET}[@hooks.example/x")
    assert SECRET not in str(caught.value)
    assert channel(f"jsons://user:{SECRET}[@hooks.example/x").name == "jsons"


@pytest.mark.parametrize("scheme", ["json", "xml", "form", "mailto"])
def test_an_address_without_tls_is_refused_but_for_this_machine(scheme: str) -> None:
    with pytest.raises(ConfigurationError, match=f"use {scheme}s://") as caught:
        channel(f"{scheme}://user:{SECRET}@hooks.example/x")
    assert SECRET not in str(caught.value)
    assert channel(f"{scheme}://localhost/x").name == scheme


def test_no_address_is_said_to_be_missing() -> None:
    with pytest.raises(ConfigurationError, match="CONNECTOR_NOTIFY_URLS is not set"):
        AppriseChannel.of(Settings())
