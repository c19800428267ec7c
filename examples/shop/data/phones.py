"""Phone fields as people fill them in: valid numbers in many spellings, and some that are none."""

from random import Random

from examples.shop.data.places import Place
from examples.shop.data.shares import Shares

GARBAGE = ("0000000000", "1234567890", "999", "12", "call me", "n/a", "-", "none", "1-800-FLOWERS", "00000", "555", "x")

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")  # noqa: RUF001 - full-width digits are the point
_SEPARATORS = (" ", "-", ".", "", " ")
_EXTENSIONS = (" x12", " ext. 5", " ext 204", " x7")
_SPELLINGS = {
    "national": 34,
    "brackets": 10,
    "plus": 26,
    "plus_trunk": 5,
    "dialled": 8,
    "bare": 8,
    "coded": 3,
    "extension": 2,
    "float": 1,
    "two": 1,
    "wide": 1,
    "padded": 1,
}
# Only where the calling code in front cannot also be read as the start of a national number.
_CODED = frozenset({"US", "CA", "GB", "FR"})
# Spreadsheets lose the leading zero; in Italy it belongs to the number.
_NO_FLOAT = frozenset({"IT"})


def phone_field(rng: Random, place: Place, shares: Shares) -> str | None:
    """What stands in a phone field: nothing, garbage, or a number of that country."""
    drawn = rng.random()
    if drawn < shares.phone_blank:
        return None if rng.random() < 0.7 else ""
    if drawn < shares.phone_blank + shares.phone_garbage:
        return rng.choice(GARBAGE)
    return spell(rng, place, number(rng, place))


def number(rng: Random, place: Place) -> tuple[str, ...]:
    """The groups of digits of a national number, without trunk prefix."""
    template = rng.choice(place.phones)
    blanks = template.count("#")
    digits = iter(f"{rng.randrange(10**blanks):0{blanks}d}")
    return tuple("".join(next(digits) if sign == "#" else sign for sign in template).split())


def spell(rng: Random, place: Place, groups: tuple[str, ...]) -> str:
    """One of the ways that people of that country write this number."""
    how = rng.choices(tuple(_SPELLINGS), tuple(_SPELLINGS.values()))[0]
    joint = rng.choice(_SEPARATORS)
    if how in ("plus", "plus_trunk", "dialled", "coded"):
        return _international(how, place, groups, joint)
    return _national(rng, how, place, groups, joint)


def _international(how: str, place: Place, groups: tuple[str, ...], joint: str) -> str:
    digits = joint.join(groups)
    if how == "plus_trunk" and place.trunk:
        return f"+{place.calling} ({place.trunk}){digits}"
    if how == "dialled" and place.abroad:
        return f"{place.abroad} {place.calling} {digits}"
    if how == "coded" and place.code in _CODED:
        return place.calling + "".join(groups)
    return f"+{place.calling}{joint}{digits}"


def _national(rng: Random, how: str, place: Place, groups: tuple[str, ...], joint: str) -> str:
    dialled = (place.trunk + groups[0], *groups[1:])
    plain = joint.join(dialled)
    match how:
        case "brackets":
            return f"({dialled[0]}) {'-'.join(dialled[1:])}"
        case "bare":
            return "".join(dialled)
        case "extension":
            return " ".join(dialled) + rng.choice(_EXTENSIONS)
        case "float" if place.code not in _NO_FLOAT:
            return "".join(groups) + ".0"
        case "two":
            return f"{plain} / {' '.join((place.trunk + groups[0], *groups[1:]))[:-1]}7"
        case "wide" if place.code == "JP":
            return plain.translate(_WIDE)
        case "padded":
            return f"  {plain} "
        case _:
            return plain
