{#
    A text with its HTML entities decoded once, named (`M&uuml;ller`) and numeric (`O&#39;Brien`): shops store what a browser
    sent them. An entity that HTML does not know stays as it is. `text` is a column.
#}
{% macro decoded(text) -%}
    case when {{ text }} like '%&%;%' then {{ adapter.dispatch('decoded_entities', 'meta_conversions')(text) }} else {{ text }} end
{%- endmacro %}


{# A text in parts: entities, what stands between them, and an `&` that begins none. #}
{% macro entity_parts() %}{{ return('&#[0-9]{1,9};|&#[xX][0-9A-Fa-f]{1,7};|&[A-Za-z][A-Za-z0-9]{1,30};|[^&]+|&') }}{% endmacro %}


{% macro default__decoded_entities(text) -%}
    list_aggregate(list_transform(
        regexp_extract_all({{ text }}, '{{ meta_conversions.entity_parts() }}'), lambda part: {{ meta_conversions.decoded_part('part') }}
    ), 'string_agg', '')
{%- endmacro %}

{% macro postgres__decoded_entities(text) -%}
    (
        select string_agg({{ meta_conversions.decoded_part('found.match[1]') }}, '' order by found.place)
        from regexp_matches({{ text }}, '({{ meta_conversions.entity_parts() }})', 'g') with ordinality as found (match, place)
    )
{%- endmacro %}

{#- This project's own function, made by require_unicode; the stand-in has no JavaScript. -#}
{% macro snowflake__decoded_entities(text) -%}
    {%- if meta_conversions.is_snowflake_stand_in() -%}
        list_aggregate(list_transform(
            regexp_substr_all({{ text }}, '({{ meta_conversions.entity_parts() }})', 1, 1, 'e', 1), part -> {{ meta_conversions.decoded_part('part') }}
        ), 'string_agg', '')
    {%- else -%}
        {{ meta_conversions.own_function('decoded_entities') }}({{ text }})
    {%- endif -%}
{%- endmacro %}


{# One part decoded; itself where it is no entity or one that is not known. #}
{% macro decoded_part(part) -%}
    case
        when {{ part }} not like '&%;' then {{ part }}
        when {{ part }} like '&#%' then coalesce({{ meta_conversions.numbered_character(meta_conversions.character_number(part)) }}, {{ part }})
        else coalesce({{ meta_conversions.named_character("substr(" ~ part ~ ", 2, length(" ~ part ~ ") - 2)") }}, {{ part }})
    end
{%- endmacro %}


{# The character that a name stands for; null where HTML has none of that name. #}
{% macro named_character(name) -%}
    {%- set place = "position('|' || " ~ name ~ " || '=' in '" ~ meta_conversions.named_characters() ~ "')" -%}
    case when {{ place }} > 0 then substr('{{ meta_conversions.named_characters() }}', {{ place }} + length({{ name }}) + 2, 1) end
{%- endmacro %}


{# The number of a numeric entity, decimal or after an x in hex. #}
{% macro character_number(part) -%}
    case
        when substr({{ part }}, 3, 1) in ('x', 'X') then {{ meta_conversions.number_of_hex("substr(" ~ part ~ ", 4, length(" ~ part ~ ") - 4)") }}
        else cast(substr({{ part }}, 3, length({{ part }}) - 3) as integer)
    end
{%- endmacro %}


{# The character of a number: 128 to 159 as Windows has them; of what is no character, HTML's replacement. #}
{% macro numbered_character(number) -%}
    case
        when {{ number }} between 128 and 159 then {{ meta_conversions.named_character("'#' || cast(" ~ number ~ " as varchar)") }}
        when {{ number }} between 1 and 55295 or {{ number }} between 57344 and 1114111 then {{ meta_conversions.character_of(number) }}
        else chr(65533)
    end
{%- endmacro %}


{# Up to seven hex digits as a number. #}
{% macro number_of_hex(digits) %}{{ adapter.dispatch('number_of_hex', 'meta_conversions')(digits) }}{% endmacro %}

{% macro default__number_of_hex(digits) %}try_cast('0x' || {{ digits }} as integer){% endmacro %}

{% macro postgres__number_of_hex(digits) %}cast(cast('x' || lpad({{ digits }}, 8, '0') as bit(32)) as integer){% endmacro %}


{# The character of a number. #}
{% macro character_of(number) %}{{ adapter.dispatch('character_of', 'meta_conversions')(number) }}{% endmacro %}

{% macro default__character_of(number) %}chr({{ number }}){% endmacro %}

{#- Asked on the stand-in only, whose every whole number is too wide for DuckDB's chr; a place in a list is not. -#}
{% macro snowflake__character_of(number) %}chr(list_position(range(1, {{ number }} + 1), {{ number }})){% endmacro %}
