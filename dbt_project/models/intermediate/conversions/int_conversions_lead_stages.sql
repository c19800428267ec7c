with stages as (

    select * from {{ ref('meta_conversions', 'stg_crm__lead_stages') }}

),

leads as (

    select
        crm_lead_id,
        created_at,
        fbclid,
        coalesce(fbclid_seen_at, created_at) as fbclid_seen_at,
        {{ meta_conversions.normalize_lead_id('meta_lead_id') }} as lead_id,
        {{ meta_conversions.dropped_code(
            'lead_id', 'meta_lead_id', meta_conversions.normalize_lead_id('meta_lead_id')
        ) }} as dropped
    from {{ ref('meta_conversions', 'stg_crm__leads') }}

),

-- Of two entries at one moment it is settled which comes first: a CRM that keeps days only has many.
entries as (

    select
        *,
        row_number() over (
            partition by crm_lead_id, stage
            order by entered_at, expected_value, currency, custom_properties, original_event_data
        ) as place,
        case
            when {{ meta_conversions.is_unreadable('expected_value') }} then 1
            when expected_value is not null then 0
        end as is_unreadable_value
    from stages

),

-- A lead that enters a stage again has not converted again.
first_entries as (

    select
        crm_lead_id,
        stage,
        {%- for column in [
            'expected_value', 'currency', 'custom_properties', 'original_event_data', 'is_unreadable_value'
        ] %}
            {{ meta_conversions.first_present(column, 'place') }} as {{ column }},
        {%- endfor %}
        min(entered_at) as entered_at
    from entries
    group by crm_lead_id, stage

),

conversions as (

    select
        {{ meta_conversions.conversion_columns(
            source_system="'crm'",
            source_id="first_entries.crm_lead_id || ':' || coalesce(first_entries.stage, '')",
            event_name='first_entries.stage',
            event_id="nullif(first_entries.crm_lead_id, '') || ':' || first_entries.stage",
            event_time='first_entries.entered_at',
            earliest_event_time='case when leads.lead_id is not null then leads.created_at end',
            action_source="'system_generated'",
            value='first_entries.expected_value',
            has_invalid_value='coalesce(first_entries.is_unreadable_value = 1, false)',
            currency='first_entries.currency',
            lead_event_source=meta_conversions.quoted([var('meta_conversions_crm_name')]),
            custom_properties='first_entries.custom_properties',
            original_event_data='first_entries.original_event_data',
            lead_id='leads.lead_id',
            fbclid='leads.fbclid',
            fbclid_seen_at='leads.fbclid_seen_at',
            dropped='leads.dropped',
            identity_id="'lead:' || first_entries.crm_lead_id",
            updated_at='first_entries.entered_at',
        ) }}
    from first_entries
    left join leads on first_entries.crm_lead_id = leads.crm_lead_id

)

select * from conversions
