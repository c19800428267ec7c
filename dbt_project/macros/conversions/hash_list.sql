{# Several hashes of one key as Meta takes them: one alone as it is, more as a JSON array without repeats, sorted. #}
{% macro hash_list(hashes) -%}
    {%- set joined = join_distinct(hashes, '","') -%}
    case
        when {{ joined }} like '%,%' then '["' || {{ joined }} || '"]'
        else {{ joined }}
    end
{%- endmacro %}
