{# A span of time that rules are made of, in whole hours or days, by its name. Made by `make generated` of connector/model/windows.py. #}
{% macro span(name) -%}
    {%- set spans = {
        'window_days': 7,
        'store_window_days': 62,
        'deadline_hours': 167,
        'store_deadline_hours': 1487,
        'pixel_window_hours': 48,
        'resend_hours': 47,
        'order_resend_hours': 167,
        'web_max_age_hours': 47,
        'kept_days': 7,
        'ledger_days': 90,
        'reconciled_days': 89,
    } -%}
    {{ return(spans[name]) }}
{%- endmacro %}
