"""What of Snowflake's SQL the project may use, each with the page that says so. What is not listed fails a test."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

REFERENCE = "https://docs.snowflake.com/en/sql-reference/"
GUIDE = "https://docs.snowflake.com/en/user-guide/"

NAMES = (
    "abs any_value array_agg array_construct_compact array_distinct array_sort array_to_string avg cast ceil chr "
    "coalesce concat convert_timezone count current_database date_part date_trunc dateadd dense_rank extract "
    "first_value flatten floor greatest iff lag lead least left length listagg lower lpad max min min_by mod nullif "
    "parse_json percentile_cont position rank regexp_instr regexp_like regexp_replace regexp_substr regexp_substr_all "
    "repeat replace right round row_number rtrim sha2 split split_part sqrt substr sum sysdate to_json to_variant "
    "translate trim try_cast try_to_date typeof upper"
)
FUNCTIONS = {f"{REFERENCE}functions/{name}": name for name in NAMES.split()}
"""Each has a page of its own, named like it."""
FUNCTIONS |= {f"{REFERENCE}functions/try_to_timestamp": "try_to_timestamp_ntz try_to_timestamp_tz"}
FUNCTIONS |= {f"{REFERENCE}functions-table": "table"}
PROJECT_FUNCTIONS = frozenset({"unicode_nfc", "decoded_entities"})
"""Made by the project itself, in JavaScript."""
NO_FUNCTIONS = frozenset(
    "all and as between by case decimal distinct else exists from group having in join like not number on or order "  # noqa: SIM905 - words read best as words
    "over partition select then timestamp_ntz union using values varchar when where with".split()
)
"""Words of the language and types that may stand before a bracket."""

NODES = {
    f"{REFERENCE}sql/select": "Select Star Alias Distinct Column Identifier Dot",
    f"{REFERENCE}constructs/from": "From Table TableAlias",
    f"{REFERENCE}constructs/with": "With CTE",
    f"{REFERENCE}constructs/join": "Join",
    f"{REFERENCE}constructs/where": "Where",
    f"{REFERENCE}constructs/group-by": "Group",
    f"{REFERENCE}constructs/having": "Having",
    f"{REFERENCE}constructs/order-by": "Order Ordered",
    f"{REFERENCE}constructs/limit": "Limit",
    f"{REFERENCE}operators-query": "Union",
    f"{REFERENCE}operators-arithmetic": "Add Sub Mul Div Mod Neg Paren",
    f"{REFERENCE}operators-comparison": "EQ NEQ GT GTE LT LTE",
    f"{REFERENCE}operators-logical": "And Or Not",
    f"{GUIDE}querying-subqueries": "Subquery Exists",
    f"{REFERENCE}operators-subquery": "All",
    f"{GUIDE}querying-semistructured": "JSONPath JSONPathKey JSONPathRoot",
    f"{REFERENCE}functions/concat": "DPipe",
    f"{REFERENCE}functions/case": "Case If",
    f"{REFERENCE}functions/cast": "Cast TryCast DataType DataTypeParam",
    f"{REFERENCE}functions/in": "In",
    f"{REFERENCE}functions/between": "Between",
    f"{REFERENCE}functions/is-null": "Is Null",
    f"{REFERENCE}functions/like": "Like Escape",
    f"{REFERENCE}functions/listagg": "WithinGroup",
    f"{REFERENCE}functions/flatten": "Kwarg TableFromRows",
    f"{REFERENCE}functions-window-syntax": "Window WindowSpec",
    f"{REFERENCE}data-types-text": "Literal",
    f"{REFERENCE}data-types-logical": "Boolean",
    f"{REFERENCE}data-types-datetime": "Interval Var",
    f"{REFERENCE}bind-variables": "Placeholder",
    f"{REFERENCE}sql/insert": "Insert Schema Values Tuple",
    f"{REFERENCE}sql/update": "Update",
    f"{REFERENCE}sql/create-table": "Create ColumnDef ColumnConstraint NotNullColumnConstraint",
    f"{REFERENCE}sql/alter-table": "Alter RenameColumn",
}
"""By page, the clauses and expressions as sqlglot calls them."""
JOINS = frozenset({"", "INNER", "CROSS", "LEFT", "FULL", "FULL OUTER"})
COMMITS = (exp.Create, exp.Alter, exp.Drop, exp.TruncateTable, exp.Comment, exp.Grant)
"""Each ends the transaction that it stands in: https://docs.snowflake.com/en/sql-reference/transactions (DDL)."""


def known_functions() -> frozenset[str]:
    return frozenset(" ".join(FUNCTIONS.values()).split()) | PROJECT_FUNCTIONS


def faults(tree: exp.Expr) -> Iterator[str]:
    """What of a statement is on no list, or stands where Snowflake does not take it."""
    known = set(" ".join(NODES.values()).split())
    for node in tree.walk():
        if not isinstance(node, exp.Func) and type(node).__name__ not in known:
            yield f"{type(node).__name__} is on no list: {node.sql('snowflake')[:80]}"
    for join in tree.find_all(exp.Join):
        if " ".join(filter(None, (join.side, join.kind))) not in JOINS:
            yield f"a join that is on no list: {join.sql('snowflake')[:80]}"
    for values in tree.find_all(exp.Values):
        if values.find(exp.Func):
            yield "VALUES takes constants: https://docs.snowflake.com/en/sql-reference/constructs/values"
    yield from _misplaced_subqueries(tree)


def _misplaced_subqueries(tree: exp.Expr) -> Iterator[str]:
    for derived in tree.find_all(exp.Subquery):
        if isinstance(derived.parent, (exp.From, exp.Join)) and _names_what_is_around(derived):
            yield "a derived table names the query around it: https://github.com/jOOQ/jOOQ/issues/18251"
    for one in tree.find_all(exp.Exists, exp.All, exp.In):  # sqlglot reads NOT IN of a query as <> ALL
        if not isinstance(one, exp.In) or one.args.get("query"):
            place = one.find_ancestor(exp.Where, exp.Having, exp.Join, exp.Select)
            if not isinstance(place, (exp.Where, exp.Having)):
                yield f"EXISTS and IN with a query stand in a WHERE only: {GUIDE}querying-subqueries"
    for scope in traverse_scope(tree):
        if not scope.is_correlated_subquery:
            continue
        outer = [column for column in scope.external_columns if column.table]
        if outer and not isinstance(scope.expression.parent, (exp.Exists, exp.All, exp.In)):
            yield f"a value hangs on a correlated subquery: {scope.expression.sql('snowflake')[:80]}"


def _names_what_is_around(derived: exp.Subquery) -> bool:
    """It has columns and nothing that they could be of."""
    return any(query.find(exp.Column) and not query.args.get("from_") for query in derived.find_all(exp.Select))
