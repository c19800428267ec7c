"""One bad row is one bad row: what a shop's tables hold besides good values costs its own row, and no other."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector import app
from tests.contract.dbt.conftest import DbtWarehouse
from tests.contract.dbt.detailed_rows import DETAILS, statements
from tests.contract.dbt.padded_rows import padded_statements
from tests.contract.dbt.raw_shop import raw_tables

AMOUNTS: dict[str, str | None] = {
    "nan": "NaN",
    "infinity": "Infinity",
    "beyond the column": "1e15",
    "a trillion": "1000000000000",
    "a trillion when it is rounded": "999999999999.99999",
    "accounting": "(12.50)",
    "with a sign behind": "12.50-",
    "hexadecimal": "0x1F",
    "german": "1.013,50",
    "comma": "12,50",
    "thousands": "1,013.50",
    "with its currency": "$12",
    "underscored": "1_000",
    "in groups of three": "1 013.50",
    "in groups of three, german": "1\u00a0013,50",
    "in groups of three, french": "1\u202f013,50",
    "with its sign behind": "12,50\u00a0\u20ac",
    "minus infinity": "-Infinity",
    "a word": "free",
    "blank": " ",
    "no text": "",
    "a no-break blank": "\u00a0",
    "none": None,
    "minus nothing": "-0",
    "next to nothing": "1e-30",
    "ends in a no-break blank": "12.50\u00a0",
    "in blanks": " 12.50 ",
    "exponent": "1.25e1",
    "no digits before": ".5",
}
READ = {"in blanks": Decimal("12.5"), "exponent": Decimal("12.5"), "no digits before": Decimal("0.5")}
READ |= {"minus nothing": Decimal(0), "next to nothing": Decimal(0), "ends in a no-break blank": Decimal("12.5")}
MISSING = {"blank", "no text", "a no-break blank", "none"}
STATES = {
    "California": 1000,
    "US-CA": 1000,
    "ca.": 1000,
    "Calif.": 0,
    "Texas": 1005,
    "us-tx": 1005,
    "New York": None,
    "N.Y.": None,
    "california, usa": 1000,
    "USA-CA": 1000,
    "US, ca": 1000,
    "State of California": 1000,
    "California (CA)": 1000,
    "Montana, United States": 1006,
    "arkansas": None,
    "Atlantis": 0,
    "USA": 0,
    " ": None,
}
CONSENTS = {
    "yes": None,
    "TRUE": None,
    "opt-in": None,
    "1.0": None,
    "Accept all": None,
    "G110": None,
    "Essential only": "no_consent",
    "not determined": "no_consent",
    "G101": "no_consent",
    "revoke": "no_consent",
    "subscribed": "unknown_consent",
    "opted out": "no_consent",
    "withdrawn": "no_consent",
    " ": "no_consent",
    "maybe": "unknown_consent",
    "email only": "unknown_consent",
}
FLAGS = {
    "true": ('["LDU"]', 0, 0),
    "YES": ('["LDU"]', 0, 0),
    '["LDU"]': ('["LDU"]', 0, 0),
    "perhaps": ('["LDU"]', 0, 0),
    "false": ("[]", None, None),
    "0": ("[]", None, None),
    "[]": ("[]", None, None),
    " ": (None, None, None),
}
"""A choice of limited data use, and what becomes of it where the state is not known."""
CHOICES = """
insert into raw.web_sessions (session_id, customer_id, started_at, ad_consent)
    select chosen.customer_id || ' ' || hours, chosen.customer_id, started_at + hours * interval '1 hour',
        chosen.ad_consent
    from raw.web_sessions cross join (values
        ('W-later', 1, 'denied'), ('W-again', 1, 'denied'), ('W-again', 2, 'granted'), ('W-before', -1, 'denied'),
        ('W-word', 1, 'maybe'), ('W-blank', 1, ' '), ('W-ldu', 1, null)
    ) as chosen (customer_id, hours, ad_consent)
    where session_id = 'S-bare';
