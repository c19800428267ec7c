"""Plaintext identifiers, tokens and secrets that are planted turn up nowhere: not in output, ledger or logs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from connector.sandbox.server import RunningSandbox
from tests.integration.sync.conftest import event
from tests.integration.sync.test_trouble import Script, error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.sync.conftest import Person, Shop

EMAIL, PHONE = "canary.person@shop.example", "+14155550199"
TOKEN, SECRET = "EAAcanarytoken0123456789", "canaryappsecret0123456789"
CANARIES = (EMAIL, "canary.person", PHONE, "4155550199", TOKEN, SECRET)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def sandbox(script: Script) -> Iterator[RunningSandbox]:
    with RunningSandbox(faults=script) as running:
        yield running


def test_no_canary_leaves_its_place(
    shop: Shop,
    sandbox: RunningSandbox,
    person: Person,
    script: Script,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("CONNECTOR_META_APP_SECRET", SECRET)
    shop.add(
        [
            event("good"),
            event("plain-em", body={"user_data": {"em": EMAIL}}),
            event("plain-ph", body={"user_data": {"ph": [PHONE]}}),
            event("plain-url", body={"event_source_url": f"https://shop.example/?email={EMAIL}"}),
            event("broken", payload='{"user_data":{"em":"' + EMAIL),
        ]
    )
    said = []
    for trouble in (error(1, status=500), error(190), None):
        if trouble is not None:
            script.before_commit.append(trouble)
        person.says("sync")
        said += [person.out, person.err]
    person.says("status")
    said += [person.out, person.err]
    assert shop.state("good") == "accepted"
    assert {shop.state(name) for name in ("plain-em", "plain-ph", "plain-url", "broken")} == {"invalid"}

    tables = [
        name for (name,) in shop.run("select table_name from information_schema.tables where table_schema = 'delivery'")
    ]
    kept = [str(row) for table in tables for row in shop.run(f"select * from delivery.{table}")]
    assert len(kept) > 10
    seen_by_meta = sandbox.ask("GET", "/__sandbox/requests").decode()
    for canary in CANARIES:
        assert canary not in "".join(said)
        assert canary not in "".join(kept)
        assert canary not in caplog.text
        assert canary not in seen_by_meta
