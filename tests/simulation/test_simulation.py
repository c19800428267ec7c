"""Any seed keeps the promise, a seed is one history, and a planted bug is found: docs/simulation.md."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.simulation.database import Database
from tests.simulation.faults import RATES, Faults
from tests.simulation.planted import PLANTED
from tests.simulation.sender import Plants
from tests.simulation.world import World, figures, replay_command
from tests.support.forms import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulation.world import Verdict

AT_A_TIME = 15
DUCKDB_SEEDS = range(1, 3_001) if EVERYTHING else range(1, 51)
POSTGRES_SEEDS = range(5_001, 5_201) if EVERYTHING else range(96, 101)
SHORT_SEEDS = range(1, 101)


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Database]:
    with Database.open("duckdb:///:memory:simulation") as database:
        yield database


@pytest.fixture(scope="module")
def postgresql(new_database: Callable[..., str]) -> Iterator[Database]:
    with Database.open(new_database()) as database:
        yield database


def play(seed: int, database: Database, plants: Plants | None = None) -> Verdict:
    return World(seed, database, plants or Plants()).play()


def blocks() -> list[tuple[str, range]]:
    seeds = {"duckdb": DUCKDB_SEEDS, "postgresql": POSTGRES_SEEDS}
    return [(name, all_[at : at + AT_A_TIME]) for name, all_ in seeds.items() for at in range(0, len(all_), AT_A_TIME)]


@pytest.mark.parametrize(("name", "seeds"), blocks(), ids=lambda of: of if isinstance(of, str) else of.start)
def test_no_seed_breaks_the_promise(
    request: pytest.FixtureRequest, tell: Callable[[str, str], None], name: str, seeds: range
) -> None:
    database = request.getfixturevalue(name)
    verdicts = [play(seed, database) for seed in seeds]
    tell("simulation", f"{name}, seeds {seeds.start} to {seeds.stop - 1}: {figures(verdicts)}")
    broken = {replay_command(one.seed, name): one.broken for one in verdicts if one.broken}
    assert broken == {}


def test_a_seed_played_again_is_the_same_history_to_the_letter(duckdb: Database) -> None:
    first, again = play(7, duckdb), play(7, duckdb)
    assert first.trace == again.trace
    assert first.digest == again.digest != play(8, duckdb).digest


def test_every_trouble_is_drawn_by_many_of_the_short_seeds() -> None:
    drawn = Counter(name for seed in SHORT_SEEDS for name in Faults.of_seed(seed).rates)
    assert min(drawn[name] for name in RATES) > 20


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found_within_the_short_seeds(duckdb: Database, bug: str) -> None:
    planted = PLANTED[bug]
    for seed in planted.likeliest_first(SHORT_SEEDS):
        if any(one.startswith(planted.breaks) for one in play(seed, duckdb, planted.plants).broken):
            return
    pytest.fail(f"none of the {len(SHORT_SEEDS)} short seeds finds: {bug}")
