with source as (

    {{ meta_conversions.raw_rows('orders') }}

),

renamed as (

    select
        order_id,
        customer_id,
        session_id,
        lower(trim(order_status)) as order_status,
        ordered_at,
        nullif(upper(trim(currency)), '') as currency,
        cast(subtotal as decimal(18, 4)) as subtotal,
        cast(tax as decimal(18, 4)) as tax,
        cast(shipping as decimal(18, 4)) as shipping,
        cast(discount as decimal(18, 4)) as discount,
        cast(total as decimal(18, 4)) as total,
        cast(cost_of_goods as decimal(18, 4)) as cost_of_goods,
        coalesce(is_test, false) as is_test,
        updated_at
    from source

)

select * from renamed
