{{ config(tags=['reconciliation'], group='modelling', access='protected') }}

with everything as (
    {% for source in var('conversion_sources') -%}
        select * from {{ ref('int_revenue_' ~ source) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

revenue as (
    select
        cast(event_time as date) as event_day,
        {{ dataset_key('dataset_id') }} as dataset_key,
        event_name,
        currency,
        count(*) as events,
        sum(coalesce(amount, 0)) as amount
    from everything
    where {{ is_reconciled('event_time') }}
    group by cast(event_time as date), {{ dataset_key('dataset_id') }}, event_name, currency
)

select * from revenue
