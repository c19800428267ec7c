{# Whether the status of an order is one that counts as paid, by the var meta_conversions_paid_statuses, in whatever case. #}
{% macro is_paid(order_status) -%}
    coalesce(lower({{ meta_conversions.bare(order_status) }}) in ({{ meta_conversions.quoted(var('meta_conversions_paid_statuses')) | lower }}), false)
{%- endmacro %}
