{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

{% set tolerance = "cast(" ~ var('meta_conversions_tolerance_lost') ~ " as decimal(18, 4))" -%}
with waterfall as (
    select * from {{ ref('meta_conversions', 'revenue_waterfall') }}
    where day_basis = 'event'
),

{% set sums = {
    'warehouse': "stage = 'warehouse_revenue'",
    'placed': "not is_beside and stage not in ('warehouse_revenue', 'unexplained')",
    'eligible': "not is_beside and stage not in ('warehouse_revenue', 'unexplained', 'not_eligible', 'before_start', 'before_first_sync')",
    'accepted': "stage = 'accepted'",
    'lost': meta_conversions.is_lost('stage'),
    'refunded': "stage = 'refunded'",
} -%}
cells as (
    select
        day,
        dataset_id,
        event_name,
        currency,
    {%- for name, condition in sums.items() %}
        sum(case when {{ condition }} then events else 0 end) as {{ name }}_events,
        sum(case when {{ condition }} then value else 0 end) as {{ name }}_value{{ "," if not loop.last }}
    {%- endfor %}
    from waterfall
    group by day, dataset_id, event_name, currency
),

compared as (
    {%- for comparison, before, after, short_events, short_value in [
        ('warehouse_to_stages', 'warehouse', 'placed',
            'abs(warehouse_events - placed_events)', 'abs(warehouse_value - placed_value)'),
        ('warehouse_to_eligible', 'warehouse', 'eligible', '0', '0'),
        ('eligible_to_accepted', 'eligible', 'accepted', 'lost_events', 'lost_value'),
    ] %}
        select
            '{{ comparison }}' as comparison,
            day,
            dataset_id,
            event_name,
            currency,
            {{ before }}_events as from_events,
            {{ after }}_events as to_events,
            {{ before }}_value as from_value,
            {{ after }}_value as to_value,
            {{ short_events }} as short_events,
            {{ short_value }} as short_value
        from cells
        where {{ before }}_events <> 0 or {{ after }}_events <> 0
        union all
    {%- endfor %}
    -- a refund takes money back, never an order
    select
        'warehouse_to_net' as comparison,
        day,
        dataset_id,
        event_name,
        currency,
        warehouse_events as from_events,
        warehouse_events as to_events,
        warehouse_value as from_value,
        warehouse_value - refunded_value as to_value,
        0 as short_events,
        0 as short_value
    from cells
    where warehouse_events <> 0 or refunded_events <> 0
),

judged as (
    select
        comparison,
        day,  -- noqa: RF04
        dataset_id,
        event_name,
        currency,
        from_events,
        to_events,
        cast(from_value as decimal(18, 4)) as from_value,
        cast(to_value as decimal(18, 4)) as to_value,
        short_events,
        cast(short_value as decimal(18, 4)) as short_value,
        case when comparison = 'eligible_to_accepted' then {{ tolerance }} else 0 end as tolerance,
        case
            when from_events = to_events and from_value = to_value then 'tied'
            when comparison = 'warehouse_to_stages' then 'unexplained'
            when
                comparison = 'eligible_to_accepted'
                and abs(from_value - to_value) <= {{ tolerance }} * from_value
                and abs(from_events - to_events) <= {{ tolerance }} * from_events then 'within_tolerance'
            else 'explained'
        end as verdict,
        case
            when from_events = to_events and from_value = to_value then null
            when comparison = 'warehouse_to_stages' then 'unexplained'
            when comparison = 'warehouse_to_net' then 'refunded'
            else 'stages_of_the_waterfall'
        end as reason
    from compared
)

select * from judged
