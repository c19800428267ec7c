with source as (

    {{ meta_conversions.raw_rows('orders') }}

),

renamed as (

    select
        order_id,
        billing_email,
        billing_phone,
        billing_phone_2,
        billing_first_name,
        billing_last_name,
        shipping_city,
        shipping_state,
        shipping_postal_code,
        shipping_country,
        user_id
    from source

)

select * from renamed
