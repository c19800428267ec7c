{#
    Several hashes of one key as Meta takes them: one alone as it is, more as a JSON array without repeats, sorted.
    The first branch is the common case, and saves the lists: they cost ten times as much.
#}
{% macro hash_list(hashes) -%}
    case
        when least({{ hashes | join(', ') }}) = greatest({{ hashes | join(', ') }}) then least({{ hashes | join(', ') }})
        when coalesce({{ hashes | join(', ') }}) is not null
            then {{ meta_conversions.one_or_array(meta_conversions.join_distinct(hashes, '","')) }}
    end
{%- endmacro %}


{# A text of one hash, or of more with `","` between them, which then lacks only the ends of an array. #}
{% macro one_or_array(joined) -%}
    case when length({{ joined }}) > 64 then '["' || {{ joined }} || '"]' else {{ joined }} end
{%- endmacro %}
