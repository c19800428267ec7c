"""The macros' SQL, run by the warehouse, against the written rules: hash by hash, byte by byte."""

from __future__ import annotations

import html
import ipaddress
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.identifiers.identifying_project import IdentifyingProject
from tests.contract.identifiers.vector_files import Vector
from tests.support.written_rule.cleaning import trimmed

PRINTED_BY_META = {
    ("em", "John_Smith@gmail.com"): "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",
    ("fn", "Mary"): "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec",
    ("fn", "정"): "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14",
    ("fn", "Valéry"): "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c",
    ("db", "19970216"): "01acdbf6ec7b4f478a225f1a246e5d6767eeab1a7ffa17f025265b5b94f40f0c",
    ("country", "us"): "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621",
    ("ph", "+1 (650) 555-1212"): "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176",
}


@pytest.fixture
def held(identified: IdentifyingProject, vectors: list[Vector]) -> list[Vector]:
    """The vectors that the engine can have in a table."""
    return [vector for vector in vectors if identified.engine.holds(vector.text)]


def test_every_vector_gives_its_hash(
    identified: IdentifyingProject, held: list[Vector], agreement: Callable[[str], None]
) -> None:
    wrong = [
        (vector, identified.answer(vector.asked)) for vector in held if identified.hash_of(vector.asked) != vector.hash
    ]
    agreement(f"{identified.engine.name}: {len(held) - len(wrong)} of {len(held)} vectors have the expected hash")
    assert not wrong, f"{len(wrong)} of {len(held)}: {wrong[:20]}"


def test_the_hashes_that_meta_prints_come_out(identified: IdentifyingProject) -> None:
    found = {text: identified.hash_of((*text, None)) for text in PRINTED_BY_META}
    assert found == PRINTED_BY_META


def test_a_value_that_is_dropped_leaves_a_reason_and_one_that_is_kept_leaves_none(
    identified: IdentifyingProject, held: list[Vector]
) -> None:
    for vector in held:
        reason = identified.reason_for(vector.asked)
        if vector.normalized is not None or trimmed(html.unescape(vector.text)) is None:
            assert reason is None, vector
        else:
            assert re.fullmatch("[a-z_0-9]+_(invalid|placeholder|md5|impossible|country_unknown)", reason or ""), vector


def test_unhashed_keys_pass_as_they_are_or_not_at_all(
    identified: IdentifyingProject, unhashed_vectors: list[Any]
) -> None:
    wrong = [
        (key, values, expected, identified.normalized(number))
        for number, (key, values, expected) in enumerate(unhashed_vectors)
        if identified.normalized(number) != expected
    ]
    assert not wrong, wrong


def test_addresses_are_global_and_written_as_python_writes_them(
    identified: IdentifyingProject, unhashed_vectors: list[Any], addresses: list[str]
) -> None:
    for number, text in enumerate(addresses, start=len(unhashed_vectors)):
        address = ipaddress.ip_address(text)
        address = getattr(address, "ipv4_mapped", None) or address
        if address in ipaddress.ip_network("2001::/23" if address.version == 6 else "192.0.0.0/24"):
            continue  # Python's releases differ there
        is_good = address.is_global and not address.is_multicast
        assert identified.normalized(number) == (str(address) if is_good else None), text
