with sales as (

    select * from {{ ref('meta_conversions', 'int_store_sale_contacts') }}

),

people as (

    select
        {{ meta_conversions.person_columns(
            identity_id="'store_sale:' || sale_id || ':' || cast(first_line_number as varchar)",
            email='customer_email',
            phone='customer_phone',
            first_name='first_name',
            last_name='last_name',
            postal_code='postal_code',
            country='country',
        ) }}
    from sales

)

select * from people
