with order_items as (

    select * from {{ ref('meta_conversions', 'stg_shop__order_items') }}

),

lines as (

    select
        order_id,
        line_number,
        quantity,
        -- Meta refuses a content without an id: a line without a product is counted, not told.
        case
            when product_id is not null then {{ meta_conversions.json_object([
                ('id', meta_conversions.json_string('product_id')),
                ('quantity', meta_conversions.json_number('quantity')),
                ('item_price', meta_conversions.json_number('unit_price')),
            ]) }}
        end as told_line
    from order_items
    where quantity > 0

),

contents as (

    select
        order_id,
        case when sum(quantity) <= 2147483647 then cast(sum(quantity) as integer) end as num_items,
        '[' || {{ meta_conversions.join_rows('told_line', ',', 'line_number') }} || ']' as contents
    from lines
    group by order_id

)

select * from contents
