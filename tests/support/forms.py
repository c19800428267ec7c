"""How much is run, by the variable TESTS: `most` for every change, `rest` what that leaves out, `all` the long form.

Without it, both of the first. What `make test` leaves out has a cheaper test of the same kind there. CI runs
the rest too.
"""

from __future__ import annotations

import os

FORM = os.environ.get("TESTS", "")
EVERYTHING = FORM == "all"

LEFT_OUT = {
    (
        "contract/engines/test_engines_build_the_same.py::test_the_stand_in",
        "",
    ): "DuckDB and PostgreSQL build the same",
    ("contract/engines/test_quiet_builds.py", "[postgres]"): "counted on DuckDB",
    ("contract/identifiers/test_engines_agree.py::test_the_stand_in", ""): "DuckDB and PostgreSQL agree",
    ("contract/identifiers/", "snowflake]"): "DuckDB and PostgreSQL",
    ("contract/identifiers/test_from_raw_tables.py", ""): "the vectors and fuzzed texts, through the same models",
    ("contract/dbt/", "[postgres"): "on DuckDB, and both engines build the same rows",
    ("contract/dbt/test_incremental_runs.py::test_a_var_that_changes", ""): "a var that changes makes its views again",
    ("contract/dbt/test_incremental_runs.py::test_before_the_lookback", ""): "what changed within it",
    (
        "contract/dbt/test_conversions_from_raw.py::test_a_project_whose_sources",
        "",
    ): "a project that names fewer people",
    (
        "contract/dbt/test_your_own_sources.py::test_a_rule_of_theirs",
        "",
    ): "dbt's rule for schemas, and theirs that gives the same",
    ("contract/dbt/test_builds_by_loading_time.py", ""): "builds that compare everything, as all do without its var",
    ("contract/dbt/test_recipes.py", ""): "the recipes' SQL is that of the raw tables",
    ("contract/identifiers/test_open_choices.py", ""): "the choices as they are by default",
    ("contract/engines/test_payloads_are_one_value.py", ""): "the payloads of the shop are read by Meta's stand-in",
    ("contract/snowflake/test_held_lock.py", ""): "each command meets the number of that error",
    ("contract/snowflake/test_grants.py", "[raw"): "the grants of the reference schema",
    ("contract/snowflake/test_grants.py", "[ledger-"): "the grants of the reference schema",
    ("contract/snowflake/test_grants.py", "[ledger]"): "the grants of the reference schema",
    ("contract/snowflake/test_grants.py", "[marts"): "the grants of the reference schema",
    ("contract/snowflake/test_session_formats.py::test_a_session_that_is", ""): "one that is not stops the build",
    ("dags/test_two_builds.py::test_a_project_that_installed_ours", ""): "built twice by dbt's own command",
    ("diagnosis/test_broken_", ""): "each alarm fires in a shop of its own; a world of planted losses",
    ("diagnosis/test_worlds.py", "[1]"): "another world",
    ("examples/shop/test_demo.py", ""): "a whole Airflow; DAGs are built, and worlds are sent and reconciled",
    ("integration/airflow/", ""): "a whole Airflow; the DAGs are parsed and built in tests/dags",
    ("browser/test_in_airflow.py", ""): "a whole Airflow; the page is opened as a file",
    ("browser/test_page.py::test_nothing_stands_outside_a_narrow_window", "[800]"): "641 and 1,000 pixels",
    ("faults/test_crash_sweep.py", "[postgres"): "swept on DuckDB",
    ("faults/test_crash_sweep.py::test_a_kill_on_the_way_to_another", ""): "kills on the way to Meta are swept",
    ("faults/test_crash_sweep.py", "-interrupt]"): "kills are swept",
    ("faults/test_crash_sweep.py", "-terminate]"): "kills are swept",
    ("faults/test_crash_sweep.py", "-raise]"): "kills are swept",
    ("faults/test_long_sync.py", ""): "a sync that is killed and stopped again and again",
    ("faults/test_any_history.py", ""): "histories of the simulation",
    ("faults/test_matrix.py", "postgres"): "on DuckDB",
    ("integration/sync/test_upgrade.py::test_an_upgrade_can_be_repeated", ""): "an upgrade that nobody interrupts",
    ("integration/sync/test_upgrade.py", "postgres"): "on DuckDB",
    ("integration/sync/test_trouble.py", "[postgres"): "on DuckDB: the trouble is the destination's",
    ("integration/sync/test_column_types.py", "[postgres"): "on DuckDB",
    ("integration/sync/test_expired.py", "[postgres"): "on DuckDB",
    ("integration/sync/test_replay.py", "[postgres"): "on DuckDB",
    ("integration/sync/test_why.py", "[postgres"): "on DuckDB",
    ("integration/sync/test_default_dataset.py", "[postgres"): "on DuckDB",
    ("integration/sync/test_crash.py::test_many_kills", ""): "kills are swept",
    ("integration/sync/test_sync.py", "[postgres"): "on DuckDB; other files send from PostgreSQL",
    ("integration/sync/test_stopped_dataset.py", "[postgres"): "on DuckDB",
    ("integration/pull/", "[postgres"): "on DuckDB",
    ("simulation/", "[duckdb-31]"): "the other seeds",
    ("integration/sync/", "[snowflake"): "on DuckDB and PostgreSQL; contract/snowflake counts and bends a sync there",
}
"""By how a test's name begins, under tests/, and what else it holds: what runs in its place."""


def left_out(nodeid: str) -> str | None:
    """What runs in the place of a test that `make test` leaves out; None where it runs itself."""
    name = nodeid.removeprefix("tests/")
    found = (why for (start, part), why in LEFT_OUT.items() if name.startswith(start) and part in name)
    return next(found, None)
