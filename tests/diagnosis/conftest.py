from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.diagnosis.world import Project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project and its empty warehouse, for every world."""
    return Project(tmp_path_factory.mktemp("project"), datetime.now(UTC).replace(tzinfo=None))
