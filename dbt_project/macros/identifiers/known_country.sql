{#
    The country that a phone, a state and a postal code are read by: the row's own, alpha-2, else var meta_conversions_default_country (none by
    default). Blank where there is none, so that it can be joined on.
#}
{% macro known_country(country) -%}
    {%- set default = (var('meta_conversions_default_country', none) or '') | lower -%}
    {%- if default | length not in (0, 2) -%}
        {%- do exceptions.raise_compiler_error("The var meta_conversions_default_country has two letters, like us, not '" ~ default ~ "'") -%}
    {%- endif -%}
    coalesce({{ country }}, '{{ default }}')
{%- endmacro %}
