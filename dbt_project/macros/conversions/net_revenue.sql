{# What Meta is told as net_revenue of an order, by the var meta_conversions_net_revenue: its margin, or nothing. Null while the cost is not known. #}
{% macro net_revenue() -%}
    {%- set rule = var('meta_conversions_net_revenue') -%}
    {%- if rule == 'margin' -%} orders.subtotal - coalesce(orders.discount, 0) - orders.cost_of_goods
    {%- elif rule == 'none' -%} null
    {%- else -%} {{ exceptions.raise_compiler_error("var meta_conversions_net_revenue is margin or none, not " ~ rule) }}
    {%- endif -%}
{%- endmacro %}