update raw.web_sessions set limited_data_use = 'true' where session_id = 'W-ldu 1';
insert into raw.customers (customer_id, ad_consent, limited_data_use, state, country)
    values ('W-row', false, null, null, null), ('W-yes', true, null, null, null),
        ('W-limited', null, true, null, null), ('W-free', null, false, 'CA', 'US'),
        ('W-address', null, null, 'CA', 'US'), ('W-como', null, null, 'CO', 'IT'),
        ('W-unread', null, null, 'Calif., somewhere', 'US'), ('W-elsewhere', null, null, 'Calif., somewhere', 'IT'),
        ('W-suffixed', null, null, '{hash_of_ca}.AQQCAQIB', '{hash_of_us}.AQQCAQIB'),
        ('W-unplaced', null, null, 'Calif.', null), ('W-nowhere', null, null, 'Calif.', 'Amerika'),
        ('W-placed', null, null, 'Ontario', null);
insert into raw.orders (order_id, customer_id, session_id, order_status, ordered_at, currency, total, billing_email)
    select customers.customer_id, customers.customer_id, 'S-bare', order_status, ordered_at, currency, total,
        billing_email
    from raw.orders cross join (values
        ('W-later'), ('W-again'), ('W-before'), ('W-word'), ('W-blank'), ('W-ldu'), ('W-row'), ('W-yes'), ('W-limited'),
        ('W-free'), ('W-address'), ('W-como'), ('W-unread'), ('W-elsewhere'), ('W-suffixed'), ('W-unplaced'),
        ('W-nowhere'), ('W-placed')
    ) as customers (customer_id)
    where orders.order_id = 'O-good';
insert into raw.orders
    (order_id, session_id, order_status, ordered_at, currency, total, billing_email, limited_data_use)
    select added.order_id, 'S-bare', order_status, ordered_at, currency, total, billing_email, added.flag
    from raw.orders cross join (values {flags}) as added (order_id, flag)
    where orders.order_id = 'O-good'
