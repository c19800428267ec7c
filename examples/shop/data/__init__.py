"""The demo shop: eleven raw tables as an ELT tool would leave them, made up from a seed.

Pure: no clock, no environment, no warehouse. `build_shop` makes the shop, `build_more` makes rows that arrive later,
`with_details` adds columns that a raw table may have.
Nobody in it is real: names come from short lists, mail domains end in a reserved `.example`, and phone numbers come
from the ranges set aside for fiction where a country has some (US, CA, GB, DE, FR, AU); elsewhere they are drawn
blindly from valid patterns.

What goes wrong in it is planted in known shares, all in `shares.SHARES`: consent denied or never asked, test orders,
unpaid orders, orders that nobody can be recognised by, orders without value, without currency or with a currency that
is no code, orders taken by phone (no session), people who asked not to be shared, identifiers misspelt or made up.
A handful of recent, otherwise good orders carry a currency that is not money (`XTS`, `XXX`): only Meta refuses those.
Age does the rest: the shop reaches back past seven days.
"""

from examples.shop.data.build import build_more, build_shop
from examples.shop.data.details import with_details
from examples.shop.data.shares import SHARES, Shares
from examples.shop.data.tables import SCHEMAS

__all__ = ["SCHEMAS", "SHARES", "Shares", "build_more", "build_shop", "with_details"]
