with source as (

    {{ meta_conversions.raw_rows('suppressions') }}

),

renamed as (

    select
        {{ meta_conversions.sha256_hex('lower(trim(email))') }} as suppression_id,
        email,
        reason,
        created_at
    from source

)

select * from renamed
