{{ config(tags=['meta_conversions_reconciliation']) }}

with stages as (

    select
        *,
        row_number() over (
            partition by crm_lead_id, stage order by entered_at, expected_value, currency
        ) as place
    from {{ ref('meta_conversions', 'stg_crm__lead_stages') }}

),

entries as (

    -- a lead that enters a stage again has not converted again
    select
        crm_lead_id,
        stage,
        min(entered_at) as entered_at,
        {{ meta_conversions.first_present('currency', 'place') }} as currency,
        {{ meta_conversions.first_present('expected_value', 'place') }} as amount
    from stages
    group by crm_lead_id, stage

),

revenue as (

    select
        {{ meta_conversions.revenue_columns(
            source_id="crm_lead_id || ':' || coalesce(stage, '')",
            event_time='entered_at',
            event_name='stage',
            currency='currency',
            amount='amount',
        ) }}
    from entries

)

select * from revenue
