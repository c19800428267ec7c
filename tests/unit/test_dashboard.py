"""The dashboard of examples/telemetry is one that Grafana can import, and says what the connector means."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from connector.model.stop_reasons import StopReason

DASHBOARD = json.loads(
    (Path(__file__).parents[2] / "examples/telemetry/grafana-dashboard.json").read_text(encoding="utf-8")
)
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
COLUMNS = 24
"""Of Grafana's grid (its dashboard schema, kinds/dashboard/dashboard_kind.cue)."""


def area(panel: dict[str, Any]) -> tuple[range, range]:
    at = panel["gridPos"]
    return range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])


def overlap(one: range, other: range) -> bool:
    return max(one.start, other.start) < min(one.stop, other.stop)


def test_it_has_what_grafana_asks_of_a_dashboard() -> None:
    assert 8 <= len(DASHBOARD["uid"]) <= 40
    assert DASHBOARD["schemaVersion"] >= 36
    assert DASHBOARD["timezone"] == "utc"
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    assert {panel["type"] for panel in PANELS} <= {"stat", "timeseries"}
    (source,) = DASHBOARD["templating"]["list"]
    assert (source["type"], source["query"]) == ("datasource", "prometheus")


def test_its_panels_stand_in_the_grid_and_none_on_another() -> None:
    areas = [area(panel) for panel in PANELS]
    assert [across for across, _ in areas if across.start < 0 or across.stop > COLUMNS] == []
    assert [(a, b) for a, b in combinations(areas, 2) if overlap(a[0], b[0]) and overlap(a[1], b[1])] == []


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_each_panel_asks_the_chosen_source_and_names_its_lines_by_labels_that_it_keeps(panel: dict[str, Any]) -> None:
    source = {"type": "prometheus", "uid": f"${{{DASHBOARD['templating']['list'][0]['name']}}}"}
    targets = panel["targets"]
    assert [one["datasource"] for one in [panel, *targets]] == [source] * (1 + len(targets))
    assert len({target["refId"] for target in targets}) == len(targets)
    for target in targets:
        assert target["expr"].count("(") == target["expr"].count(")")
        kept = set(", ".join(re.findall(r"by \((.*?)\)", target["expr"])).split(", "))
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= kept
    if panel["type"] == "timeseries":
        assert panel["options"]["legend"]["showLegend"] is True


def test_a_run_that_did_not_end_well_is_one_that_exits_with_an_error() -> None:
    (panel,) = [panel for panel in PANELS if panel["title"] == "Runs that did not end well"]
    (left_out,) = re.findall(r'connector_reason!~"(.*?)"', panel["targets"][0]["expr"])
    assert set(left_out.split("|")) == {str(reason) for reason in StopReason if reason.is_green}
