with source as (

    {{ meta_conversions.raw_rows('lead_stages') }}

),

renamed as (

    select
        crm_lead_id,
        nullif({{ meta_conversions.bare('stage') }}, '') as stage,
        entered_at,
        expected_value,
        nullif(upper({{ meta_conversions.bare('currency') }}), '') as currency,
        custom_properties,
        original_event_data,
        unreadable
    from source

)

select * from renamed
