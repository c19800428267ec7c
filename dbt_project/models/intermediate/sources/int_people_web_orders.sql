with orders as (

    select * from {{ ref('meta_conversions', 'stg_shop__order_contacts') }}

),

people as (

    select
        {{ meta_conversions.person_columns(
            identity_id="'order:' || order_id",
            email='billing_email',
            phone='billing_phone',
            phone_2='billing_phone_2',
            first_name='billing_first_name',
            last_name='billing_last_name',
            city='shipping_city',
            state='shipping_state',
            postal_code='shipping_postal_code',
            country='shipping_country',
            external_id='user_id',
        ) }}
    from orders

)

select * from people
