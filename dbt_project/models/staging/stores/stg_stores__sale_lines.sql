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
        cast(amount as decimal(18, 4)) as amount
    from source

)

select * from renamed
