with source as (

    {{ meta_conversions.raw_rows('lead_stages') }}

),

renamed as (

    select
        crm_lead_id,
        nullif(trim(stage), '') as stage,
        entered_at,
        cast(expected_value as decimal(18, 4)) as expected_value,
        nullif(upper(trim(currency)), '') as currency
    from source

)

select * from renamed
