{# Whether amounts of a currency mean money: XXX and XTS are ISO 4217's names for none and for a test. #}
{% macro is_money(currency) -%}
    ({{ meta_conversions.is_currency(currency) }} and {{ currency }} not in ('XXX', 'XTS'))
{%- endmacro %}
