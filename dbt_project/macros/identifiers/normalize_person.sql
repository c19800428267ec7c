{# Gender as f or m. `text` is the outcome of clean_compatible_identifier. #}
{% macro normalize_ge(text) -%}
    {{ meta_conversions.unless_hashed(text, "case when lower(" ~ text ~ ") in ('f', 'female', 'woman') then 'f' when lower(" ~ text
        ~ ") in ('m', 'male', 'man') then 'm' end") }}
{%- endmacro %}


{#
    A date of birth as YYYYMMDD (Meta: year 1900 to now). `text` is the outcome of clean_identifier. That the day is not in the
    future is for whoever knows the row's own time to say (day_of_birth): a clock would give another table at another time.
    Year first is understood by itself. Var meta_conversions_date_order says how other dates are written: mdy or dmy; null drops them.
#}
{% macro normalize_db(text) -%}
    {%- set order = var('meta_conversions_date_order', none) -%}
    {%- if order not in (none, 'mdy', 'dmy') -%}
        {%- do exceptions.raise_compiler_error("The var meta_conversions_date_order is mdy, dmy or null, not '" ~ order ~ "'") -%}
    {%- endif -%}
    {%- set day = meta_conversions.without_matches(meta_conversions.ascii_digits(text), '([ T]+[0-9]{1,2}:[0-9:.]*.*)$') -%}
    {%- set sign = '[-/. ]' -%}
    {%- set year_first = '^([0-9]{4})' ~ sign ~ '?([0-9]{2})' ~ sign ~ '?([0-9]{2})$|^([0-9]{4})' ~ sign ~ '([0-9]{1,2})' ~ sign ~ '([0-9]{1,2})$' -%}
    {%- set year_last = '^([0-9]{1,2})' ~ sign ~ '([0-9]{1,2})' ~ sign ~ '([0-9]{4})$' -%}
    {%- set month_first = '\\3-\\1-\\2' if order == 'mdy' else '\\3-\\2-\\1' -%}
    {{ meta_conversions.unless_hashed(text, meta_conversions.birthday(
        'case when ' ~ meta_conversions.fits_wholly(day, year_first) ~ ' then ' ~ meta_conversions.replace_matches(day, year_first, '\\1\\4-\\2\\5-\\3\\6')
        ~ (' when ' ~ meta_conversions.fits_wholly(day, year_last) ~ ' then ' ~ meta_conversions.replace_matches(day, year_last, month_first) if order else '')
        ~ ' end'
    )) }}
{%- endmacro %}


{# YYYYMMDD of a text year-month-day, if there is such a day and its year is not of another age. #}
{% macro birthday(year_month_day) -%}
    {{ meta_conversions.bind(meta_conversions.day_or_null(year_month_day), 'day', "case when day between cast('1900-01-01' as date) and cast('2099-12-31' as date)"
        ~ " then replace(cast(day as varchar), '-', '') end") }}
{%- endmacro %}


{# The day that normalize_db wrote, as a date; null of anything else. #}
{% macro day_of_birth(normalized) -%}
    case
        when length({{ normalized }}) = 8
            then cast(left({{ normalized }}, 4) || '-' || substr({{ normalized }}, 5, 2) || '-' || right({{ normalized }}, 2) as date)
    end
{%- endmacro %}


{# A text year-month-day as a date; null where there is no such day. #}
{% macro day_or_null(text) %}{{ adapter.dispatch('day_or_null', 'meta_conversions')(text) }}{% endmacro %}

{% macro default__day_or_null(text) %}try_cast({{ text }} as date){% endmacro %}

{#- The month's first day, as many days on as the text says, is in that month; each cast has its digits. -#}
{% macro postgres__day_or_null(text) -%}
    {%- set part = "cast(split_part(written, '-', %s) as integer)" -%}
    {%- set first = "make_date(" ~ part % 1 ~ ", " ~ part % 2 ~ ", 1)" -%}
    {{ meta_conversions.bind(text, 'written', "case when " ~ meta_conversions.fits_wholly('written', '[0-9]{4}-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12][0-9]|3[01])')
        ~ " and written not like '0000%' then case when date_trunc('month', " ~ first ~ " + " ~ part % 3 ~ " - 1) = " ~ first
        ~ " then " ~ first ~ " + " ~ part % 3 ~ " - 1 end end") }}
{%- endmacro %}


{# The shop's own id of a person: trimmed, case kept. `text` is the outcome of clean_identifier. 32 hex digits are an id too. #}
{% macro normalize_external_id(text) %}case when {{ meta_conversions.is_hashed(text) }} then {{ meta_conversions.passed_hash(text) }} else {{ text }} end{% endmacro %}
