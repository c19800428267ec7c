with order_items as (

    select * from {{ ref('stg_shop__order_items') }}

),

lines as (

    select
        order_id,
        line_number,
        quantity,
        -- Meta refuses a content without an id: a line without a product is counted, not told.
        case
            when product_id is not null then {{ json_object([
                ('id', json_string('product_id')),
                ('quantity', 'quantity'),
                ('item_price', json_number('unit_price')),
            ]) }}
        end as told_line
    from order_items
    where quantity > 0

),

contents as (

    select
        order_id,
        cast(sum(quantity) as integer) as num_items,
        '[' || {{ join_rows('told_line', ',', 'line_number') }} || ']' as contents
    from lines
    group by order_id

)

select * from contents
