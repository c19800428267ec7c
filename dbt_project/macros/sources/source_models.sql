{#
    The model of a source: int_conversions_<source>, int_people_<source>, int_revenue_<source> or int_refunds_<source>. Those
    that are not among ours stand in the project that installs this one.
#}
{% macro source_model(prefix, source) -%}
    {%- set ours = {
        'int_conversions': ['web_orders', 'web_events', 'lead_stages', 'store_sales'],
        'int_revenue': ['web_orders', 'web_events', 'lead_stages', 'store_sales'],
        'int_people': ['customers', 'web_orders', 'leads', 'store_sales', 'suppressions', 'messaging_events'],
        'int_refunds': ['shop'],
    } -%}
    {%- set is_added = prefix in ('int_conversions', 'int_revenue') and source in meta_conversions.added_kinds() -%}
    {%- set package = 'meta_conversions' if is_added or source in ours[prefix] else project_name -%}
    {{ return(meta_conversions.ref_of(package, prefix ~ '_' ~ source)) }}
{%- endmacro %}
