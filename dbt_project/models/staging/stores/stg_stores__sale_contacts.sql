with source as (

    {{ meta_conversions.raw_rows('store_sales') }}

),

renamed as (

    select
        sale_id,
        line_number,
        customer_email,
        customer_phone,
        first_name,
        last_name,
        postal_code,
        country
    from source

)

select * from renamed
