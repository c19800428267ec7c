with stages as (

    select * from {{ ref('meta_conversions', 'stg_crm__lead_stages') }}

),

leads as (

    select
        crm_lead_id,
        created_at,
        {{ meta_conversions.normalize_lead_id('meta_lead_id') }} as lead_id,
        {{ meta_conversions.dropped_code(
            'lead_id', 'meta_lead_id', meta_conversions.normalize_lead_id('meta_lead_id')
        ) }} as dropped
    from {{ ref('meta_conversions', 'stg_crm__leads') }}

),

-- A lead that enters a stage again has not converted again.
first_entries as (

    select
        crm_lead_id,
        stage,
        min(entered_at) as entered_at,
        {{ meta_conversions.first_present('expected_value', 'entered_at') }} as expected_value,
        {{ meta_conversions.first_present('currency', 'entered_at') }} as currency,
        max(
            case when {{ meta_conversions.is_unreadable('expected_value') }} then 1 else 0 end
        ) = 1 as has_unreadable_value
    from stages
    group by crm_lead_id, stage

),

conversions as (

    select
        {{ meta_conversions.conversion_columns(
            source_system="'crm'",
            source_id="first_entries.crm_lead_id || ':' || coalesce(first_entries.stage, '')",
            event_name='first_entries.stage',
            event_id="first_entries.crm_lead_id || ':' || first_entries.stage",
            event_time='first_entries.entered_at',
            earliest_event_time='case when leads.lead_id is not null then leads.created_at end',
            action_source="'system_generated'",
            value='first_entries.expected_value',
            has_invalid_value='first_entries.has_unreadable_value',
            currency='first_entries.currency',
            lead_event_source="'" ~ var('meta_conversions_crm_name') ~ "'",
            lead_id='leads.lead_id',
            dropped='leads.dropped',
            identity_id="'lead:' || first_entries.crm_lead_id",
            updated_at='first_entries.entered_at',
        ) }}
    from first_entries
    left join leads on first_entries.crm_lead_id = leads.crm_lead_id

)

select * from conversions
