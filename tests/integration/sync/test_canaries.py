"""Plaintext identifiers, tokens and secrets that are planted turn up nowhere: not in output, ledger or logs."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import psycopg
import pytest
from sqlalchemy.engine import make_url

from connector import app
from connector.errors import ConnectorError
from connector.sandbox.server import RunningSandbox
from connector.settings import Settings
from tests.support.meta_script import Script, error
from tests.support.shops import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from connector.sandbox.calls import Call
    from tests.support.shops import Person, Shop

EMAIL, PHONE = "canary.person@shop.example", "+14155550199"
TOKEN, SECRET = "EAAcanarytoken0123456789", "canaryappsecret0123456789"
READ_TOKEN, OWN_TOKEN, PASSWORD = "EAAcanaryread0123456789", "EAAcanaryown0123456789", "canarypassword0123"
CANARIES = (READ_TOKEN, OWN_TOKEN, PASSWORD, EMAIL, "canary.person", PHONE, "4155550199", TOKEN, SECRET)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def sandbox(script: Script) -> Iterator[RunningSandbox]:
    with RunningSandbox(faults=script) as running:
        yield running


@pytest.fixture(autouse=True)
def _planted_settings(shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKENS", json.dumps({"777": OWN_TOKEN}))
    monkeypatch.setenv("CONNECTOR_META_READ_TOKEN", READ_TOKEN)
    monkeypatch.setenv("CONNECTOR_META_APP_SECRET", SECRET)
    if shop.url.startswith("postgresql"):
        url = make_url(shop.url).set(password=PASSWORD)
        monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", url.render_as_string(hide_password=False))


def plant(shop: Shop) -> None:
    shop.add(
        [
            event("good"),
            event("other", dataset_id="777"),
            event("plain-em", body={"user_data": {"em": EMAIL}}),
            event("plain-ph", body={"user_data": {"ph": [PHONE]}}),
            event("plain-url", body={"event_source_url": f"https://shop.example/?email={EMAIL}"}),
            event("plain-key", body={"user_data": {EMAIL: PHONE}}),
            event("broken", payload='{"user_data":{"em":"' + EMAIL),
        ]
    )


def refuse_canaries(told: str, where: str) -> None:
    assert [canary for canary in CANARIES if canary in told] == [], where


@pytest.mark.usefixtures("logs_of_httpx")
def test_no_canary_leaves_its_place(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    plant(shop)
    said = ""

    def say(*words: str) -> None:
        nonlocal said
        person.says(*words)
        said += f"{words} {person.out} {person.err}"

    say("plan", "--show", "10")
    assert said.count('"invalid"') == 5
    assert '"event_id":"good"' in said
    for trouble in (error(1, status=500), error(190), None):
        if trouble is not None:
            script.before_commit.append(trouble)
        say("sync")
        say("sync", "--json")
    for words in (["status"], ["doctor"], ["plan", "--show", "10"]):
        say(*words)
        say(*words, "--json")
    say("replay", "--outcome", "invalid", "--json")
    for event_id in ("good", "plain-em", "plain-key", "broken"):
        say("why", event_id)
        say("why", event_id, "--json")
    assert shop.states("good", "other") == ["accepted"] * 2
    assert shop.states("plain-em", "plain-ph", "plain-url", "plain-key") == ["invalid"] * 4
    assert "HTTP Request: POST" in caplog.text
    refuse_canaries(said, "what was said")
    refuse_canaries(caplog.text, "logs")
    refuse_canaries(sandbox.ask("GET", "/__sandbox/requests").decode(), "what Meta saw")
    refuse_canaries(str(everything_kept(shop)), "the ledger")


def everything_kept(shop: Shop) -> list[str]:
    """Every column of every row of every table and view of the ledger."""
    named = "select table_name from information_schema.tables where table_schema = 'meta_conversions_ledger'"
    rows = {name: shop.run(f"select * from meta_conversions_ledger.{name}") for (name,) in shop.run(named)}
    assert all(rows[name] for name in ("sync_runs", "sync_records", "sync_outcomes", "conversion_states"))
    return [str(row) for found in rows.values() for row in found]


UNCASTABLE = "case when event_id = 'broken' then cast(payload as timestamp) else deadline_at end as deadline_at"


@pytest.mark.parametrize("command", ["sync", "status", "plan"])
def test_a_driver_s_error_that_quotes_a_row_is_not_told_in_any_traceback(
    shop: Shop, person: Person, caplog: pytest.LogCaptureFixture, command: str
) -> None:
    caplog.set_level(logging.DEBUG)
    plant(shop)
    shop.run("alter table meta_conversions.conversion_events rename to arrived")
    others = "dataset_id, event_name, event_id, event_time, action_source, value, currency, payload, payload_hash"
    shop.run(
        f"create view meta_conversions.conversion_events as select {others}, {UNCASTABLE} from meta_conversions.arrived"
    )
    with pytest.raises((psycopg.Error, duckdb.Error), match=EMAIL):
        shop.run("select * from meta_conversions.conversion_events")
    with pytest.raises(ConnectorError) as caught:
        getattr(app, command)(Settings.load())
    refuse_canaries("".join(traceback.format_exception(caught.value)), "the traceback")
    assert person.says(command) == 1
    refuse_canaries(person.out + person.err, "what was said")
    refuse_canaries(caplog.text, "logs")


def test_no_secret_stands_among_the_arguments_of_a_process(shop: Shop, person: Person) -> None:
    """Whoever lists the processes of the machine while a sync runs sees none."""

    @dataclass
    class Onlooker:
        seen: list[bytes] = field(default_factory=list)

        async def before(self, call: Call) -> Response | None:
            for words in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    self.seen.append(words.read_bytes())
            return None

        async def after(self, call: Call, answer: Response) -> Response:
            return answer

    shop.add([event("good")])
    onlooker = Onlooker()
    with RunningSandbox(faults=onlooker) as sandbox:
        env = os.environ | {"CONNECTOR_META_BASE_URL": sandbox.base_url}
        done = subprocess.run([sys.executable, "-m", "connector", "sync"], env=env, capture_output=True, check=True)
    told = b"\n".join(onlooker.seen).decode(errors="replace")
    assert "connector\0sync" in told
    refuse_canaries(told, "the arguments")
    refuse_canaries((done.stdout + done.stderr).decode(), "what was said")
