from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.contract.identifiers.identifying_project import (
    DuckDBEngine,
    Engine,
    IdentifyingProject,
    PostgresEngine,
    SnowflakeEngine,
    Text,
)
from tests.contract.identifiers.phone_spellings import Spelling, spellings
from tests.contract.identifiers.vector_files import Vector, all_vectors, read_lines
from tests.support.snowflake_stand_in import SnowflakeStandIn


@pytest.fixture
def agreement(tell: Callable[[str, str], None]) -> Callable[[str], None]:
    """Says a figure in the summary of the run."""
    return lambda figure: tell("identifiers: what agrees with what", figure)


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
def vectors() -> list[Vector]:
    return all_vectors()


@pytest.fixture(scope="session")
def unhashed_vectors() -> list[Any]:
    return read_lines("unhashed.jsonl")


@pytest.fixture(scope="session")
def addresses() -> list[str]:
    return random_addresses(1000)


@pytest.fixture(scope="session")
def phones() -> list[Spelling]:
    return spellings()


@pytest.fixture(scope="session")
def odd_texts() -> list[Text]:
    """Texts of many scripts and signs that no rule has in mind, for keys that are text."""
    chance = random.Random(11)  # noqa: S311 # the same texts each time, nothing secret
    keys = ["em", "ph", "fn", "ct", "st", "zp", "country", "db", "ge", "external_id"]
    found = []
    for _ in range(4000):
        first = chance.choice([0x21, 0xA0, 0x370, 0x5D0, 0x900, 0xE00, 0x1E00, 0x2000, 0x3040, 0xFF00, 0x1F300])
        signs = [chance.randrange(first, first + 200) for _ in range(chance.randint(1, 6))] + [0x61, 0x31, 0x20]
        chance.shuffle(signs)
        found.append((chance.choice(keys), "".join(map(chr, signs)), chance.choice([None, "US", "DE", "AR"])))
    return found


@pytest.fixture(scope="session")
def identify(
    tmp_path_factory: pytest.TempPathFactory,
    vectors: list[Vector],
    odd_texts: list[Text],
    unhashed_vectors: list[Any],
    addresses: list[str],
    phones: list[Spelling],
) -> Callable[[Engine], IdentifyingProject]:
    """The texts of all tests, identified by an engine."""

    def identified_by(engine: Engine) -> IdentifyingProject:
        project = IdentifyingProject(tmp_path_factory.mktemp("identifiers"), engine)
        project.texts = [vector.asked for vector in vectors if engine.holds(vector.text)]
        project.texts += [("ph", phone.text, phone.country) for phone in phones] + odd_texts
        project.unhashed = [(key, values) for key, values, _ in unhashed_vectors]
        project.unhashed += [("client_ip_address", [address]) for address in addresses]
        project.build()
        return project

    return identified_by


@pytest.fixture(scope="session")
def identified_by_duckdb(
    identify: Callable[[Engine], IdentifyingProject], tmp_path_factory: pytest.TempPathFactory
) -> IdentifyingProject:
    return identify(DuckDBEngine(tmp_path_factory.mktemp("vectors") / "vectors.duckdb"))


@pytest.fixture(scope="session")
def identified_by_postgres(
    identify: Callable[[Engine], IdentifyingProject], new_database: Callable[[], str]
) -> IdentifyingProject:
    """In a database whose days are written in another order."""
    url = new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"alter database {make_url(url).database} set datestyle = 'Postgres, DMY'")
    return identify(PostgresEngine(url))


@pytest.fixture(scope="session")
def identified_by_snowflake(
    identify: Callable[[Engine], IdentifyingProject], snowflake_stand_in: SnowflakeStandIn
) -> IdentifyingProject:
    return identify(SnowflakeEngine(snowflake_stand_in))


@pytest.fixture(scope="session", params=["duckdb", "postgres", "snowflake"])
def identified(request: pytest.FixtureRequest) -> IdentifyingProject:
    """Each test of a rule runs on every engine."""
    project: IdentifyingProject = request.getfixturevalue(f"identified_by_{request.param}")
    return project
