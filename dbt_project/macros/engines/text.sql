{# The SHA-256 of a text's UTF-8 bytes, 64 lower-case hex digits. #}
{% macro sha256_hex(text) %}{{ adapter.dispatch('sha256_hex', 'meta_conversions')(text) }}{% endmacro %}

{% macro default__sha256_hex(text) %}sha256({{ text }}){% endmacro %}

{% macro postgres__sha256_hex(text) %}encode(sha256(convert_to({{ text }}, 'UTF8')), 'hex'){% endmacro %}

{% macro snowflake__sha256_hex(text) %}sha2({{ text }}, 256){% endmacro %}


{#
    Null for an empty text. A nullif stands for a case that names its text twice, and within another case DuckDB works
    both of them out; nested, that doubles each time. The list names it once.
#}
{% macro blank_as_null(text) %}{{ adapter.dispatch('blank_as_null', 'meta_conversions')(text) }}{% endmacro %}

{% macro default__blank_as_null(text) %}nullif({{ text }}, ''){% endmacro %}

{% macro duckdb__blank_as_null(text) %}list_transform([{{ text }}], lambda filled: nullif(filled, ''))[1]{% endmacro %}


{# A text without what exports leave at its ends: blanks, tabs, ends of lines, no-break and invisible blanks. #}
{% macro bare(text) %}{{ adapter.dispatch('bare', 'meta_conversions')(text) }}{% endmacro %}

{% macro default__bare(text) %}trim({{ text }}, '{{ ' \t\n\u000b\u000c\r\u00a0\u200b\ufeff' }}'){% endmacro %}

{#- Most texts begin and end with a sign that stays, which is seen faster than taken off. -#}
{% macro duckdb__bare(text) -%}
    case
        when unicode({{ text }}) between 33 and 126 and unicode(right({{ text }}, 1)) between 33 and 126 then {{ text }}
        else {{ meta_conversions.default__bare(text) }}
    end
{%- endmacro %}


{# Texts joined, those that are null left out; all of them null gives an empty text. #}
{% macro join_texts(texts, separator) %}{{ adapter.dispatch('join_texts', 'meta_conversions')(texts, separator) }}{% endmacro %}

{% macro default__join_texts(texts, separator) %}concat_ws('{{ separator }}', {{ texts | join(', ') }}){% endmacro %}

{% macro snowflake__join_texts(texts, separator) -%}
    {%- set told = [] -%}
    {%- for text in texts -%} {%- do told.append("coalesce('" ~ separator ~ "' || " ~ text ~ ", '')") -%} {%- endfor -%}
    substr({{ told | join(' || ') }}, {{ separator | length + 1 }})
{%- endmacro %}


{# Texts joined, those that are null left out; all of them null gives null. #}
{% macro join_present(texts, separator) %}{{ meta_conversions.blank_as_null(meta_conversions.join_texts(texts, separator)) }}{% endmacro %}


{# The distinct texts that are not null, in order of their code points, joined; none gives null. #}
{% macro join_distinct(texts, separator) %}{{ adapter.dispatch('join_distinct', 'meta_conversions')(texts, separator) }}{% endmacro %}

{% macro default__join_distinct(texts, separator) -%}
    list_aggregate(list_sort(list_distinct([{{ texts | join(', ') }}])), 'string_agg', '{{ separator }}')
{%- endmacro %}

{% macro postgres__join_distinct(texts, separator) -%}
    (
        select string_agg(distinct member collate "C", '{{ separator }}' order by member collate "C")
        from unnest(array[{{ texts | join(', ') }}]) as members (member)
    )
{%- endmacro %}

{% macro snowflake__join_distinct(texts, separator) -%}
    {%- set present = "array_distinct(array_construct_compact(" ~ texts | join(', ') ~ "))" -%}
    {%- if meta_conversions.is_snowflake_stand_in() -%}
        {%- set present = "list_distinct(list_filter(list_value(" ~ texts | join(', ') ~ "), given -> given is not null))" -%}
    {%- endif -%}
    nullif(array_to_string({{ meta_conversions.snowflake_sorted(present) }}, '{{ separator }}'), '')
{%- endmacro %}

{#- The stand-in's own sort and distinct do not take the arrays that it makes. -#}
{% macro snowflake_sorted(texts) %}{{ 'list_sort' if meta_conversions.is_snowflake_stand_in() else 'array_sort' }}({{ texts }}){% endmacro %}


{# Of a comma separated text of codes: each code once, sorted. Null stays null. #}
{% macro distinct_codes(codes) %}{{ adapter.dispatch('distinct_codes', 'meta_conversions')(codes) }}{% endmacro %}

{% macro default__distinct_codes(codes) -%}
    array_to_string(list_sort(list_distinct(string_split({{ codes }}, ','))), ',')
{%- endmacro %}

{% macro postgres__distinct_codes(codes) -%}
    (
        select string_agg(distinct member collate "C", ',' order by member collate "C")
        from unnest(string_to_array({{ codes }}, ',')) as members (member)
    )
{%- endmacro %}

{% macro snowflake__distinct_codes(codes) -%}
    {%- set present = "array_distinct(split(" ~ codes ~ ", ','))" -%}
    {%- if meta_conversions.is_snowflake_stand_in() -%} {%- set present = "list_distinct(string_split(" ~ codes ~ ", ','))" -%} {%- endif -%}
    array_to_string({{ meta_conversions.snowflake_sorted(present) }}, ',')
{%- endmacro %}


{# Every match of a pattern's first group in a text, joined in order; no match gives null. #}
{% macro join_matches(text, pattern, separator) -%}
    {{ adapter.dispatch('join_matches', 'meta_conversions')(text, pattern, separator) }}
{%- endmacro %}

{% macro default__join_matches(text, pattern, separator) -%}
    list_aggregate(regexp_extract_all({{ text }}, '{{ pattern }}', 1), 'string_agg', '{{ separator }}')
{%- endmacro %}

{% macro postgres__join_matches(text, pattern, separator) -%}
    (
        select string_agg(found.match[1], '{{ separator }}' order by found.place)
        from regexp_matches({{ text }}, '{{ meta_conversions.postgres_pattern(pattern) }}', 'g') with ordinality as found (match, place)
    )
{%- endmacro %}



{# The first group of a pattern's first match; no match gives null. #}
{% macro first_match(text, pattern) %}{{ adapter.dispatch('first_match', 'meta_conversions')(text, pattern) }}{% endmacro %}

{% macro default__first_match(text, pattern) -%}
    {{ meta_conversions.blank_as_null("regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', 1)") }}
{%- endmacro %}

{% macro postgres__first_match(text, pattern) %}nullif(substring({{ text }} from '{{ meta_conversions.postgres_pattern(pattern) }}'), ''){% endmacro %}



{# A text with every match of a pattern cut out. #}
{% macro without_matches(text, pattern) %}{{ adapter.dispatch('without_matches', 'meta_conversions')(text, pattern) }}{% endmacro %}

{% macro default__without_matches(text, pattern) %}regexp_replace({{ text }}, '{{ pattern }}', '', 'g'){% endmacro %}

{% macro postgres__without_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ meta_conversions.postgres_pattern(pattern) }}', '', 'g')
{%- endmacro %}


{# Signs as they stand between the quotes of a text in SQL. #}
{% macro written(signs) %}{{ return(adapter.dispatch('written', 'meta_conversions')(signs)) }}{% endmacro %}

{% macro default__written(signs) %}{{ return(signs) }}{% endmacro %}

{% macro snowflake__written(signs) %}{{ return(signs.replace('\\', '\\\\')) }}{% endmacro %}
