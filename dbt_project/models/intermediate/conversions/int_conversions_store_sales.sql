with sales as (

    select * from {{ ref('meta_conversions', 'int_store_sales') }}

),

conversions as (

    select
        {{ meta_conversions.conversion_columns(
            source_system="'stores'",
            source_id='sale_id',
            event_name="'Purchase'",
            event_id="nullif(sale_id, '')",
            event_time='sold_at',
            action_source="'physical_store'",
            order_id='sale_id',
            value=meta_conversions.as_money('amount', 'exact'),
            has_invalid_value='has_unreadable_amount or (amount is not null and ' ~ meta_conversions.as_money('amount', 'exact') ~ ' is null)',
            currency='currency',
            content_type="case when contents is not null then 'product' end",
            contents='contents',
            content_name='content_name',
            content_category='content_category',
            customer_segmentation='customer_segmentation',
            custom_properties='custom_properties',
            store_data='store_data',
            original_event_data='original_event_data',
            identity_id="'store_sale:' || sale_id || ':' || cast(first_line_number as varchar)",
            is_test='is_test',
            is_paid='sale_status is null or ' ~ meta_conversions.is_paid('sale_status'),
            updated_at='sold_at',
        ) }}
    from sales

)

select * from conversions
