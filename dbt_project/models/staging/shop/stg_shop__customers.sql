with source as (

    {{ meta_conversions.raw_rows('customers') }}

),

renamed as (

    select
        customer_id,
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
        created_at,
        updated_at,
        {{ meta_conversions.consent_word('ad_consent') }} as ad_consent,
        {{ meta_conversions.limited_data_use_word('limited_data_use') }} as limited_data_use
    from source

)

select * from renamed
