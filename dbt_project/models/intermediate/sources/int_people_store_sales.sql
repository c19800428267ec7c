with sales as (

    select * from {{ ref('meta_conversions', 'int_store_sale_contacts') }}

),

people as (

    select
        {{ meta_conversions.person_columns(
            identity_id="'store_sale:' || sale_id || ':' || cast(first_line_number as varchar)",
            email='customer_email',
            phone='customer_phone',
            phone_2='customer_phone_2',
            first_name='first_name',
            last_name='last_name',
            date_of_birth='date_of_birth',
            gender='gender',
            city='city',
            state='state',
            postal_code='postal_code',
            country='country',
            external_id='external_id',
        ) }}
    from sales

)

select * from people
