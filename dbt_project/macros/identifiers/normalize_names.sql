{#
    A first or last name (Meta: lower case, no punctuation). `text` is the outcome of clean_identifier.
    Var meta_conversions_name_inner_space: remove (default, as Meta's pixel does) or keep (as Meta's SDK does) the white space inside.
#}
{% macro normalize_name(text) -%}
    {%- set inner_space = var('meta_conversions_name_inner_space', 'remove') -%}
    {%- if inner_space not in ('remove', 'keep') -%}
        {%- do exceptions.raise_compiler_error("The var meta_conversions_name_inner_space is remove or keep, not '" ~ inner_space ~ "'") -%}
    {%- endif -%}
    {%- if inner_space == 'keep' -%}
        {%- set words = meta_conversions.replace_matches(meta_conversions.lowered(text), '[' ~ meta_conversions.white_space() ~ ']+', ' ') -%}
        {%- set name = meta_conversions.replace_matches(
            'trim(' ~ meta_conversions.composed(meta_conversions.without_matches(words, meta_conversions.not_letters_or_digits().replace('[^', '[^ '))) ~ ')', ' +', ' '
        ) -%}
    {%- else -%}
        {%- set name = meta_conversions.letters_and_digits(meta_conversions.lowered(text)) -%}
    {%- endif -%}
    {{ meta_conversions.unless_hashed(text, meta_conversions.name_with_letters(name)) }}
{%- endmacro %}


{# A mark alone is no name. `name` is a long expression: each engine works it out once. #}
{% macro name_with_letters(name) %}{{ adapter.dispatch('name_with_letters', 'meta_conversions')(name) }}{% endmacro %}

{% macro has_letters(name) %}{{ meta_conversions.fits_partly(name, '[\\p{L}\\p{N}]') }}{% endmacro %}

{% macro default__name_with_letters(name) -%}
    list_transform([{{ name }}], lambda name: case when {{ meta_conversions.has_letters('name') }} then name end)[1]
{%- endmacro %}

{#- Without the offset PostgreSQL puts the expression itself wherever its name stands. -#}
{% macro postgres__name_with_letters(name) -%}
    (select case when {{ meta_conversions.has_letters('name') }} then name end from (select {{ name }} as name offset 0) as bound)
{%- endmacro %}

{#- No subquery there may name a column of the query around it; a name has no line's end. -#}
{% macro snowflake__name_with_letters(name) %}{{ meta_conversions.first_match(name, '(.*[\\p{L}\\p{N}].*)') }}{% endmacro %}


{# A city (Meta: lower case, no punctuation, special characters or spaces). `text` is the outcome of clean_identifier. #}
{% macro normalize_ct(text) -%}
    {{ meta_conversions.unless_hashed(text, meta_conversions.name_with_letters(meta_conversions.letters_and_digits(meta_conversions.lowered(text)))) }}
{%- endmacro %}
