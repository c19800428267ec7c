{{ config(tags=['meta_conversions_reconciliation']) }}

with logged as (

    select
        occurred_at,
        event_name,
        currency,
        value as amount,
        coalesce(event_id, web_event_id) as logged_id,
        row_number() over (
            partition by event_name, coalesce(event_id, web_event_id) order by occurred_at, web_event_id
        ) as repetition
    from {{ ref('meta_conversions', 'stg_web__events') }}
    where event_name in ({{ meta_conversions.quoted(var('meta_conversions_web_event_names')) }})

),

revenue as (

    -- one event_id is one event, however often the site has logged it
    select
        {{ meta_conversions.revenue_columns(
            source_id="event_name || ':' || logged_id",
            event_time='occurred_at',
            event_name='event_name',
            currency='currency',
            amount='amount',
        ) }}
    from logged
    where repetition = 1

)

select * from revenue
