"""The recipes: copied into somebody's project all at once, built over rows of their shape, sent and reconciled."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from connector import app
from connector.sandbox.server import RunningSandbox
from tests.contract.dbt.conftest import PROJECT, DbtWarehouse
from tests.contract.dbt.foreign_project import FILE, MARTS, YAML, write_foreign_project
from tests.contract.dbt.recipe_rows import statements
from tests.support.forms import EVERYTHING

RECIPES = PROJECT.parent / "examples" / "recipes"
NAMES = ("shopify", "woocommerce", "ga4", "hubspot")
WORDS = "email marketing consent is not consent to ads"
NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def page(name: str) -> str:
    return (RECIPES / name / "README.md").read_text(encoding="utf-8")


def files_of(name: str) -> dict[str, str]:
    """The models of a recipe, by their path in the project that they are copied into."""
    folder = RECIPES / name
    return {str(path.relative_to(folder)): path.read_text() for path in sorted((folder / "models").iterdir())}


def variables_of(name: str) -> dict[str, Any]:
    [block] = YAML.findall(page(name))
    found: dict[str, Any] = yaml.safe_load(block)["vars"]
    return found


def variables_of_all() -> dict[str, Any]:
    """The lists joined, and the sessions of all in one model, as the page says."""
    each = [variables_of(name) for name in NAMES]
    lists = [f"meta_conversions_{of}" for of in ("conversion_sources", "people_sources", "refund_sources")]
    joined: dict[str, Any] = {name: [source for one in each for source in one[name]] for name in lists}
    absent = [set(one["meta_conversions_absent_kinds"]) for one in each]
    return joined | {
        "meta_conversions_absent_kinds": sorted(set.intersection(*absent)),
        "meta_conversions_consent_required_for": each[0]["meta_conversions_consent_required_for"],
        "meta_conversions_models": {"sessions": "sessions_of_all"},
    }


@dataclass(frozen=True)
class Sent:
    """The warehouse after the build, the sync and the reconciliation, and the sandbox that it was sent to."""

    warehouse: DbtWarehouse
    sandbox: RunningSandbox

    def payload(self, event_id: str) -> dict[str, Any]:
        sql = f"select payload from {MARTS}.conversion_events where event_id = '{event_id}'"
        [row] = self.warehouse.rows(sql)
        found: dict[str, Any] = json.loads(row["payload"])
        return found

    def reasons(self, source: str) -> dict[str, str | None]:
        sql = f"select source_id, ineligible_reason from {MARTS}.conversions where source_system = '{source}'"
        return {row["source_id"]: row["ineligible_reason"] for row in self.warehouse.rows(sql)}


@pytest.fixture(scope="module", params=["duckdb", "postgres"] if EVERYTHING else ["duckdb"])
def sent(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_warehouse: Callable[..., DbtWarehouse],
) -> Iterator[Sent]:
    files = {path: text for name in NAMES for path, text in files_of(name).items()}
    files["macros/recipe_json.sql"] = (RECIPES / "macros" / "recipe_json.sql").read_text()
    files |= dict(FILE.findall(page(".")))
    folder = tmp_path_factory.mktemp("recipes")
    project = write_foreign_project(folder, files=files, variables=variables_of_all())
    with RunningSandbox() as sandbox:
        warehouse = new_warehouse(request.param, project)
        settings = warehouse.settings.model_copy(
            update={
                "events_relation": f"{MARTS}.conversion_events",
                "meta_base_url": sandbox.base_url,
                "meta_dataset_id": "1234567890",
                "meta_access_token": SecretStr("token-of-a-test"),
            }
        )
        warehouse = replace(warehouse, settings=settings)
        warehouse.load({})
        for statement in statements(request.param, NOW):
            warehouse.change(statement)
        app.initialise(settings)
        without_tests = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
        warehouse.dbt("build", "--select", "+fqn:meta_conversions.marts.conversion_events", *without_tests)
        assert app.sync(settings).is_proven
        warehouse.dbt("build", "--exclude-resource-type", "unit_test")
        yield Sent(warehouse, sandbox)


def test_every_recipe_says_that_marketing_by_email_is_another_consent() -> None:
    assert WORDS in page(".")
    for name in NAMES:
        assert WORDS in page(name), name


@pytest.mark.parametrize("name", NAMES)
def test_no_recipe_reads_a_consent_to_emails(name: str) -> None:
    read = re.compile(r"accepts_marketing|marketing_consent|optout|opt_in_level")
    assert [path for path, text in files_of(name).items() if read.search(text)] == []


def test_everything_that_may_be_sent_was_accepted_and_reconciles_to_nothing(sent: Sent) -> None:
    report = app.report(sent.warehouse.settings)
    events, money = report.unexplained()
    assert (report.is_tied, events, {name: amount for name, amount in money.items() if amount}) == (True, 0, {})
    assert sent.sandbox.summary()["refused"] == {}
    rows = sent.warehouse.rows(
        "select currency, sum(value) as amount "
        f"from {MARTS}.revenue_waterfall where stage = 'accepted' group by currency"
    )
    accepted = {row["currency"]: row["amount"] for row in rows if row["amount"]}
    shopify, woocommerce, ga4, hubspot = Decimal(142), Decimal("117.50"), Decimal("29.80"), Decimal(1500)
    assert accepted == {"EUR": shopify + woocommerce + ga4 + hubspot, "USD": Decimal(50)}


def test_shopify_tells_presentment_money_the_channel_and_what_the_theme_wrote_down(sent: Sent) -> None:
    web, till, renewal = sent.payload("9001"), sent.payload("9003"), sent.payload("9004")
    assert web["custom_data"]["value"] == 92
    assert web["custom_data"]["currency"] == "EUR"
    assert web["custom_data"]["contents"] == [{"id": "501", "quantity": 2}, {"id": "502", "quantity": 1}]
    assert web["event_source_url"] == "https://shop.example/products/lamp?fbclid=IwAR1Shopify&utm_source=ig"
    assert web["user_data"]["fbp"] == "fb.1.1795000000000.1110590605"
    assert web["user_data"]["fbc"].endswith(".IwAR1Shopify")
    assert {"em", "ph", "fn", "ln", "ct", "zp", "country", "external_id"} <= set(web["user_data"])
    assert len(web["user_data"]["em"]) == 2
    assert (till["action_source"], till["event_name"]) == ("physical_store", "Purchase")
    assert "client_ip_address" not in till["user_data"]
    assert (renewal["action_source"], renewal["event_name"]) == ("system_generated", "SubscriptionRenewal")


def test_shopify_counts_an_order_refunded_in_part_and_nothing_without_consent(sent: Sent) -> None:
    assert sent.payload("pixel-of-9002")["custom_data"]["value"] == 50
    assert sent.reasons("shopify") == {
        "9001": None,
        "9002": None,
        "9003": None,
        "9004": None,
        "9005": "no_consent",
        "9006": "not_paid",
        "9007": "test_order",
        "9008": "no_consent",
    }


def test_refunds_are_netted_against_their_orders(sent: Sent) -> None:
    refunds = sent.warehouse.rows(f"select * from {MARTS}_intermediate.int_refunds")
    found = {(row["event_id"], row["amount"]): (row["refund_source"], row["is_of_known_order"]) for row in refunds}
    assert found == {
        ("pixel-of-9002", Decimal(10)): ("shopify", True),
        ("102", Decimal(5)): ("woocommerce", True),
        ("102", Decimal(1)): ("woocommerce", True),
    }


def test_a_refund_of_woocommerce_has_its_own_time_or_else_the_orders_last_change(sent: Sent) -> None:
    rows = sent.warehouse.rows(
        f"select amount, refunded_at from {MARTS}_intermediate.int_refunds where event_id = '102'"
    )
    assert {row["amount"]: row["refunded_at"] for row in rows} == {
        Decimal(5): NOW - timedelta(hours=3),
        Decimal(1): NOW - timedelta(hours=1),
    }


def test_woocommerce_is_read_from_its_json(sent: Sent) -> None:
    web = sent.payload("101")
    assert web["custom_data"] | {"contents": 0} == {
        "value": 45.5,
        "currency": "EUR",
        "order_id": "101",
        "content_type": "product",
        "contents": 0,
    }
    assert web["custom_data"]["contents"] == [{"id": "31", "quantity": 2}]
    assert web["user_data"]["client_ip_address"] == "2a00:1450:4001:80b::200e"
    assert web["user_data"]["fbc"].endswith(".IwAR1Landing")
    assert sent.payload("106")["action_source"] == "physical_store"
    renewal = sent.payload("104")
    assert (renewal["event_name"], renewal["user_data"]["subscription_id"]) == ("SubscriptionRenewal", "88")
    assert sent.reasons("woocommerce") == {
        "101": None,
        "102": None,
        "103": "not_paid",
        "104": None,
        "105": "no_consent",
        "106": None,
    }


def test_analytics_tells_each_event_once_and_what_the_tag_gave_it(sent: Sent) -> None:
    cart = sent.payload("cart-1")
    assert (cart["event_name"], cart["custom_data"]["value"]) == ("AddToCart", 9.9)
    assert cart["user_data"]["fbp"] == "fb.1.1795000000000.3330590605"
    assert "external_id" in cart["user_data"]
    assert sent.payload("T-9")["event_name"] == "Purchase"
    assert sent.reasons("ga4") == {"ga-1": None, "ga-2": None, "ga-4": "no_consent"}


def test_hubspot_tells_each_stage_once_and_a_deal_once(sent: Sent) -> None:
    lead, deal = sent.payload("hubspot:1:lead"), sent.payload("hubspot:1:5")
    assert lead["user_data"]["lead_id"] == 123456789012345
    assert lead["user_data"]["fbc"].endswith(".IwAR1HubSpot")
    assert lead["custom_data"] == {"event_source": "crm", "lead_event_source": "HubSpot"}
    assert (deal["event_name"], deal["custom_data"]["value"]) == ("DealWon", 1500)
    assert sent.reasons("hubspot") == {
        "1:lead": None,
        "1:marketingqualifiedlead": None,
        "1:5": None,
        "2:lead": "no_consent",
    }


def test_what_was_sent_to_the_sandbox_is_what_the_warehouse_says(sent: Sent) -> None:
    counted = sent.warehouse.rows(f"select count(*) as events from {MARTS}.conversion_events")
    assert sent.sandbox.summary()["distinct_accepted"] == counted[0]["events"]


def test_the_page_lists_every_recipe() -> None:
    assert {path.name for path in RECIPES.iterdir() if (path / "README.md").exists()} == set(NAMES)
    assert all(f"]({name}/README.md)" in page(".") for name in NAMES)
    assert all(Path(RECIPES / name / "models" / f"{name}.yml").exists() for name in NAMES)
