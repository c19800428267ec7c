{#- Airbyte leaves billing, meta_data, line_items and refunds as JSON. -#}
with orders as (

    select * from {{ source('woocommerce', 'orders') }}

),

contents as (

    select
        order_id,
        cast(sum(quantity) as integer) as num_items,
        '[' || {{ meta_conversions.join_rows('told_line', ',', 'line_id') }} || ']' as contents
    from (
        select
            order_id,
            line_id,
            quantity,
            {{ meta_conversions.json_object([
                ('id', meta_conversions.json_string('product_id')),
                ('quantity', meta_conversions.json_number('quantity')),
            ]) }} as told_line
        from (
            select
                orders.id as order_id,
                cast({{ recipe_json_text(recipe_json_row(), ['id']) }} as bigint) as line_id,
                cast({{ recipe_json_text(recipe_json_row(), ['quantity']) }} as decimal(18, 4)) as quantity,
                -- the variation, where the product has some: it is the id that a catalogue made by a plugin has
                coalesce(
                    nullif({{ recipe_json_text(recipe_json_row(), ['variation_id']) }}, '0'),
                    {{ recipe_json_text(recipe_json_row(), ['product_id']) }}
                ) as product_id
            from orders
            {{ recipe_json_rows('orders.line_items') }}
        ) as items
        where quantity > 0 and product_id is not null
    ) as lines
    group by order_id

),

renamed as (

    select
        cast(orders.id as varchar) as order_id,
        case
            when orders.created_via = 'subscription' then 'SubscriptionRenewal'
            else 'Purchase'
        end as event_name,
        case
            when orders.created_via in ('checkout', 'store-api') then 'website'
            when orders.created_via = 'pos-rest-api' then 'physical_store'
            when orders.created_via = 'subscription' then 'system_generated'
            else 'other'
        end as action_source,
        orders.date_created_gmt as ordered_at,
        orders.date_modified_gmt as updated_at,
        -- pending, on-hold, failed and cancelled are no sales; a refund in part leaves the status as it was
        orders.status in ('processing', 'completed', 'refunded') as is_paid,
        orders.total as amount,
        orders.currency,
        contents.num_items,
        contents.contents,
        {{ recipe_json_entry('orders.meta_data', 'ad_consent') }} as ad_consent,
        {{ recipe_json_entry('orders.meta_data', '_subscription_renewal') }} as subscription_id,
        {{ recipe_json_entry('orders.meta_data', '_fbp') }} as fbp,
        {{ recipe_json_entry('orders.meta_data', '_fbc') }} as fbc,
        -- WooCommerce's own order attribution, on by default since 8.5
        {{ recipe_json_entry('orders.meta_data', '_wc_order_attribution_session_entry') }} as landing_url,
        orders.customer_ip_address as ip_address,
        orders.customer_user_agent as user_agent,
        -- 0 is a guest
        nullif(cast(orders.customer_id as varchar), '0') as customer_id,
        {{ recipe_json_text('orders.billing', ['email']) }} as email,
        {{ recipe_json_text('orders.billing', ['phone']) }} as phone,
        {{ recipe_json_text('orders.billing', ['first_name']) }} as first_name,
        {{ recipe_json_text('orders.billing', ['last_name']) }} as last_name,
        {{ recipe_json_text('orders.billing', ['city']) }} as city,
        {{ recipe_json_text('orders.billing', ['state']) }} as state,
        {{ recipe_json_text('orders.billing', ['postcode']) }} as postal_code,
        {{ recipe_json_text('orders.billing', ['country']) }} as country
    from orders
    left join contents on orders.id = contents.order_id

)

select * from renamed
