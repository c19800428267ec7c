with source as (

    {{ meta_conversions.raw_rows('leads') }}

),

renamed as (

    select
        crm_lead_id,
        meta_lead_id,
        email,
        phone,
        first_name,
        last_name,
        country,
        created_at
    from source

)

select * from renamed
