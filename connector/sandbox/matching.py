"""Whom Meta would recognize: an invented population, told as hashes of the written rule, and keys in the right form.

A key is *good* if it can match: its form is right, and where people were told with that key, one of them has it. So a
normalizer that departs from the written rule lowers coverage and score as it would at Meta. Of a person only numbers of
this process are kept, good for nothing else.

The score's formula is invented (docs/meta-api.md §9): points by key times the share that can match.
"""

from __future__ import annotations

import re
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from connector.sandbox.event_rules import HASHED, is_hash

POINTS: Final = {
    "em": 2.5,
    "ph": 2.0,
    "external_id": 1.0,
    "fbc": 1.0,
    "fbp": 0.75,
    "client_ip_address": 0.75,
    "client_user_agent": 0.5,
    "fn": 0.4,
    "ln": 0.4,
    "zp": 0.2,
    "ct": 0.15,
    "st": 0.1,
    "country": 0.1,
    "db": 0.1,
    "ge": 0.05,
}
"""Ten together. Meta names e-mail, IP address, names and phone as the ones that matter most (docs/meta-api.md §9)."""

KEY_OF: Final = {
    "email": "em",
    "phone": "ph",
    "external_id": "external_id",
    "ip_address": "client_ip_address",
    "user_agent": "client_user_agent",
    "fbc": "fbc",
    "fbp": "fbp",
    "first_name": "fn",
    "last_name": "ln",
    "zip_code": "zp",
    "city": "ct",
    "state": "st",
    "country": "country",
    "date_of_birth": "db",
    "gender": "ge",
    "lead_id": "lead_id",
}
"""What Meta calls a key there. Only email, external_id, ip_address and user_agent are confirmed."""

IDENTIFIERS: Final = tuple(KEY_OF)


def composite(good_keys: Counter[str], events: int) -> float:
    """0 to 10 with one decimal. `good_keys`: events with each key in a form that can match."""
    return round(sum(points * good_keys[key] / events for key, points in POINTS.items()), 1) if events else 0.0


def key_score(good_keys: Counter[str], events: int) -> float:
    """The offline variant: as if the keys that no shop can know (browser's and click's) were there."""
    unknowable = ("fbc", "fbp", "client_ip_address", "client_user_agent")
    most = sum(points for key, points in POINTS.items() if key not in unknowable)
    if not events:
        return 0.0
    points = sum(points * good_keys[key] / events for key, points in POINTS.items() if key not in unknowable)
    return round(10 * points / most, 1)


TOLD_KEYS: Final = HASHED | {"external_id"}
_RECOGNIZING: Final = "em ph external_id fbc fbp lead_id madid anon_id fb_login_id subscription_id ctwa_clid"
RECOGNIZING: Final = frozenset(_RECOGNIZING.split())
"""One good key of these is enough to recognize somebody; the address and agent of a browser are, together (X)."""
TOGETHER: Final = frozenset({"client_ip_address", "client_user_agent"})

BAD_ADDRESS: Final = "Server sending invalid IP addresses"
BAD_CLICK: Final = "Server sending invalid click IDs (fbc)"
BAD_BROWSER: Final = "Server sending invalid browser IDs (fbp)"
NOT_HASHED: Final = "Server sending customer information that is not hashed"
"""What the diagnostics of `/dataset_quality` call it (X; in the manner of docs/meta-api.md §8.3)."""

_APPENDIX: Final = r"(?:\.(?:[A-Za-z0-9_-]{8}|[A-Za-z0-9_-]{2}))?"
_BROWSER: Final = re.compile(rf"fb\.[0-9]+\.([0-9]{{13}})\.[0-9]+{_APPENDIX}")
_CLICK: Final = re.compile(r"fb\.[0-9]+\.([0-9]{13})\.([A-Za-z0-9_.-]+)")
LONG_CLICK: Final = 20
"""A click id of so many characters without a capital was lower-cased on the way."""


class Matching:
    """Judges customer parameters. `check_hashes`: nobody refused unhashed values before (E21 is not strict)."""

    def __init__(self, *, check_hashes: bool = False) -> None:
        self._people: dict[str, set[int]] = {}
        self._now_ms = 0.0
        self._checks: dict[str, tuple[Callable[[str], bool], str | None]] = {
            "client_ip_address": (is_address, BAD_ADDRESS),
            "fbc": (self._is_click, BAD_CLICK),
            "fbp": (self._is_browser, BAD_BROWSER),
        }
        if check_hashes:
            self._checks |= dict.fromkeys(HASHED, (is_hash, NOT_HASHED))

    def tell(self, people: Mapping[str, Iterable[str]]) -> None:
        """Add people: by key the hashes that the written rule gives. Raises ValueError for a key that is not hashed."""
        if unknown := people.keys() - TOLD_KEYS:
            raise ValueError(f"people are told by {', '.join(sorted(TOLD_KEYS))}, not by {', '.join(sorted(unknown))}")
        for key, values in people.items():
            known = self._people.setdefault(key, set())
            known.update(hash((key, value[:64])) for value in values)
            self._checks[key] = (_acquaintance(key, known), None)

    def people(self) -> dict[str, int]:
        """How many values are known, by key."""
        return {key: len(known) for key, known in sorted(self._people.items())}

    def judge(self, user_data: Mapping[str, Any], now: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The good keys, and what is wrong with the others in words of the diagnostics."""
        self._now_ms = now * 1000
        bad = {
            key: issue
            for key, (check, issue) in self._checks.items()
            if (value := user_data.get(key)) and not _any(check, value)
        }
        if not bad and all(user_data.values()):
            return tuple(user_data), ()
        good = tuple(key for key, value in user_data.items() if value and key not in bad)
        return good, tuple(dict.fromkeys(issue for issue in bad.values() if issue))

    def _is_click(self, text: str) -> bool:
        found = _CLICK.fullmatch(text)
        if found is None or int(found[1]) > self._now_ms:
            return False
        click = found[2]
        return len(click) < LONG_CLICK or click != click.lower()

    def _is_browser(self, text: str) -> bool:
        found = _BROWSER.fullmatch(text)
        return found is not None and int(found[1]) <= self._now_ms


def _acquaintance(key: str, known: set[int]) -> Callable[[str], bool]:
    return lambda value: hash((key, value[:64])) in known


def _any(check: Callable[[str], bool], value: object) -> bool:
    """Whether one of the values passes."""
    if isinstance(value, str):
        return check(value)
    return isinstance(value, list) and any(isinstance(each, str) and check(each) for each in value)


def is_address(text: str) -> bool:
    """IPv4 or IPv6, without a port or white space."""
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    except (OSError, ValueError):
        return False
    return True


def is_recognized(good_keys: Iterable[str]) -> bool:
    """Whether somebody at Meta can be found by these keys."""
    good = frozenset(good_keys)
    return bool(good & RECOGNIZING) or good >= TOGETHER
