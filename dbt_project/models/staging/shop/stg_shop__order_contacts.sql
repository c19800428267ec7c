with source as (

    {{ meta_conversions.raw_rows('orders') }}

),

renamed as (

    select
        order_id,
        billing_email,
        billing_phone,
        shipping_city,
        shipping_state,
        shipping_postal_code,
        shipping_country
    from source

)

select * from renamed
