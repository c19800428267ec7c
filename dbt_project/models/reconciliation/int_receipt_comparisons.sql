{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

{% set tolerance = "cast(" ~ var('meta_conversions_tolerance_received') ~ " as decimal(18, 4))" -%}
with received as (
    select
        dataset_key,
        event_name,
        cast(hour_start as date) as acceptance_day,
        sum(accepted) as accepted,
        sum(uncertain) as uncertain,
        sum(received) as received,
        max(case when is_arriving then 1 else 0 end) as is_arriving
    from {{ ref('meta_conversions', 'int_meta_receipts') }}
    group by 1, 2, 3
),

judged as (
    select
        *,
        {{ tolerance }} as tolerance,
        case
            when received = accepted then 'tied'
            when received > accepted then 'explained'
            when accepted - received <= {{ tolerance }} * accepted then 'within_tolerance'
            when is_arriving = 1 then 'explained'
            else 'unexplained'
        end as verdict,
        case
            when received = accepted then null
            when received > accepted + uncertain then 'sent_by_others'
            when received > accepted then 'unconfirmed_arrived'
            when is_arriving = 1 then 'still_arriving'
            else 'not_counted_by_meta'
        end as reason
    from received
)

select * from judged
