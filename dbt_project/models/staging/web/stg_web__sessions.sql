with source as (

    {{ meta_conversions.raw_rows('sessions') }}

),

renamed as (

    select
        session_id,
        customer_id,
        started_at,
        landing_url,
        ip_address,
        nullif(trim(user_agent), '') as user_agent,
        fbp,
        fbc,
        {{ meta_conversions.consent_word('ad_consent') }} as ad_consent,
        nullif(upper({{ meta_conversions.bare('us_state') }}), '') as us_state,
        {{ meta_conversions.limited_data_use_word('limited_data_use') }} as limited_data_use,
        user_id,
        fbclid,
        fbclid_seen_at
    from source

)

select * from renamed
