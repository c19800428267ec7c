{{ config(tags=['meta_conversions_reconciliation']) }}

with entries as (

    -- a lead that enters a stage again has not converted again
    select
        crm_lead_id,
        stage,
        min(entered_at) as entered_at,
        {{ meta_conversions.first_present('currency', 'entered_at') }} as currency,
        {{ meta_conversions.first_present('expected_value', 'entered_at') }} as amount
    from {{ ref('meta_conversions', 'stg_crm__lead_stages') }}
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
