"""Shops with losses that were planted: the waterfall finds each of them, to the ten-thousandth."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tests.diagnosis.world import Project, live
from tests.support.forms import EVERYTHING

SEEDS = range(50 if EVERYTHING else 2)
BESIDE = ("no_longer_modelled", "refunded", "deduplicated_with_pixel")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_waterfall_finds_exactly_what_was_planted(seed: int, project: Project, tmp_path: Path) -> None:
    found = live(seed, tmp_path, project)
    assert found.unexplained == []
    assert found.cells == found.planted.sums()
    warehouse: dict[str, Decimal] = defaultdict(Decimal)
    for (stage, _, currency), (_, money) in found.planted.sums().items():
        warehouse[currency] += 0 if stage in BESIDE else money
    assert found.warehouse == warehouse
