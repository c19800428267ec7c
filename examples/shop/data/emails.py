"""E-mail fields as people fill them in. Domains end in `.example`, which nobody can own."""

from functools import lru_cache
from hashlib import md5, sha256
from random import Random
from typing import NamedTuple
from unicodedata import normalize

from examples.shop.data.shares import Shares

DOMAINS = (
    "shopper.example",
    "mail.example",
    "bluemail.example",
    "post-box.example",
    "correo.example",
    "inbox.mail.example",
)
INVALID = (
    "anna.example",
    "anna@@mail.example",
    "anna maria@mail.example",
    "@mail.example",
    "anna@mail",
    "anna@mail..example",
    "anna@",
)
PLACEHOLDERS = (
    "test@test.com",
    "n/a",
    "none",
    "-",
    "noemail@shop.example",
    "no-email@mail.example",
    "someone@example.com",
    "NULL",
)

_TAGS = ("+shop", "+news", "+sale2")


class Field(NamedTuple):
    """What stands in an e-mail field, and the address behind it if there is a good one."""

    text: str | None
    address: str | None


def draw_address(rng: Random, first: str, last: str, number: str) -> str:
    """A clean lower-case address that no other number has."""
    given, family = plain(first), plain(last)
    name = rng.choice((f"{given}.{family}", f"{given}{family}", f"{given[:1]}.{family}", f"{family}_{given}")).strip(
        "._"
    )
    tag = rng.choice(_TAGS) if rng.random() < 0.04 else ""
    # Blank for names in other scripts; a leading dot is no address.
    return f"{name or 'shopper'}.{number.lower()}{tag}@{rng.choice(DOMAINS)}"


def email_field(rng: Random, address: str, shares: Shares) -> Field:
    """An e-mail field: nothing, no address, a placeholder, a hash, or the address as somebody typed it."""
    drawn = rng.random()
    if (drawn := drawn - shares.email_blank) < 0:
        return Field(None if rng.random() < 0.7 else "", None)
    if (drawn := drawn - shares.email_invalid) < 0:
        return Field(rng.choice(INVALID), None)
    if (drawn := drawn - shares.email_placeholder) < 0:
        return Field(rng.choice(PLACEHOLDERS), None)
    if drawn - shares.email_hashed < 0:
        return _hashed(rng, address)
    return Field(type_out(rng, address), address)


def type_out(rng: Random, address: str) -> str:
    """The address as it arrives from a form, mostly as it should be."""
    drawn = rng.random()
    if drawn < 0.82:
        return address
    if drawn < 0.87:
        return address.upper()
    if drawn < 0.91:
        return address.title()
    if drawn < 0.97:
        return f"  {address} "
    return rng.choice((f"mailto:{address}", f"{address}\u00a0", f"\u200b{address}", f"{address}\t"))


def _hashed(rng: Random, address: str) -> Field:
    if rng.random() < 0.2:
        # An old MD5 export: Meta does not take those.
        return Field(md5(address.encode(), usedforsecurity=False).hexdigest(), None)
    digest = sha256(address.encode()).hexdigest()
    return Field(digest.upper() if rng.random() < 0.5 else digest, address)


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """The name in bare ASCII letters, blank if it has none."""
    folded = normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(sign for sign in folded.lower() if sign.isalnum())
