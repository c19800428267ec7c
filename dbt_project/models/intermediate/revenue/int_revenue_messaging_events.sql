{{ config(
    enabled='messaging_events' in var('meta_conversions_conversion_sources'),
    tags=['meta_conversions_reconciliation'],
) }}

with events as (

    select * from {{ ref('meta_conversions', 'stg_messaging__events') }}

),

revenue as (

    select
        {{ meta_conversions.revenue_columns(
            source_id='messaging_event_id',
            event_time='occurred_at',
            event_name='event_name',
            currency='currency',
            amount='value',
        ) }}
    from events

)

select * from revenue
