with source as (

    {{ meta_conversions.raw_rows('leads') }}

),

renamed as (

    select
        crm_lead_id,
        meta_lead_id,
        email,
        email_2,
        phone,
        phone_2,
        first_name,
        last_name,
        date_of_birth,
        gender,
        city,
        state,
        postal_code,
        country,
        external_id,
        fbclid,
        fbclid_seen_at,
        created_at
    from source

)

select * from renamed
