{# The names of the columns of an order that make its value. #}
{% macro purchase_value_columns() -%}
    {%- set rule = var('meta_conversions_purchase_value') -%}
    {{ 'subtotal discount' if rule == 'net' else rule }}
{%- endmacro %}


{# The value of a purchase by the var meta_conversions_purchase_value. #}
{% macro purchase_value() -%}
    {%- set rule = var('meta_conversions_purchase_value') -%}
    {%- if rule == 'subtotal' -%} subtotal
    {%- elif rule == 'net' -%} subtotal - coalesce(discount, 0)
    {%- elif rule == 'total' -%} total
    {%- else -%} {{ exceptions.raise_compiler_error("var meta_conversions_purchase_value is total, subtotal or net, not " ~ rule) }}
    {%- endif -%}
{%- endmacro %}
