{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_modelling', access='protected') }}

with pixel_events as (
    select * from {{ ref('meta_conversions', 'stg_web__pixel_events') }}
    where {{ meta_conversions.is_reconciled('occurred_at') }}
),

-- the browser fires again when a page is loaded again: one id is one event; one without an id nobody can join
copies as (
    select
        event_name,
        event_id,
        min(occurred_at) as first_at,
        count(*) as copies,
        {{ meta_conversions.first_present('value', 'occurred_at') }} as amount,
        {{ meta_conversions.first_present('currency', 'occurred_at') }} as currency
    from pixel_events
    where event_id is not null
    group by event_name, event_id
    union all
    select
        event_name,
        event_id,
        occurred_at as first_at,
        1 as copies,
        value as amount,
        currency
    from pixel_events
    where event_id is null
)

select * from copies
