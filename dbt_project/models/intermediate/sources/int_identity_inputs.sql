with customers as (

    select
        'customer:' || customer_id as identity_id,
        email,
        email_2,
        phone,
        first_name,
        last_name,
        date_of_birth,
        gender,
        city,
        state,
        postal_code,
        country,
        customer_id as external_id
    from {{ ref('stg_shop__customers') }}

),

orders as (

    select
        'order:' || order_id as identity_id,
        billing_email as email,
        cast(null as varchar) as email_2,
        billing_phone as phone,
        cast(null as varchar) as first_name,
        cast(null as varchar) as last_name,
        cast(null as varchar) as date_of_birth,
        cast(null as varchar) as gender,
        shipping_city as city,
        shipping_state as state,
        shipping_postal_code as postal_code,
        shipping_country as country,
        cast(null as varchar) as external_id
    from {{ ref('stg_shop__order_contacts') }}

),

leads as (

    select
        'lead:' || crm_lead_id as identity_id,
        email,
        cast(null as varchar) as email_2,
        phone,
        first_name,
        last_name,
        cast(null as varchar) as date_of_birth,
        cast(null as varchar) as gender,
        cast(null as varchar) as city,
        cast(null as varchar) as state,
        cast(null as varchar) as postal_code,
        country,
        cast(null as varchar) as external_id
    from {{ ref('stg_crm__leads') }}

),

store_sales as (

    select
        'store_sale:' || sale_id || ':' || cast(first_line_number as varchar) as identity_id,
        customer_email as email,
        cast(null as varchar) as email_2,
        customer_phone as phone,
        first_name,
        last_name,
        cast(null as varchar) as date_of_birth,
        cast(null as varchar) as gender,
        cast(null as varchar) as city,
        cast(null as varchar) as state,
        postal_code,
        country,
        cast(null as varchar) as external_id
    from {{ ref('int_store_sale_contacts') }}

),

suppressions as (

    select
        identity_id,
        email,
        cast(null as varchar) as email_2,
        cast(null as varchar) as phone,
        cast(null as varchar) as first_name,
        cast(null as varchar) as last_name,
        cast(null as varchar) as date_of_birth,
        cast(null as varchar) as gender,
        cast(null as varchar) as city,
        cast(null as varchar) as state,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as country,
        cast(null as varchar) as external_id
    from {{ ref('int_suppressed_emails') }}

),

unioned as (

    select * from customers
    union all
    select * from orders
    union all
    select * from leads
    union all
    select * from store_sales
    union all
    select * from suppressions

)

select * from unioned
