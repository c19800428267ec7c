with sale_lines as (

    select
        *,
        -- Meta refuses a content without an id: a line without a product is counted, not told.
        case
            when product_id is not null and coalesce(quantity, 1) > 0 then {{ meta_conversions.json_object([
                ('id', meta_conversions.json_string('product_id')),
                ('quantity', meta_conversions.json_number('coalesce(quantity, 1)')),
                ('item_price', meta_conversions.json_number('unit_price')),
            ]) }}
        end as told_line
    from {{ ref('meta_conversions', 'stg_stores__sale_lines') }}

),

sales as (

    select
        sale_id,
        min(sold_at) as sold_at,
        sum(amount) as amount,
        max(case when {{ meta_conversions.is_unreadable('amount') }} then 1 else 0 end) = 1 as has_unreadable_amount,
        -- Amounts of two currencies make no sum: such a sale has no currency, and is reported for it.
        case when min(currency) = max(currency) then min(currency) end as currency,
        max(case when is_test then 1 else 0 end) = 1 as is_test,
        '[' || {{ meta_conversions.join_rows('told_line', ',', 'line_number') }} || ']' as contents,
        {%- for column in [
            'sale_status', 'content_name', 'content_category', 'customer_segmentation', 'store_data', 'custom_properties',
            'original_event_data'
        ] %}
            {{ meta_conversions.first_present("nullif(" ~ column ~ ", '')", 'line_number') }} as {{ column }},
        {%- endfor %}
        min(line_number) as first_line_number
    from sale_lines
    group by sale_id

)

select * from sales
