from __future__ import annotations

import ipaddress
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.contract.identifiers.identifying_project import DuckDBEngine, IdentifyingProject, PostgresEngine
from tests.contract.identifiers.phone_spellings import Spelling, spellings

HERE = Path(__file__).parent


def lines(name: str) -> list[Any]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def random_addresses(count: int) -> list[str]:
    """Addresses of both kinds in long and short spellings, with runs of zeros."""
    chance = random.Random(7)  # noqa: S311 # the same addresses each time, nothing secret
    found = []
    for _ in range(count):
        groups = [chance.choice([0, 0, 1, 0xDB8, chance.getrandbits(16)]) for _ in range(8)]
        groups[0] = chance.choice([0x2A00, 0x2600, 0xFE80, 0x2001, 0xFC00, 0])
        whole = ":".join(f"{group:x}" for group in groups)
        found += [whole, str(ipaddress.IPv6Address(whole)), str(ipaddress.IPv4Address(chance.getrandbits(32)))]
    return found


@pytest.fixture(scope="session")
def vectors() -> list[Any]:
    return lines("vectors.jsonl")


@pytest.fixture(scope="session")
def unhashed_vectors() -> list[Any]:
    return lines("unhashed_vectors.jsonl")


@pytest.fixture(scope="session")
def addresses() -> list[str]:
    return random_addresses(1000)


@pytest.fixture(scope="session")
def phones() -> list[Spelling]:
    return spellings()


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def identified(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    vectors: list[Any],
    unhashed_vectors: list[Any],
    addresses: list[str],
    phones: list[Spelling],
) -> IdentifyingProject:
    """The texts of all tests, identified by each engine."""
    folder = tmp_path_factory.mktemp("identifiers")
    if request.param == "duckdb":
        project = IdentifyingProject(folder, DuckDBEngine(folder / "vectors.duckdb"))
    else:
        project = IdentifyingProject(folder, PostgresEngine(request.getfixturevalue("new_database")()))
    project.texts = [(key, text, country) for key, text, country, _, _ in vectors]
    project.texts += [("ph", phone.text, phone.country) for phone in phones]
    project.unhashed = [(key, values) for key, values, _ in unhashed_vectors]
    project.unhashed += [("client_ip_address", [address]) for address in addresses]
    project.build()
    return project
