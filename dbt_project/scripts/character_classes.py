"""Character classes for an engine whose patterns do not know Unicode's properties: ranges as the default engine has them."""

from __future__ import annotations

import duckdb

HEADER = (
    "{# Made by scripts/make_reference_seeds.py: what DuckDB's patterns take for letters, marks, digits and dashes, as the inside\n"
    "   of a character class, so that every engine keeps the same characters. #}\n"
)
CLASSES = {
    "letters_marks_and_digits": r"\p{L}\p{M}\p{N}",
    "letters_and_numbers": r"\p{L}\p{N}",
    "letters": r"\p{L}",
    "dashes": r"\p{Pd}",
}


def macros() -> str:
    return HEADER + "\n\n".join(
        f"{{% macro range_of_{name}() %}}{{{{ return(\"{''.join(_ranges(properties))}\") }}}}{{% endmacro %}}\n"
        for name, properties in CLASSES.items()
    )


def _ranges(properties: str) -> list[str]:
    """Ranges of all characters but ASCII signs, in Jinja's escapes."""
    rows = duckdb.execute(
        "select point from range(1, 1114112) as points (point) where point not between 55296 and 57343 "
        f"and regexp_matches(chr(cast(point as integer)), '[{properties}]') order by point"
    ).fetchall()
    bounds: list[list[int]] = []
    for (point,) in rows:
        if bounds and bounds[-1][1] == point - 1:
            bounds[-1][1] = point
        else:
            bounds.append([point, point])
    return [_escaped(low) if low == high else f"{_escaped(low)}-{_escaped(high)}" for low, high in bounds]


def _escaped(point: int) -> str:
    if chr(point).isascii() and chr(point).isalnum():
        return chr(point)
    return f"\\\\{chr(point)}" if point < 0x80 else f"\\U{point:08x}"
