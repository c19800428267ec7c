{# The moment by which a whole build judges deadlines (UTC): the start of the dbt run, or the var meta_conversions_reconciled_at. #}
{% macro reconciled_at() -%}
    cast('{{ var("meta_conversions_reconciled_at", none) or run_started_at }}' as timestamp)
{%- endmacro %}


{#
    The first of the days that are reconciled: the var meta_conversions_reconciled_days, at most 89, and none that a build no
    longer looks at: what was corrected there stands in the sources only.
#}
{% macro reconciled_from() -%}
    {%- set looked_at = var('meta_conversions_lookback_days') | int - 1 -%}
    {%- set days = [var('meta_conversions_reconciled_days') | int, meta_conversions.span('reconciled_days') | int, looked_at] | min -%}
    cast({{ meta_conversions.plus_hours(meta_conversions.reconciled_at(), -24 * days) }} as date)
{%- endmacro %}


{#
    Whether a moment lies in the days that are reconciled. The ledger forgets what was claimed more than 90 days ago, and
    nothing is claimed before it happened: what happened in the last 89 days is remembered whole.
#}
{% macro is_reconciled(moment) -%}
    ({{ moment }} is null or {{ moment }} >= {{ meta_conversions.reconciled_from() }})
{%- endmacro %}


{# A list of plain words as SQL texts; an empty list matches nothing. #}
{% macro quoted(words) %}{% for word in words %}'{{ word | replace("'", "''") }}'{{ ", " if not loop.last }}{% else %}null{% endfor %}{% endmacro %}
