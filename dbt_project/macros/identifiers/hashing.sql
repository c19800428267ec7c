{#
    Whether a value came hashed: 64 hex digits and nothing else, but for what Meta's Parameter Builder puts behind a hash
    that it made (a dot and eight characters, or one of its old signs of two).
#}
{% macro is_hashed(text) -%}
    (length({{ text }}) in (64, 67, 73) and {{ meta_conversions.fits_wholly(text, '[0-9A-Fa-f]{64}' ~ meta_conversions.builder_appendix()) }})
{%- endmacro %}


{# A value that came hashed, in lower case; what the Builder put behind it as it is. #}
{% macro passed_hash(text) %}lower(left({{ text }}, 64)) || substr({{ text }}, 65){% endmacro %}


{# Whether a value came as MD5, which Meta cannot match. #}
{% macro is_md5(text) -%}
    (length({{ text }}) = 32 and {{ meta_conversions.fits_wholly(text, "[0-9A-Fa-f]{32}") }})
{%- endmacro %}


{# A value that came hashed passes in lower case, an MD5 is dropped, and all others follow their key's rule. #}
{% macro unless_hashed(text, rule) -%}
    {{ meta_conversions.settled("case when " ~ meta_conversions.is_hashed(text) ~ " then " ~ meta_conversions.passed_hash(text) ~ " when " ~ meta_conversions.is_md5(text) ~ " then null else " ~ rule ~ " end") }}
{%- endmacro %}


{# What Meta is given: the SHA-256 of a normalized value, or the hash it came as. Null is never hashed. #}
{% macro hash_identifier(normalized) -%}
    case when {{ meta_conversions.is_hashed(normalized) }} then {{ meta_conversions.passed_hash(normalized) }} else {{ meta_conversions.sha256_hex(normalized) }} end
{%- endmacro %}


{# Whether a text stands for nothing, by the seed identifier_placeholders. A kind is one of the seed's. #}
{% macro is_placeholder(text, kind='text') %}{{ adapter.dispatch('is_placeholder', 'meta_conversions')(text, kind) }}{% endmacro %}

{% macro default__is_placeholder(text, kind) -%}
    {#- dbt reads the word null in a seed as no value -#}
    (lower({{ text }}) in (
        select coalesce(identifier_placeholders.value, 'null')
        from {{ meta_conversions.ref_of('meta_conversions', 'identifier_placeholders') }} as identifier_placeholders
        where identifier_placeholders.kind = '{{ kind }}'
    ))
{%- endmacro %}


{#
    Why a value that was there gave nothing: `<name>_md5`, `<name>_placeholder` or `<name>_invalid`; null where it gave
    something or nothing was there. A code, never the value. `name` is SQL too: a quoted text or a column.
    `stands_for_nothing` is the condition that makes the value a placeholder.
#}
{% macro drop_reason(name, text, normalized, stands_for_nothing) -%}
    case
        when {{ text }} is null or {{ normalized }} is not null then null
        when {{ meta_conversions.is_md5(text) }} then {{ name }} || '_md5'
        when {{ stands_for_nothing }} then {{ name }} || '_placeholder'
        else {{ name }} || '_invalid'
    end
{%- endmacro %}
