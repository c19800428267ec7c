{#- presentment_money is what the customer saw and paid, and what the browser's pixel tells; shop_money is the shop's own. -#}
{%- set money = 'presentment_money' -%}
{%- set shop_url = 'https://shop.example' -%}

with orders as (

    select * from {{ source('shopify', 'order') }}
    where not coalesce(_fivetran_deleted, false)

),

customers as (

    select * from {{ source('shopify', 'customer') }}

),

-- What the theme wrote into the cart's attributes. Fivetran keeps a value as JSON text, in quotes.
note_attributes as (

    select
        order_id,
        max(case when name = '_fbp' then trim(both '"' from value) end) as fbp,
        max(case when name = '_fbc' then trim(both '"' from value) end) as fbc,
        max(case when name = '_event_id' then trim(both '"' from value) end) as event_id,
        max(case when name = 'ad_consent' then trim(both '"' from value) end) as ad_consent
    from {{ source('shopify', 'order_note_attribute') }}
    group by order_id

),

-- Meta refuses a content without an id, so a line without a variant is left out.
contents as (

    select
        order_id,
        cast(sum(quantity) as integer) as num_items,
        '[' || {{ meta_conversions.join_rows('told_line', ',', 'line_id') }} || ']' as contents
    from (
        select
            order_id,
            id as line_id,
            quantity,
            {{ meta_conversions.json_object([
                ('id', meta_conversions.json_string('cast(variant_id as varchar)')),
                ('quantity', meta_conversions.json_number('quantity')),
            ]) }} as told_line
        from {{ source('shopify', 'order_line') }}
        where quantity > 0 and variant_id is not null
    ) as lines
    group by order_id

),

renamed as (

    select
        cast(orders.id as varchar) as order_id,
        -- what the browser's pixel sends as its eventID: the order's id unless the theme names another
        coalesce(note_attributes.event_id, cast(orders.id as varchar)) as event_id,
        case
            when orders.source_name like 'subscription_contract%' then 'SubscriptionRenewal'
            else 'Purchase'
        end as event_name,
        case
            when orders.source_name = 'web' then 'website'
            when orders.source_name = 'pos' then 'physical_store'
            when orders.source_name like 'subscription_contract%' then 'system_generated'
            else 'other'
        end as action_source,
        orders.created_at as ordered_at,
        orders.updated_at,
        orders.test as is_test,
        -- an order of which a part was refunded was paid; the refund is told apart
        orders.financial_status in ('paid', 'partially_refunded', 'refunded') as is_paid,
        {{ recipe_json_text('orders.total_price_set', [money, 'amount']) }} as amount,
        {{ recipe_json_text('orders.total_price_set', [money, 'currency_code']) }} as currency,
        contents.num_items,
        contents.contents,
        note_attributes.ad_consent,
        note_attributes.fbp,
        note_attributes.fbc,
        case
            when orders.landing_site_base_url like '/%' then '{{ shop_url }}' || orders.landing_site_base_url
            else orders.landing_site_base_url
        end as landing_url,
        orders.referring_site as referrer_url,
        orders.browser_ip as ip_address,
        orders.client_details_user_agent as user_agent,
        cast(orders.customer_id as varchar) as customer_id,
        orders.email,
        customers.email as email_2,
        coalesce(nullif(orders.billing_address_phone, ''), orders.shipping_address_phone) as phone,
        customers.phone as phone_2,
        coalesce(orders.billing_address_first_name, customers.first_name) as first_name,
        coalesce(orders.billing_address_last_name, customers.last_name) as last_name,
        coalesce(orders.billing_address_city, orders.shipping_address_city) as city,
        coalesce(orders.billing_address_province_code, orders.shipping_address_province_code) as state,
        coalesce(orders.billing_address_zip, orders.shipping_address_zip) as postal_code,
        coalesce(orders.billing_address_country_code, orders.shipping_address_country_code) as country
    from orders
    left join customers on orders.customer_id = customers.id
    left join note_attributes on orders.id = note_attributes.order_id
    left join contents on orders.id = contents.order_id

)

select * from renamed
