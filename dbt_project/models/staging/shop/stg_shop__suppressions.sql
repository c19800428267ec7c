with source as (

    select * from {{ source('shop', 'suppressions') }}

),

renamed as (

    select
        {{ sha256_hex('lower(trim(email))') }} as suppression_id,
        email,
        reason,
        created_at
    from source

)

select * from renamed
