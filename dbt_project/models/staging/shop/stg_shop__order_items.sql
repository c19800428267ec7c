with source as (

    {{ meta_conversions.raw_rows('order_items') }}

),

renamed as (

    select
        order_id,
        line_number,
        product_id,
        quantity,
        unit_price,
        category
    from source

)

select * from renamed
