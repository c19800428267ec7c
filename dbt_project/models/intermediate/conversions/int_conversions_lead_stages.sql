with stages as (

    select * from {{ ref('stg_crm__lead_stages') }}

),

leads as (

    select
        crm_lead_id,
        created_at,
        {{ normalize_lead_id('meta_lead_id') }} as lead_id,
        {{ dropped_code('lead_id', 'meta_lead_id', normalize_lead_id('meta_lead_id')) }} as dropped
    from {{ ref('stg_crm__leads') }}

),

-- A lead that enters a stage again has not converted again.
first_entries as (

    select
        crm_lead_id,
        stage,
        min(entered_at) as entered_at,
        {{ first_present('expected_value', 'entered_at') }} as expected_value,
        {{ first_present('currency', 'entered_at') }} as currency
    from stages
    group by crm_lead_id, stage

),

conversions as (

    select
        'crm' as source_system,
        cast(null as varchar) as dataset_id,
        first_entries.stage as event_name,
        first_entries.crm_lead_id || ':' || first_entries.stage as event_id,
        first_entries.entered_at as event_time,
        leads.created_at as earliest_event_time,
        'system_generated' as action_source,
        cast(null as varchar) as page_url,
        cast(null as varchar) as referrer_url,
        cast(null as varchar) as order_id,
        cast(null as varchar) as item_number,
        first_entries.expected_value as value,
        first_entries.currency,
        cast(null as decimal(18, 4)) as net_revenue,
        cast(null as decimal(18, 4)) as predicted_ltv,
        cast(null as integer) as num_items,
        cast(null as varchar) as content_type,
        cast(null as varchar) as contents,
        '{{ var("crm_name") }}' as lead_event_source,
        leads.lead_id,
        leads.dropped,
        'lead:' || first_entries.crm_lead_id as identity_id,
        cast(null as varchar) as customer_identity_id,
        cast(null as varchar) as session_id,
        false as is_test,
        true as is_paid,
        cast(null as boolean) as opt_out,
        first_entries.entered_at as updated_at
    from first_entries
    left join leads on first_entries.crm_lead_id = leads.crm_lead_id

)

select * from conversions