"""
PLAINTEXT = {
    "ann@shop.example/7": "plaintext_email",
    "07700 900123": "plaintext_phone",
    "(11) 98765-4321": "plaintext_phone",
    "114-1234567-1234567": None,
    "090-1234-5678": None,
}
"""Numbers of orders."""
NOTES = {
    '{"note": "Call 090-1234-5678"}': "plaintext_phone",
    '{"090-1234-5678": 1}': "plaintext_phone",
    '{"Note": "045&#45;123-4567"}': "plaintext_phone",
    '{"Receipt No.": "090-1234-5678", "storeSKU": "045-123-4567", "note": "x"}': None,
    '{"sku": "A", "note": "06-12345678"}': "plaintext_phone",
}
"""Properties of orders of the user's own."""
WITHDRAWN = {"W-later": "consent_withdrawn", "W-word": "unknown_consent", "W-row": "consent_withdrawn"}
OF_IDENTIFIERS = (
    *("email_", "phone_", "first_name_", "last_name_", "date_of_birth_", "gender_", "city_", "state_", "postal_code_"),
    *("country_", "external_id_", "client_ip_address_", "fbc_", "fbp_", "lead_id_", "fb_login_id_"),
)
"""How the codes begin that are of identifiers."""
TYPES = """
alter table raw.orders alter column total type varchar;
alter table raw.orders alter column cost_of_goods type double precision;
alter table raw.orders alter column is_test type varchar;
alter table raw.order_items alter column quantity type double precision;
alter table raw.order_items alter column line_number type varchar;
alter table raw.web_events alter column value type double precision;
alter table raw.pixel_events alter column value type double precision;
alter table raw.crm_lead_stages alter column expected_value type double precision;
alter table raw.store_sales alter column amount type double precision;
alter table raw.refunds alter column amount type double precision;
alter table raw.web_sessions add column user_id varchar;
alter table raw.web_events add column user_id bigint;
alter table raw.orders add column limited_data_use varchar;
alter table raw.web_sessions add column limited_data_use varchar;
alter table raw.customers add column ad_consent boolean;
alter table raw.customers add column limited_data_use boolean;
update raw.orders set cost_of_goods = 'NaN' where order_id = 'O-named';
update raw.web_events set value = 'NaN' where web_event_id = 'W1';
update raw.pixel_events set value = 'NaN';
update raw.crm_lead_stages set expected_value = 'Infinity' where stage = 'qualified' and expected_value is not null;
insert into raw.refunds (refund_id, order_id, refunded_at, amount, currency)
    select 'R-nan', order_id, ordered_at, 'NaN', 'EUR' from raw.orders where order_id = 'O-good';
insert into raw.refunds (refund_id, order_id, refunded_at, amount, currency)
    select 'R-store', 'T-1', ordered_at, 1.5, 'EUR' from raw.orders where order_id = 'O-good';
insert into raw.refunds (refund_id, order_id, refunded_at, amount, currency)
    select 'R-dollars', order_id, ordered_at, 999, 'USD' from raw.orders where order_id = 'O-good';
insert into raw.refunds (refund_id, order_id, refunded_at, amount, currency)
    select 'R-early', 'O-that-comes-later', ordered_at, 7, 'EUR' from raw.orders where order_id = 'O-good';
insert into raw.store_sales (sale_id, line_number, sold_at, currency, amount, customer_email)
    select 'T-nan', number, sold_at, 'EUR', amount, 'canary.two@mail-of-canaries.org' from (
        select sold_at, 1 as number, 5.0 as amount from raw.store_sales where line_number = 1
        union all
        select sold_at, 2 as number, cast('NaN' as double precision) as amount
        from raw.store_sales where line_number = 1
    ) as sales;
insert into raw.order_items (order_id, line_number, product_id, quantity, unit_price)
    values ('O-good', 'third', 'SKU-3', 'NaN', 1), ('O-good', '4', 'SKU-4', 3, 1)
"""
LOGGED_IN = """
insert into raw.web_sessions (session_id, started_at, ad_consent, user_id)
    select 'S-user', started_at, 'granted', 'U-1' from raw.web_sessions where session_id = 'S-bare';
insert into raw.web_sessions (session_id, customer_id, started_at, ad_consent)
    select 'S-unknown', 'U-2', started_at, 'granted' from raw.web_sessions where session_id = 'S-bare';
insert into raw.web_sessions (session_id, started_at, ad_consent, user_id)
    select 'S-suppressed', started_at, 'granted', 'C2' from raw.web_sessions where session_id = 'S-bare';
insert into raw.web_events (web_event_id, session_id, event_name, occurred_at, event_id)
    select 'E-' || session_id, session_id, 'AddToCart', started_at, session_id from raw.web_sessions
    where session_id in ('S-user', 'S-unknown', 'S-suppressed');
insert into raw.web_events (web_event_id, session_id, event_name, occurred_at, event_id, user_id)
    select 'E-own', session_id, 'AddToCart', started_at, 'own', 77 from raw.web_sessions where session_id = 'S-bare';
insert into raw.orders (order_id, session_id, order_status, ordered_at, currency, total)
    select 'O-user', 'S-user', order_status, ordered_at, currency, total from raw.orders where order_id = 'O-good'
"""
LEADS = """
insert into raw.crm_leads (crm_lead_id, meta_lead_id, email, created_at)
    select 'L-ms', meta_lead_id, email, timestamp '{day} 00:00:10.400' from raw.crm_leads where crm_lead_id = 'L1';
insert into raw.crm_leads (crm_lead_id, meta_lead_id, email, created_at)
    select 'L-minutes', meta_lead_id, email, timestamp '{day} 00:04:00' from raw.crm_leads where crm_lead_id = 'L1';
insert into raw.crm_leads (crm_lead_id, meta_lead_id, email, created_at)
    select 'L-days', meta_lead_id, email, timestamp '{day} 23:00:00' from raw.crm_leads where crm_lead_id = 'L1';
insert into raw.crm_leads (crm_lead_id, email, created_at)
    select 'L-crm', email, timestamp '{day} 23:00:00' from raw.crm_leads where crm_lead_id = 'L1';
insert into raw.crm_lead_stages (crm_lead_id, stage, entered_at)
    select crm_lead_id, 'new', timestamp '{day} 00:00:10' from raw.crm_leads where crm_lead_id like 'L-%'
"""


SESSIONS = """
insert into raw.web_sessions (session_id, started_at, ad_consent, us_state)
select added.session_id, started_at, added.ad_consent, added.us_state
from raw.web_sessions cross join (values {values}) as added (session_id, ad_consent, us_state)
where web_sessions.session_id = 'S-bare'
"""
IN_SESSIONS = """
insert into raw.orders (order_id, session_id, total, customer_id, order_status, ordered_at, currency, billing_email)
select web_sessions.session_id, web_sessions.session_id, total,
    orders.customer_id, order_status, ordered_at, currency, billing_email
from raw.orders cross join raw.web_sessions
where orders.order_id = 'O-good' and substr(web_sessions.session_id, 1, 6) in ('state ', 'consen')
"""
WITH_AMOUNTS = """
insert into raw.orders (order_id, session_id, total, customer_id, order_status, ordered_at, currency, billing_email)
select added.order_id, session_id, added.total, customer_id, order_status || '\u00a0', ordered_at,
    '\u00a0' || currency, billing_email
from raw.orders cross join (values {values}) as added (order_id, total)
where orders.order_id = 'O-good'
"""


