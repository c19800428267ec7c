with source as (

    select * from {{ source('meta_conversions_stores', 'store_sales') }}

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
