with sales as (

    select * from {{ ref('int_store_sales') }}

),

conversions as (

    select
        'stores' as source_system,
        cast(null as varchar) as dataset_id,
        'Purchase' as event_name,
        sale_id as event_id,
        sold_at as event_time,
        cast(null as timestamp) as earliest_event_time,
        'physical_store' as action_source,
        cast(null as varchar) as page_url,
        cast(null as varchar) as referrer_url,
        sale_id as order_id,
        cast(null as varchar) as item_number,
        amount as value,
        currency,
        cast(null as decimal(18, 4)) as net_revenue,
        cast(null as decimal(18, 4)) as predicted_ltv,
        cast(null as integer) as num_items,
        cast(null as varchar) as content_type,
        cast(null as varchar) as contents,
        cast(null as varchar) as lead_event_source,
        cast(null as varchar) as lead_id,
        cast(null as varchar) as dropped,
        'store_sale:' || sale_id || ':' || cast(first_line_number as varchar) as identity_id,
        cast(null as varchar) as customer_identity_id,
        cast(null as varchar) as session_id,
        false as is_test,
        true as is_paid,
        cast(null as boolean) as opt_out,
        sold_at as updated_at
    from sales

)

select * from conversions
