"""Makes the reference seeds and the character maps: `python dbt_project/scripts/make_reference_seeds.py`.

Needs the development dependencies phonenumbers, pycountry and babel, and DuckDB. Run it when one of them is updated, and read the
difference before you commit it: what a macro drops or keeps changes with it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import character_classes
import character_maps
import phone_seeds
import place_seeds

PROJECT = Path(__file__).resolve().parent.parent
SEEDS = PROJECT / "seeds" / "identifiers"
MACROS = PROJECT / "macros" / "identifiers"


def write_seed(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with (SEEDS / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main() -> None:
    write_seed("phone_regions", phone_seeds.REGION_COLUMNS, phone_seeds.region_rows())
    write_seed("phone_ranges", phone_seeds.RANGE_COLUMNS, phone_seeds.range_rows())
    write_seed("country_names", place_seeds.COUNTRY_COLUMNS, place_seeds.country_rows())
    write_seed("state_names", place_seeds.STATE_COLUMNS, place_seeds.state_rows())
    maps = {
        "compatible_characters": character_maps.compatible_characters(),
        "decimal_digits": character_maps.decimal_digits(),
    }
    for name, characters in maps.items():
        (MACROS / f"{name}.sql").write_text(character_maps.macros(name, characters), encoding="utf-8")
    (MACROS / "named_characters.sql").write_text(character_maps.entity_macro(), encoding="utf-8")
    (MACROS / "character_classes.sql").write_text(character_classes.macros(), encoding="utf-8")


if __name__ == "__main__":
    main()
