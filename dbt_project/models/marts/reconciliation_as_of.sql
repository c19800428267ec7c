{{ config(
    tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation', access='public'
) }}

-- after what it dates, so that a build that failed on the way does not renew the date
-- depends_on: {{ ref('meta_conversions', 'revenue_waterfall') }}
-- depends_on: {{ ref('meta_conversions', 'alarms') }}
select
    cast({{ meta_conversions.reconciled_at() }} as timestamp) as as_of,
    cast({{ meta_conversions.swept_at() }} as timestamp) as swept_at,
    cast({{ 'pixel_events' in var('meta_conversions_absent_kinds') }} as boolean) as is_pixel_log_absent
