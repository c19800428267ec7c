"""The rows of the phone seeds, from the metadata of `phonenumbers` (libphonenumber)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digit_ranges import first_digits, ranges
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, PhoneMetadata

REGION_COLUMNS = (
    "country",
    "calling_code",
    "is_main_region",
    "international_prefix",
    "international_pattern",
    "trunk_prefix",
    "trunk_pattern",
    "trunk_pattern_starts",
    "trunk_replacement",
)
RANGE_COLUMNS = ("calling_code", "digits", "low", "high")

Row = tuple[str | int | None, ...]


def region_rows() -> Iterator[Row]:
    for region in sorted(SUPPORTED_REGIONS):
        metadata = PhoneMetadata.metadata_for_region(region)
        code = metadata.country_code
        outgoing = metadata.international_prefix
        literal = outgoing if outgoing and outgoing.isdigit() else None
        yield (
            region.lower(),
            str(code),
            str(COUNTRY_CODE_TO_REGION_CODE[code][0] == region).lower(),
            literal,
            None if literal else with_plain_digits(outgoing),
            *trunk(metadata.national_prefix_for_parsing, metadata.national_prefix_transform_rule),
        )


def trunk(pattern: str | None, replacement: str | None) -> tuple[str | None, str | None, str | None, str | None]:
    """A plain prefix, where there is one, apart from the pattern of the rest: a prefix costs a comparison."""
    if pattern is None or pattern.isdigit():
        return pattern, None, None, None
    pattern, replacement = one_group(pattern, replacement)
    plain, rest = None, pattern
    for branch in sorted(branches(pattern), key=len):
        others = "|".join(other for other in branches(pattern) if other != branch)
        if branch.isdigit() and others and branch[0] not in first_digits(others):
            plain, rest = branch, others
            break
    if replacement is None:
        rest = rest.replace("(?:", "(").replace("(", "(?:")
    return plain, with_plain_digits(rest), first_digits(rest), replacement


def with_plain_digits(pattern: str | None) -> str | None:
    r"""Without `\d`, which POSIX expressions do not have."""
    return pattern and pattern.replace(r"\d", "[0-9]")


def one_group(pattern: str, replacement: str | None) -> tuple[str, str | None]:
    """A replacement names the last group only: make it the first, the others not counted."""
    if replacement is None:
        return pattern, None
    groups = re.compile(pattern).groups
    if re.findall(r"\\(\d)", replacement) != [str(groups)]:
        raise ValueError(f"the replacement {replacement} names another group than the last")
    parts = re.split(r"(\((?!\?))", pattern)
    opening = [place for place, part in enumerate(parts) if part == "("]
    for place in opening[:-1]:
        parts[place] = "(?:"
    return "".join(parts), replacement.replace(f"\\{groups}", "\\1")


def branches(pattern: str) -> list[str]:
    """The alternatives at the top of a pattern."""
    found, depth = [""], 0
    for character in pattern:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return found


def range_rows() -> Iterator[Row]:
    for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        general = [PhoneMetadata.metadata_for_region_or_calling_code(code, region).general_desc for region in regions]
        patterns = [(one.national_number_pattern, frozenset(one.possible_length)) for one in general]
        for length in sorted(set().union(*(lengths for _, lengths in patterns))):
            for low, high in ranges(patterns, length):
                yield str(code), length, low, high
