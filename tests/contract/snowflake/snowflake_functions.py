"""The functions of Snowflake that the project calls. Each stands in Snowflake's SQL function reference."""

FUNCTIONS = frozenset(
    "abs any_value array_agg array_construct_compact array_distinct array_sort array_to_string cast ceil chr "  # noqa: SIM905 - words read best as words
    "coalesce concat convert_timezone count date_part date_trunc dateadd dense_rank first_value floor greatest iff lag "
    "lead least left length listagg lower lpad max min min_by mod nullif position rank regexp_instr regexp_like "
    "regexp_replace regexp_substr regexp_substr_all repeat replace right round row_number rtrim sha2 split split_part "
    "sqrt substr sum sysdate to_json "
    "to_variant translate trim try_cast try_to_date try_to_timestamp_ntz try_to_timestamp_tz typeof upper".split()
)

NO_FUNCTIONS = frozenset(
    "all and as between by case decimal distinct else exists from group having in join like not number on or order "  # noqa: SIM905 - the same
    "over partition select then timestamp_ntz union using values varchar when where with".split()
)
"""Words of the language and types."""
PROJECT_FUNCTIONS = frozenset({"unicode_nfc", "decoded_entities"})
SENDER_FUNCTIONS = frozenset({"current_database", "flatten", "parse_json", "table"})
