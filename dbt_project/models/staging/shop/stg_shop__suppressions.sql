with source as (

    select * from {{ source('meta_conversions_shop', 'suppressions') }}

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
