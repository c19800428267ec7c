"""Money: exact decimals, and a column of them at eight bytes each."""

from __future__ import annotations

from array import array
from decimal import Context, Decimal, InvalidOperation

EXACT = Context(prec=80)
LONGEST, SMALLEST, LARGEST = 40, -20, 20
NONE = -(2**63)
PLACES = 4


def amount(value: object) -> Decimal | None:
    """The exact amount of a JSON number or a numeric text, None where it is not one, or beyond any money (10^20)."""
    if value.__class__ is int:
        parsed = Decimal(value)  # type: ignore[arg-type] # an int by its class, which mypy does not follow
    elif isinstance(value, Decimal):
        parsed = value
    elif isinstance(value, str) and len(value) <= LONGEST:
        try:
            parsed = Decimal(value)
        except InvalidOperation:
            return None
    else:
        return None
    if not parsed:
        return Decimal(0)
    return parsed if parsed.is_finite() and SMALLEST <= parsed.adjusted() <= LARGEST else None


def spelled(money: Decimal) -> str:
    """`1234.50`: plain digits, at least two places, no more than are needed."""
    if money == money.quantize(Decimal("0.01"), context=EXACT):
        return f"{money.quantize(Decimal('0.01'), context=EXACT):f}"
    return f"{money.normalize(EXACT):f}"


def unscaled(whole: int) -> Decimal:
    """The amount of so many ten-thousandths."""
    return Decimal(whole).scaleb(-PLACES, EXACT)


class Amounts:
    """Amounts or None, in order: `scaled` in ten-thousandths or NONE; what does not fit exactly is in `beside`."""

    def __init__(self) -> None:
        self.scaled = array("q")
        self.beside: dict[int, Decimal] = {}

    def append(self, value: Decimal | None) -> None:
        if value is None:
            self.scaled.append(NONE)
            return
        scaled = value.scaleb(PLACES, EXACT)
        whole = int(scaled)
        if whole != scaled or not -(2**62) < whole < 2**62:
            self.beside[len(self.scaled)] = value
            whole = NONE
        self.scaled.append(whole)

    def __len__(self) -> int:
        return len(self.scaled)

    def __getitem__(self, row: int) -> Decimal | None:
        whole = self.scaled[row]
        return self.beside.get(row) if whole == NONE else unscaled(whole)
