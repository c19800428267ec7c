{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_modelling', access='protected') }}

with everything as (
    {% for source in var('meta_conversions_conversion_sources') -%}
        select * from {{ meta_conversions.source_model('int_revenue', source) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

revenue as (
    select
        cast(event_time as date) as event_day,
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        event_name,
        currency,
        count(*) as events,
        sum(coalesce(amount, 0)) as amount
    from everything
    where {{ meta_conversions.is_reconciled('event_time') }}
    group by cast(event_time as date), {{ meta_conversions.dataset_key('dataset_id') }}, event_name, currency
)

select * from revenue
