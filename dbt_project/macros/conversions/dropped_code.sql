{# `<name>_invalid` where something was given and nothing good came of it, else null. A code, never the value. #}
{% macro dropped_code(name, given, kept) -%}
    case when nullif({{ meta_conversions.bare(given) }}, '') is not null and {{ kept }} is null then '{{ name }}_invalid' end
{%- endmacro %}
