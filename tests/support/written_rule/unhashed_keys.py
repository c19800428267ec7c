"""The keys that pass as they are or not at all."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tests.support.written_rule.cleaning import BUILDER_SUFFIX, trimmed

LONGEST = timedelta(days=90)
SLACK = timedelta(days=1)
NO_CLICKS = {
    *("undefined", "null", "none", "nil", "na", "n-a", "nan", "unknown"),
    *("true", "false", "test", "not_set", "fbclid"),
}
"""What scripts and exports write where there is no click."""
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 # the warehouse's times are UTC without zone


def client_ip_address(text: str | None) -> str | None:
    """The first global address of a list; the zone of an IPv6 address is off."""
    plain = re.sub(r'\["|"\]|["{}]', "", text or "")
    unzoned = re.sub("(:[0-9A-Fa-f:.]*)%[A-Za-z0-9_~-]+", r"\1", plain)
    found = (_global_address(one) for one in re.split("[,;]", unzoned))
    return next((one for one in found if one), None)


def _global_address(text: str) -> str | None:
    found = re.fullmatch(rf"(.*?)({BUILDER_SUFFIX})", trimmed(text) or "")
    if found is None:
        return None
    alone = re.sub(r"\A((?:[0:]*:ffff:)?[0-9.]+\.[0-9]+)(?:/32|:[0-9]{1,5})\Z", r"\1", found[1], flags=re.IGNORECASE)
    alone = re.sub(r"\A\[?([0-9A-Fa-f:.]+)(?:/128|\](?::[0-9]{1,5})?)\Z", r"\1", alone)
    try:
        address = ipaddress.ip_address(alone)
    except ValueError:
        return None
    if "%" in str(address):
        return None
    address = getattr(address, "ipv4_mapped", None) or address
    return f"{address}{found[2]}" if address.is_global and not address.is_multicast else None


def client_user_agent(text: str | None) -> str | None:
    return trimmed(text or "")


def lead_id(text: str | None) -> str | None:
    found = re.fullmatch("(?:[lL]:)?([1-9][0-9]{14,16})", trimmed(text or "") or "")
    return found[1] if found else None


def fbp(text: str | None) -> str | None:
    found = re.fullmatch(rf"fb\.[0-9]+\.[0-9]{{13}}\.[0-9]+{BUILDER_SUFFIX}", trimmed(text or "") or "")
    return found[0] if found else None


def fbc(given: str | None, landing_url: str | None, first_seen: datetime | None, event_time: datetime) -> str | None:
    found = re.fullmatch(rf"fb\.[0-9]+\.([0-9]{{13}})\.([A-Za-z0-9_-]+){BUILDER_SUFFIX}", trimmed(given or "") or "")
    if found and is_click_id(found[2]) and _is_click_time(EPOCH + timedelta(milliseconds=int(found[1])), event_time):
        return found[0]
    query = urlsplit((landing_url or "").replace("&amp;", "&")).query
    clicks = [part[7:] for part in query.split("&") if part.startswith("fbclid=")]
    click = re.fullmatch(f"([A-Za-z0-9_-]+){BUILDER_SUFFIX}(?:/|%2[fF])*", clicks[0]) if clicks else None
    if first_seen is None or click is None or not is_click_id(click[1]):
        return None
    if not _is_click_time(first_seen, event_time):
        return None
    return f"fb.1.{(first_seen - EPOCH) // timedelta(milliseconds=1)}.{click[1]}"


def is_click_id(click: str) -> bool:
    return any(map(str.isalpha, click)) and click.lower() not in NO_CLICKS


def fbc_of_click(click: str | None, first_seen: datetime | None, event_time: datetime) -> str | None:
    """Of a bare fbclid, with its name and whatever parameters of its URL came along, or of a whole URL."""
    text = trimmed(click or "") or ""
    url = text if "?" in text else f"?fbclid={text.removeprefix('&').removeprefix('fbclid=')}"
    return fbc(click, url, first_seen, event_time)


def fb_login_id(text: str | None) -> str | None:
    found = re.fullmatch("[1-9][0-9]{0,18}", trimmed(text or "") or "")
    return found[0] if found else None


def _is_click_time(clicked: datetime, event_time: datetime) -> bool:
    """At most 90 days old, and not in the future but for a day of clocks that differ."""
    return event_time - LONGEST <= clicked <= event_time + SLACK
