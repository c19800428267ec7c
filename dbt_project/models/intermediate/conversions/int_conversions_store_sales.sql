with sales as (

    select * from {{ ref('meta_conversions', 'int_store_sales') }}

),

conversions as (

    select
        {{ meta_conversions.conversion_columns(
            source_system="'stores'",
            source_id='sale_id',
            event_name="'Purchase'",
            event_id='sale_id',
            event_time='sold_at',
            action_source="'physical_store'",
            order_id='sale_id',
            value=meta_conversions.as_money('amount', 'exact'),
            has_invalid_value='has_unreadable_amount or (amount is not null and ' ~ meta_conversions.as_money('amount', 'exact') ~ ' is null)',
            currency='currency',
            identity_id="'store_sale:' || sale_id || ':' || cast(first_line_number as varchar)",
            updated_at='sold_at',
        ) }}
    from sales

)

select * from conversions
