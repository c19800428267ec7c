{# Meta's words for where a conversion happened. Made by `make generated` of connector/destinations/meta/gate.py. #}
{% macro action_sources() -%}
    {{ return(['app', 'business_messaging', 'chat', 'email', 'other', 'phone_call', 'physical_store', 'system_generated', 'website']) }}
{%- endmacro %}
