with source as (

    {{ meta_conversions.raw_rows('store_sales') }}

),

renamed as (

    select
        sale_id,
        line_number,
        customer_email,
        customer_phone,
        customer_phone_2,
        first_name,
        last_name,
        date_of_birth,
        gender,
        city,
        state,
        postal_code,
        country,
        external_id
    from source

)

select * from renamed
