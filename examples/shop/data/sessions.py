"""Visits to the shop's site: addresses, browsers, landing pages, consent."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from ipaddress import IPv6Address
from random import Random

from examples.shop.data.ids import Ids
from examples.shop.data.places import City, Place
from examples.shop.data.shares import SHARES
from examples.shop.data.tables import Rows
from examples.shop.data.times import DAY, MS

SITE = "https://www.shop.example"

# First octets without any block that is private, shared, reserved or for documentation.
_FIRST_OCTETS = (23, 31, 46, 62, 73, 78, 81, 86, 90, 99, 108, 133, 151, 177, 187, 189, 201, 212)
_V6_PREFIXES = (0x26001700, 0x2A028108, 0x2A01CB00, 0x2804014D, 0x24090040, 0x240B0010)
_BROWSERS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",  # noqa: E501
    "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",  # noqa: E501
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",  # noqa: E501
)
_LANDINGS = ("/", "/collections/shoes", "/collections/coats", "/products/sku-1004", "/sale", "/gifts/für-dich")
_PAID = "utm_source=facebook&utm_medium=paid&utm_campaign=spring"


@dataclass(frozen=True, slots=True)
class Session:
    """What a visit's events need to know of it."""

    session_id: str
    granted: bool


def open_session(
    rng: Random,
    rows: Rows,
    ids: Ids,
    *,
    started_at: int,
    place: Place,
    city: City,
    customer_id: str | None,
    consent: str | None,
    anonymous: bool = False,
) -> Session:
    """Add a visit. An anonymous one leaves a browser's name at most: nobody can be recognised by that.

    The site recognises nobody who denies consent, so that such a visit withdraws none that was given before.
    """
    session_id = ids.take("W")
    known = (None, rng.choice((rng.choice(_BROWSERS), None)), None, None)
    rows["web_sessions"].append(
        (
            session_id,
            None if consent == "denied" else customer_id,
            started_at,
            _landing(rng, tagged=not anonymous and rng.random() < SHARES.fbclid),
            *(known if anonymous else _traces(rng, started_at)),
            consent,
            city.state_code if place.code == "US" else None,
        )
    )
    return Session(session_id, consent == "granted")


def draw_consent(rng: Random) -> str | None:
    """Granted, denied, or never asked."""
    drawn = rng.random()
    if drawn < SHARES.consent_granted:
        return "granted"
    return "denied" if drawn < SHARES.consent_granted + SHARES.consent_denied else None


def _traces(rng: Random, started_at: int) -> tuple[str | None, str, str | None, str | None]:
    """Address, browser, and Meta's two cookies."""
    ms = started_at // MS
    first_seen = ms - int(rng.random() * 60 * DAY) // MS
    fbp = None if rng.random() < 0.05 else f"fb.1.{first_seen}.{rng.randrange(10**8, 10**10)}"
    fbc = f"fb.1.{ms}.{draw_click(rng)}" if rng.random() < 0.04 else None
    return (None if rng.random() < 0.02 else draw_address(rng), rng.choice(_BROWSERS), fbp, fbc)


def draw_address(rng: Random) -> str:
    """A global IP address, one in four of version 6, some of those spelt out."""
    if rng.random() < 0.75:
        return f"{rng.choice(_FIRST_OCTETS)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
    address = IPv6Address(rng.choice(_V6_PREFIXES) << 96 | rng.getrandbits(96))
    return address.exploded.upper() if rng.random() < 0.1 else address.compressed


def _landing(rng: Random, *, tagged: bool) -> str:
    page = SITE + rng.choice(_LANDINGS)
    if tagged:
        return f"{page}?{_PAID}&fbclid={draw_click(rng)}"
    return f"{page}?utm_source=newsletter" if rng.random() < 0.2 else page


def draw_click(rng: Random) -> str:
    """A click id of Meta's."""
    return f"IwAR{urlsafe_b64encode(rng.randbytes(42)).decode()}"
