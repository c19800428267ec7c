"""`python -m tests.simulation --seeds 2000`: play seeds, or one again with `--seed N`, which prints its history."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import nullcontext
from typing import TYPE_CHECKING

from tests.simulation.database import Database
from tests.simulation.planted import PLANTED
from tests.simulation.sender import Plants
from tests.simulation.world import World, figures, replay_command
from tests.support.postgres_server import new_database_on, running_postgres

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from tests.simulation.world import Verdict

SHOWN_EVERY = 100


def main() -> int:
    options = _options()
    plants = PLANTED[options.plant].plants if options.plant else Plants()
    seeds = [options.seed] if options.seed is not None else range(options.first, options.first + options.seeds)
    server: AbstractContextManager[str]
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        is_duckdb = options.warehouse == "duckdb"
        server = nullcontext("") if is_duckdb else running_postgres(folder)
        with server as address:
            url = "duckdb:///:memory:simulation" if is_duckdb else new_database_on(address)
            with Database.open(url) as database:
                return _play(seeds, database, plants, options)


def _play(seeds: Iterable[int], database: Database, plants: Plants, options: argparse.Namespace) -> int:
    verdicts: list[Verdict] = []
    for seed in seeds:
        verdict = World(seed, database, plants).play()
        verdicts.append(verdict)
        if options.seed is not None:
            _say("\n".join(verdict.trace))
        if verdict.broken:
            _say(f"broken: {replay_command(seed, options.warehouse)}", *(f"  {one}" for one in verdict.broken))
        if len(verdicts) % SHOWN_EVERY == 0:
            _say(figures(verdicts))
        verdict.trace.clear()
    faults = sum((one.faults for one in verdicts[1:]), verdicts[0].faults)
    _say(figures(verdicts), ", ".join(f"{name} {count}" for name, count in faults.most_common()))
    return 1 if any(one.broken for one in verdicts) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--seed", type=int, help="play this one and print its history")
    parser.add_argument("--warehouse", choices=["duckdb", "postgresql"], default="duckdb")
    parser.add_argument("--plant", choices=list(PLANTED), help="with this bug in the product")
    return parser.parse_args()


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