def literal(text: str | None) -> str:
    """Not repr(), which writes a no-break blank as four letters."""
    return "null" if text is None else f"'{text}'"


def orders() -> list[str]:
    """Sessions with each state and consent, an order in each, and one with each amount."""
    sessions = [(f"state {state}", "granted", state) for state in STATES]
    sessions += [(f"consent {word}", word, " ") for word in CONSENTS]
    amounts = [f"('A-{name}', {literal(amount)})" for name, amount in AMOUNTS.items()]
    amounts += [f"('{number}', '5')" for number in PLAINTEXT]
    amounts += [f"('N-{number}', '5')" for number, _ in enumerate(NOTES)]
    flags = ", ".join(f"('flag {flag}', '{flag}')" for flag in FLAGS)
    listed = SESSIONS.format(values=", ".join(map(str, sessions)))
    return [
        *CHOICES.format(flags=flags, hash_of_ca=hash_of("ca"), hash_of_us=hash_of("us")).split(";"),
        listed,
        IN_SESSIONS,
        WITH_AMOUNTS.format(values=", ".join(amounts)),
    ]


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def built(request: pytest.FixtureRequest, new_warehouse: Callable[..., DbtWarehouse], now: datetime) -> DbtWarehouse:
    warehouse = new_warehouse(request.param)
    warehouse.load(raw_tables(now=now))
    day = (now - timedelta(days=2)).date()
    for statement in [
        *TYPES.split(";"),
        *LOGGED_IN.split(";"),
        *LEADS.format(day=day).split(";"),
        *orders(),
        *statements(),
        *padded_statements(hash_of("leave.me@mail-of-canaries.org")),
        *(
            f"update raw.orders set custom_properties = '{note}' where order_id = 'N-{number}'"
            for number, note in enumerate(NOTES)
        ),
    ]:
        warehouse.change(statement)
    app.initialise(warehouse.settings)
    warehouse.dbt("build", "--exclude-resource-type", "unit_test")
    return warehouse


@pytest.fixture(scope="module")
def rows(built: DbtWarehouse) -> dict[str, dict[str, Any]]:
    """The conversions by the source's own id."""
    return {row["source_id"]: row for row in built.rows("select * from meta_conversions.conversions")}


def test_an_amount_that_is_no_number_costs_its_own_row_only(rows: dict[str, dict[str, Any]]) -> None:
    found = {name: (rows[f"A-{name}"]["value"], rows[f"A-{name}"]["ineligible_reason"]) for name in AMOUNTS}
    expected: dict[str, tuple[Decimal | None, str | None]] = {
        name: (READ.get(name), None if name in READ else "missing_value" if name in MISSING else "invalid_value")
        for name in AMOUNTS
    }
    assert found == expected
    assert rows["O-good"]["is_eligible"]


def test_costs_items_events_stages_and_sales_cost_their_own_row_only(rows: dict[str, dict[str, Any]]) -> None:
    assert (rows["O-named"]["ineligible_reason"], rows["O-named"]["net_revenue"]) == (None, None)
    assert rows["O-good"]["num_items"] == 7
    assert '"id":"SKU-4","quantity":3,"item_price":1}' in rows["O-good"]["contents"]
    assert "SKU-3" not in rows["O-good"]["contents"]
    reasons = {name: rows[name]["ineligible_reason"] for name in ("AddToCart:cart-1", "L1:qualified", "T-nan", "T-1")}
    assert reasons == dict.fromkeys(reasons, "invalid_value") | {"T-1": None}


def test_no_figure_of_any_mart_is_nan(built: DbtWarehouse) -> None:
    columns = built.rows(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'meta_conversions' "
        "and data_type in ('numeric', 'DECIMAL(18,4)', 'double precision', 'DOUBLE')"
    )
    assert len(columns) > 20
    for column in columns:
        found = built.rows(f"select {column['column_name']} as figure from meta_conversions.{column['table_name']}")
        assert not [row for row in found if row["figure"] is not None and math.isnan(row["figure"])], column


