with source as (

    {{ meta_conversions.raw_rows('store_sales') }}

),

renamed as (

    select
        sale_id,
        line_number,
        store_id,
        sold_at,
        nullif(upper(trim(currency)), '') as currency,
        amount,
        unreadable
    from source

)

select * from renamed
