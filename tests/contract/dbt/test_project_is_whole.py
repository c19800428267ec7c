"""Rules for every model, read from what dbt itself knows of the project once it is built and documented."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from connector.insight.ownership import names_of_package
from tests.contract.dbt.conftest import PROJECT, DbtWarehouse

Node = dict[str, Any]
LOGS_WITHOUT_A_KEY = {"stg_web__pixel_events", "stg_crm__lead_stages", "stg_shop__suppressions"}
"""A row may stand in them more than once; the model behind each makes one of those."""


@pytest.fixture(scope="module")
def documented(built_shop: DbtWarehouse) -> Path:
    """The folder into which dbt has written its docs."""
    built_shop.dbt("docs", "generate")
    return built_shop.folder / "target"


@pytest.fixture(scope="module")
def manifest(documented: Path) -> Node:
    found: Node = json.loads((documented / "manifest.json").read_text())
    return found


@pytest.fixture(scope="module")
def models(manifest: Node) -> list[Node]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def is_mart(model: Node) -> bool:
    return bool(model["schema"] == "meta_conversions")


def test_the_docs_know_every_model(documented: Path, models: list[Node]) -> None:
    catalog = json.loads((documented / "catalog.json").read_text())
    assert {model["unique_id"] for model in models} <= set(catalog["nodes"])
    assert (documented / "index.html").stat().st_size > 100_000


def test_doctor_knows_the_schema_of_every_model_and_seed(manifest: Node) -> None:
    enabled = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
    disabled = [node for nodes in manifest["disabled"].values() for node in nodes]
    known = {(f"meta_conversions{suffix}", name) for suffix, name in names_of_package()}
    made = {(node["schema"], node["alias"]) for node in enabled}
    assert made <= known
    assert {name for _, name in known - made} <= {node["name"] for node in disabled}


def test_every_column_of_a_mart_is_described(documented: Path, models: list[Node]) -> None:
    catalog = json.loads((documented / "catalog.json").read_text())["nodes"]
    bare = [
        (model["name"], column)
        for model in models
        if is_mart(model)
        for column in catalog[model["unique_id"]]["columns"]
        if not model["columns"].get(column.lower(), {}).get("description", "").strip()
    ]
    assert len([model for model in models if is_mart(model)]) >= 5
    assert bare == []


def test_every_mart_has_an_enforced_contract(models: list[Node]) -> None:
    assert [model["name"] for model in models if is_mart(model) and not model["contract"]["enforced"]] == []


def test_every_model_says_what_one_row_is(models: list[Node]) -> None:
    grain = re.compile(r"^(One row|All |A single)")
    assert [model["name"] for model in models if not grain.match(model["description"].strip())] == []


def generic_tests(manifest: Node, kind: str) -> list[Node]:
    """The generic tests of one kind."""
    return [node for node in manifest["nodes"].values() if node.get("test_metadata", {}).get("name") == kind]


def test_every_model_has_a_primary_key_test(manifest: Node, models: list[Node]) -> None:
    kinds = ("primary_key", "unique", "not_null")
    keyed, unique, not_null = ({node["attached_node"] for node in generic_tests(manifest, kind)} for kind in kinds)
    bare = {model["name"] for model in models if model["unique_id"] not in keyed | (unique & not_null)}
    assert bare == LOGS_WITHOUT_A_KEY


def test_no_intermediate_model_reads_a_mart(models: list[Node]) -> None:
    """What stands between the first marts and those that compare them is the folder reconciliation."""
    marts = {model["unique_id"] for model in models if model["fqn"][1] == "marts"}
    between = [model for model in models if model["fqn"][1] == "intermediate"]
    assert len(between) > 20
    assert [model["name"] for model in between if marts & set(model["depends_on"]["nodes"])] == []


def test_every_macro_has_a_description(manifest: Node) -> None:
    ours = [macro for macro in manifest["macros"].values() if macro["package_name"] == "meta_conversions"]
    assert len(ours) > 200
    assert [macro["name"] for macro in ours if not macro["description"].strip()] == []


def test_every_model_and_seed_has_the_colour_of_its_layer(manifest: Node) -> None:
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
    assert [node["name"] for node in nodes if not node["docs"]["node_color"]] == []
    assert "doc.meta_conversions.__overview__" in manifest["docs"]


def test_every_unit_test_has_a_name_that_postgresql_bears(manifest: Node) -> None:
    """dbt makes a relation of that name, and PostgreSQL cuts what is longer than 63 characters."""
    assert [test["name"] for test in manifest["unit_tests"].values() if len(test["name"]) > 63] == []


def test_every_reason_that_sql_can_give_is_in_the_list_and_in_its_order() -> None:
    with (PROJECT / "seeds/eligibility/ineligible_reasons.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    rule = (PROJECT / "macros/conversions/ineligible_reason.sql").read_text()
    given = re.findall(r"then '(\w+)'", rule)
    assert [row["reason"] for row in rows] == given
    assert [int(row["place"]) for row in rows] == list(range(1, len(given) + 1))
    assert all(row["description"] and row["what_to_look_at"] for row in rows)


def test_the_reasons_that_a_conversion_may_have_are_those_of_the_list(manifest: Node) -> None:
    [values] = [
        node["test_metadata"]["kwargs"]["values"]
        for node in generic_tests(manifest, "accepted_values")
        if node["column_name"] == "ineligible_reason" and node["attached_node"].endswith(".conversions")
    ]
    with (PROJECT / "seeds/eligibility/ineligible_reasons.csv").open(encoding="utf-8") as lines:
        assert values == [row["reason"] for row in csv.DictReader(lines)]


def test_every_identifier_has_its_weight(built_shop: DbtWarehouse) -> None:
    weighed = {
        row["identifier"]
        for row in built_shop.rows("select identifier from meta_conversions_reference.identifier_weights")
    }
    covered = {
        row["identifier"]
        for row in built_shop.rows("select identifier from meta_conversions.identifier_coverage_daily")
    }
    assert weighed == covered
    assert len(covered) >= 18


def test_the_keys_of_a_conversion_are_those_that_it_carries(built_shop: DbtWarehouse) -> None:
    rows = built_shop.rows("select * from meta_conversions.conversions")
    assert any(row["match_keys"] for row in rows)
    for row in rows:
        keys = (row["match_keys"] or "").split(",") if row["match_keys"] else []
        assert all(row[key] is not None for key in keys)
        assert row["em"] is None or "em" in keys
        assert row["fbp"] is None or "fbp" in keys


ALWAYS_THERE = {"conversions", "conversion_events", "int_suppressed_identities"}
"""Models of the sync's build that it makes whatever sources the project names."""


def test_the_reconciliation_builds_all_that_it_reads(models: list[Node]) -> None:
    """A source that no list names is none of the conversions', so that the sync's build does not make its staging."""
    own = {"meta_conversions_reconciliation", "meta_conversions_coverage"}
    built = {model["unique_id"] for model in models if own & set(model["tags"])}
    read = {name for model in models if model["unique_id"] in built for name in model["depends_on"]["nodes"]}
    left = {name.split(".")[-1] for name in read - built if name.startswith("model.")}
    assert left == ALWAYS_THERE


def test_the_suppressions_are_read_whatever_sources_of_people_a_project_names(built_shop: DbtWarehouse) -> None:
    variables = "{meta_conversions_people_sources: [customers]}"
    listed = ["compile", "--select", "int_people_unioned", "--vars", variables, "--no-introspect", "--output", "json"]
    assert "int_people_suppressions" in built_shop.dbt(*listed)
