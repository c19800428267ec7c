"""How much of what the demo shop holds, and how much of it is trouble, in one place that tests and docs can name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Shares between 0 and 1 of the thing named in the comment above them."""

    # rows per order
    customers: float = 0.55
    browsing_sessions: float = 0.30
    store_sales: float = 0.38  # 1.75 lines each: two purchases in a store for three on the web
    leads: float = 0.05

    # of orders; the troubles exclude each other
    test_orders: float = 0.010
    unpaid: float = 0.040
    no_identifier: float = 0.008
    missing_value: float = 0.006
    missing_currency: float = 0.006
    invalid_currency: float = 0.002
    phone_orders: float = 0.020
    refused_by_meta: float = 5 / 20_000  # at least two in a shop of 2,000 orders or more
    guests: float = 0.15
    foreign_currency: float = 0.10
    refunds: float = 0.03

    # of sessions; the rest was never asked (null)
    consent_granted: float = 0.85
    consent_denied: float = 0.09
    fbclid: float = 0.35

    # of purchases, or other web events, with consent
    pixel_saw_purchase: float = 0.78
    pixel_saw_event: float = 0.70
    # of purchases on the web: the site logged it, and logged an event_id of its own
    purchase_logged: float = 0.90
    purchase_own_event_id: float = 0.08
    web_event_without_id: float = 0.005

    # of customers, or buyers in a store
    suppressed: float = 0.003
    second_phone: float = 0.10
    loyalty_card: float = 0.25
    # of customers' orders
    subscriptions: float = 0.04
    # of visits with a browser id and no other click id
    bare_click: float = 0.06
    # of e-mail fields
    email_blank: float = 0.030
    email_invalid: float = 0.012
    email_placeholder: float = 0.010
    email_hashed: float = 0.004
    # of phone fields
    phone_blank: float = 0.120
    phone_garbage: float = 0.025
    # of country fields
    country_blank: float = 0.020

    # of leads
    lead_id_known: float = 0.75
    lead_id_malformed: float = 0.01
    lead_without_contact: float = 0.01
    # of store sales: paid cash, left no name
    walk_ins: float = 0.08


SHARES = Shares()
