{#
    A first or last name (Meta: lower case, no punctuation). `text` is the outcome of clean_identifier.
    Var name_inner_space: remove (default, as Meta's pixel does) or keep (as Meta's SDK does) the white space inside.
#}
{% macro normalize_name(text) -%}
    {%- set inner_space = var('name_inner_space', 'remove') -%}
    {%- if inner_space not in ('remove', 'keep') -%}
        {%- do exceptions.raise_compiler_error("The var name_inner_space is remove or keep, not '" ~ inner_space ~ "'") -%}
    {%- endif -%}
    {%- if inner_space == 'keep' -%}
        {%- set words = replace_matches('lower(' ~ text ~ ')', '[' ~ white_space() ~ ']+', ' ') -%}
        {%- set name = replace_matches(
            'trim(' ~ composed(without_matches(words, not_letters_or_digits().replace('[^', '[^ '))) ~ ')', ' +', ' '
        ) -%}
    {%- else -%}
        {%- set name = letters_and_digits('lower(' ~ text ~ ')') -%}
    {%- endif -%}
    {{ unless_hashed(text, name_with_letters(name)) }}
{%- endmacro %}


{# A mark alone is no name. #}
{% macro name_with_letters(name) -%}
    {{ bind(name, 'name', 'case when ' ~ fits_partly('name', '[\\p{L}\\p{N}]') ~ ' then name end') }}
{%- endmacro %}


{# A city (Meta: lower case, no punctuation, special characters or spaces). `text` is the outcome of clean_identifier. #}
{% macro normalize_ct(text) -%}
    {{ unless_hashed(text, name_with_letters(letters_and_digits('lower(' ~ text ~ ')'))) }}
{%- endmacro %}
