"""What `user_data` may hold: which keys are hashed, which are not, and which combinations are too thin.

The keys: docs/meta-api.md §3.1; the combinations: §3.3; the suffix of the parameter builder: §3.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

HASHED = frozenset({"em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country"})
HASHED_BY_THE_SDK = frozenset({"f5first", "f5last", "fi", "dobd", "dobm", "doby"})
"""Not in Meta's table of 2026, but still sent, hashed, by its SDK (docs/meta-api.md §3.1, unsure)."""
MUST_BE_HASHED = HASHED | HASHED_BY_THE_SDK
UNHASHED = frozenset(
    {
        "external_id",  # hashing is recommended, not required
        "client_ip_address",
        "client_user_agent",
        "fbc",
        "fbp",
        "subscription_id",
        "fb_login_id",
        "lead_id",
        "anon_id",
        "madid",
        "page_id",
        "page_scoped_user_id",
        "ctwa_clid",
        "ig_account_id",
        "ig_sid",
        "whatsapp_business_account_id",  # on Meta's page on business messaging only
    }
)
PARTNERS = frozenset({"partner_id", "partner_name"})
"""Who sends, as connectors of others put it there; Meta takes them, and they name nobody."""
KNOWN = MUST_BE_HASHED | UNHASHED | PARTNERS

TOO_THIN = (
    frozenset({"ct", "country", "st", "zp", "ge", "client_user_agent"}),
    frozenset({"db", "client_user_agent"}),
    frozenset({"fn", "ge"}),
    frozenset({"ln", "ge"}),
)
"""Since v13.0 an event is refused (2804050) if its keys are a subset of any one of these."""

_HASH = re.compile(r"[0-9a-f]{64}(?:\.(?:[A-Za-z0-9_-]{8}|AQ|Ag|Aw|BA|BQ|Bg))?")
"""64 hexadecimal digits; the builder libraries may append 8 characters of base64url, in older versions 2."""


def is_too_thin(keys: Iterable[str]) -> bool:
    """True if Meta calls the combination too broad to match anybody; an empty one is."""
    present = frozenset(keys)
    return any(present <= combination for combination in TOO_THIN)


def is_hash(value: Any) -> bool:
    """True for a hash or a list of hashes; nulls in between count as absent."""
    if isinstance(value, list):
        return all(item is None or (isinstance(item, str) and _HASH.fullmatch(item) is not None) for item in value)
    return value is None or (isinstance(value, str) and _HASH.fullmatch(value) is not None)


def present(user_data: Mapping[str, Any]) -> list[str]:
    """The keys of people that have a value: nulls, blanks and lists of only those are absent."""
    return [key for key, value in user_data.items() if key not in PARTNERS and _carries(value)]


_CLICK = re.compile(r"fb\.[0-9]+\.[0-9]+\.[^\s.]\S*")
_LEAD = re.compile(r"[1-9][0-9]{14,16}")
LEADS = range(10**14, 10**17)
_SEVERAL = re.compile(r"[\s,;|]")
TEXTS = frozenset({"client_ip_address", "client_user_agent", "fbc", "fbp"})
"""Never a number."""


def is_of_its_type(key: str, value: Any) -> bool:
    """Whether a value that need not be hashed is of a type that Meta documents: no object, no list but of ids.

    An empty list counts as absent.
    """
    if type(value) is list:
        return all(item is None or (key == "external_id" and type(item) in (str, int, float)) for item in value)
    return value is None or type(value) is str or (type(value) in (int, float) and key not in TEXTS)


def is_click(value: Any) -> bool:
    """Whether `fbc` has its four parts. Absent is fine; so is a click that Meta may not know."""
    return not value or type(value) is not str or _CLICK.fullmatch(value) is not None


def is_one_address(value: Any) -> bool:
    """False for several IP addresses in one text. One that cannot be a person's is not refused by Meta."""
    return type(value) is not str or _SEVERAL.search(value.strip()) is None


def is_lead(value: Any) -> bool:
    """A whole number of 15 to 17 digits, beyond 2^53, so never a float. Null counts as absent."""
    if type(value) is str:
        return _LEAD.fullmatch(value) is not None
    return value is None or (type(value) is int and value in LEADS)


def _carries(value: Any) -> bool:
    if isinstance(value, list):
        return any(_carries(item) for item in value)
    return value is not None and (type(value) is not str or value.strip() != "")


@dataclass(frozen=True, slots=True)
class Shape:
    """What follows from the keys of a `user_data` alone. Events of one source share them, so it is computed once."""

    known: bool
    """No key that Meta does not document."""
    simple: bool
    """If each hashed key holds one hash, few checks are left: known keys, specific enough, no lead_id."""
    unhashed: tuple[str, ...]
    """The other keys."""
    take: Callable[[Mapping[str, Any]], tuple[str, ...]]
    """The values of the hashed keys; meaningful if `simple`."""
    joined_length: int

    @classmethod
    def of(cls, keys: tuple[str, ...]) -> Shape:
        """The shape of these keys, in this order."""
        known = KNOWN.issuperset(keys)
        hashed = [key for key in keys if key in MUST_BE_HASHED]
        several = len(hashed) > 1  # of one key, itemgetter gives no tuple
        return cls(
            known=known,
            simple=known and several and "lead_id" not in keys and not is_too_thin(hashed),
            unhashed=tuple(key for key in keys if key not in MUST_BE_HASHED),
            take=itemgetter(*hashed) if several else lambda user_data: (),
            joined_length=65 * len(hashed) - 1,
        )

    def is_simple_and_hashed(self, user_data: Mapping[str, Any]) -> bool:
        """True for the usual case, checked all at once: each hashed key holds one hash, without a suffix, each other
        one a good text."""
        if not self.simple or not all(type(user_data[key]) is str for key in self.unhashed):
            return False
        if not is_click(user_data.get("fbc")) or not is_one_address(user_data.get("client_ip_address")):
            return False
        try:
            joined = " ".join(self.take(user_data))
            return len(joined) == self.joined_length and bytes.fromhex(joined).hex(" ", 32) == joined
        except (TypeError, ValueError):  # a list, a null, a number; not hexadecimal
            return False
