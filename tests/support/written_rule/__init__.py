"""The written rule of every identifier in plain Python, made from the rules table and not from the SQL.

It is slow and has no settings but those of the rule. Letters have the lower case of Unicode's simple mapping, one for
one, as warehouses know it: Python's own `lower` makes two letters of `İ` and looks at the neighbours of `Σ`.
"""

from __future__ import annotations

from tests.support.written_rule.hashed_keys import Rule, hashed
from tests.support.written_rule.unhashed_keys import (
    client_ip_address,
    client_user_agent,
    fb_login_id,
    fbc,
    fbc_of_click,
    fbp,
    lead_id,
)

__all__ = [
    "Rule",
    "client_ip_address",
    "client_user_agent",
    "fb_login_id",
    "fbc",
    "fbc_of_click",
    "fbp",
    "hashed",
    "lead_id",
]