def test_refunds_of_a_store_of_more_than_the_order_and_before_its_row_are_told_by_their_currency(
    built: DbtWarehouse,
) -> None:
    refunded = built.rows(
        "select reason, currency, sum(value) as value from meta_conversions.revenue_waterfall "
        "where stage = 'refunded' group by 1, 2"
    )
    told = {(row["reason"], row["currency"]): row["value"] for row in refunded}
    known = {("owed", "EUR"): Decimal("1.5"), ("owed", "USD"): Decimal(999)}
    assert told == known | {("order_unknown", "EUR"): Decimal(7), ("owed", "GBP"): Decimal(3)}


def test_an_id_is_the_same_whatever_blanks_a_table_puts_around_it(rows: dict[str, dict[str, Any]]) -> None:
    order = rows["P-order"]
    assert (order["event_id"], order["num_items"], order["ineligible_reason"]) == ("P-order", 3, None)
    assert order["pixel_event_time"] == order["event_time"]
    assert json.loads(order["contents"])[0]["id"] == "SKU-P"
    assert order["client_user_agent"]
    assert order["fn"] == hash_of("canaryfirst")


def test_what_is_blank_is_not_given(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["P-guest"]["external_id"] == rows["O-user"]["external_id"]
    assert (rows[""]["event_id"], rows[""]["ineligible_reason"]) == (None, "missing_event_id")
    assert (rows["P-sale"]["ineligible_reason"], rows["P-sale"]["match_keys"]) == (None, "em")


def test_who_asked_not_to_be_shared_is_known_by_a_hash_of_the_parameter_builder(
    rows: dict[str, dict[str, Any]],
) -> None:
    assert rows["P-suppressed"]["ineligible_reason"] == "suppressed"


def test_of_rows_of_one_moment_the_same_one_is_taken_whatever_their_order(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["P-guest"]["event_id"] == "site-a"
    assert (rows["L-twice:demo"]["value"], rows["L-twice:demo"]["currency"]) == (10, "GBP")


def test_a_later_entry_into_a_stage_spoils_no_earlier_one(rows: dict[str, dict[str, Any]]) -> None:
    assert (rows["L-twice:offer"]["value"], rows["L-twice:offer"]["ineligible_reason"]) == (5, None)


def test_coverage_names_every_dropped_identifier_with_its_code_and_how_many(built: DbtWarehouse) -> None:
    told: Counter[str] = Counter()
    for row in built.rows("select dropped_by from meta_conversions.identifier_coverage_daily"):
        for code, number in (one.split() for one in (row["dropped_by"] or "").split(", ") if one):
            told[code] += int(number)
    given = built.rows(
        "select dropped_identifiers from meta_conversions.conversions "
        "where dropped_identifiers is not null and (is_eligible or ineligible_reason = 'no_identifier')"
    )
    codes = Counter(code for row in given for code in set(row["dropped_identifiers"].split(",")))
    assert told == {code: number for code, number in codes.items() if code.startswith(OF_IDENTIFIERS)}
    assert {"email_invalid", "fbc_invalid"} & set(told)


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_understood_as_people_write_it_and_else_limits(rows: dict[str, dict[str, Any]], state: str) -> None:
    row = rows[f"state {state}".rstrip()]
    code = STATES[state]
    assert told(row) == ((None, None, None) if code is None else ('["LDU"]', int(code > 0), code))
    assert ("us_state_invalid" in (row["dropped_identifiers"] or "")) == (code == 0)


def test_a_consent_in_other_words_is_understood_or_is_none(rows: dict[str, dict[str, Any]]) -> None:
    assert {word: rows[f"consent {word}".rstrip()]["ineligible_reason"] for word in CONSENTS} == CONSENTS


def test_a_consent_that_was_taken_back_since_is_none_and_a_newer_yes_brings_it_back(
    rows: dict[str, dict[str, Any]],
) -> None:
    found = {name: row["ineligible_reason"] for name, row in rows.items() if name.startswith("W-")}
    assert found == dict.fromkeys(found) | WITHDRAWN
    assert len(found) == 18


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def told(row: dict[str, Any]) -> tuple[Any, ...]:
    options = "data_processing_options"
    return (row[options], row[f"{options}_country"], row[f"{options}_state"])


@pytest.mark.parametrize("flag", FLAGS)
def test_a_choice_of_limited_data_use_is_told_and_what_is_not_understood_limits(
    rows: dict[str, dict[str, Any]], flag: str
) -> None:
    row = rows[f"flag {flag}".rstrip()]
    assert told(row) == FLAGS[flag]
    assert ("limited_data_use_invalid" in (row["dropped_identifiers"] or "")) == (flag == "perhaps")


def test_a_customers_choice_and_address_limit_the_use_of_data(rows: dict[str, dict[str, Any]]) -> None:
    found = {name: told(row) for name, row in rows.items() if name.startswith("W-")}
    anywhere, in_california = ('["LDU"]', 0, 0), ('["LDU"]', 1, 1000)
    limited = {"W-ldu": anywhere, "W-limited": anywhere, "W-address": in_california}
    limited |= {"W-unread": anywhere, "W-suffixed": in_california, "W-free": ("[]", None, None)}
    limited |= {"W-unplaced": anywhere, "W-nowhere": anywhere}
    assert found == dict.fromkeys(found, (None, None, None)) | limited
    assert "state_invalid" in rows["W-unread"]["dropped_identifiers"]
    codes = {name: row["dropped_identifiers"] or "" for name, row in rows.items() if name.startswith("W-")}
    assert {name for name, told in codes.items() if "us_state_invalid" in told} == {"W-unplaced", "W-nowhere"}


def test_an_address_or_a_phone_number_in_an_orders_number_is_not_sent(rows: dict[str, dict[str, Any]]) -> None:
    assert {number: rows[number]["ineligible_reason"] for number in PLAINTEXT} == PLAINTEXT


def test_a_phone_number_in_words_is_not_sent_and_an_id_of_the_same_form_is(rows: dict[str, dict[str, Any]]) -> None:
    found = {note: rows[f"N-{number}"]["ineligible_reason"] for number, note in enumerate(NOTES)}
    assert found == NOTES


def test_whoever_is_logged_in_is_told_by_that_id_without_a_customer(rows: dict[str, dict[str, Any]]) -> None:
    for name in ("AddToCart:S-user", "AddToCart:S-unknown", "AddToCart:own", "O-user"):
        assert rows[name]["external_id"], name
        assert rows[name]["is_eligible"], name
    assert rows["AddToCart:S-user"]["external_id"] == rows["O-user"]["external_id"]
    assert rows["AddToCart:S-suppressed"]["ineligible_reason"] == "suppressed"


def test_a_stage_is_refused_only_when_it_is_days_before_the_lead_that_meta_made(
    rows: dict[str, dict[str, Any]],
) -> None:
    found = {name: rows[f"{name}:new"]["ineligible_reason"] for name in ("L-ms", "L-minutes", "L-days", "L-crm")}
    assert found == {"L-ms": None, "L-minutes": None, "L-days": "stage_before_lead", "L-crm": None}


@pytest.mark.parametrize("source_id", DETAILS)
def test_what_a_table_has_beside_its_columns_is_carried_or_dropped_with_a_code(
    rows: dict[str, dict[str, Any]], source_id: str
) -> None:
    assert {column: rows[source_id][column] for column in DETAILS[source_id]} == DETAILS[source_id]


def test_several_phones_and_ids_of_one_person_are_told(rows: dict[str, dict[str, Any]]) -> None:
    phones = sorted(hash_of(number) for number in ("4915123456789", "4915123456780"))
    ids = sorted(hash_of(name) for name in ("C-loyal", "LOYAL-1", "U-10"))
    assert json.loads(rows["D-loyal"]["ph"]) == phones
    assert json.loads(rows["D-loyal"]["external_id"]) == ids


def test_a_bare_click_id_is_told_with_the_moment_it_was_seen(rows: dict[str, dict[str, Any]]) -> None:
    seen = rows["D-good"]["event_time"] - timedelta(hours=1)
    assert rows["D-good"]["fbc"] == f"fb.1.{int(seen.replace(tzinfo=UTC).timestamp()) * 1000}.IwAR1AbC_d-E"
    assert rows["L-whole:qualified"]["fbc"].endswith(".IwAR2Lead")


def test_the_order_s_own_name_and_user_are_told(rows: dict[str, dict[str, Any]]) -> None:
    told = [rows["D-good"][key] for key in ("fn", "ln", "external_id")]
    assert told == [hash_of(text) for text in ("grace", "hopper", "U-9")]
