{{ config(
    tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation', access='public'
) }}

-- after what it dates, so that a build that failed on the way does not renew the date
-- depends_on: {{ ref('meta_conversions', 'revenue_waterfall') }}
-- depends_on: {{ ref('meta_conversions', 'alarms') }}
select
    cast({{ meta_conversions.reconciled_at() }} as timestamp) as as_of,
    {% if meta_conversions.reads_by_load() -%}
        cast((select max(loads.swept_at) from {{ ref('meta_conversions', 'int_loads') }} as loads) as timestamp) as swept_at
    {%- else -%}
        cast(null as timestamp) as swept_at
    {%- endif %}
