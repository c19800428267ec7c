with contacts as (

    select * from {{ ref('meta_conversions', 'stg_stores__sale_contacts') }}

),

sales as (

    select
        sale_id,
        min(line_number) as first_line_number,
        {{ meta_conversions.first_present('customer_email', 'line_number') }} as customer_email,
        {{ meta_conversions.first_present('customer_phone', 'line_number') }} as customer_phone,
        {{ meta_conversions.first_present('customer_phone_2', 'line_number') }} as customer_phone_2,
        {{ meta_conversions.first_present('first_name', 'line_number') }} as first_name,
        {{ meta_conversions.first_present('last_name', 'line_number') }} as last_name,
        {{ meta_conversions.first_present('date_of_birth', 'line_number') }} as date_of_birth,
        {{ meta_conversions.first_present('gender', 'line_number') }} as gender,
        {{ meta_conversions.first_present('city', 'line_number') }} as city,
        {{ meta_conversions.first_present('state', 'line_number') }} as state,
        {{ meta_conversions.first_present('postal_code', 'line_number') }} as postal_code,
        {{ meta_conversions.first_present('country', 'line_number') }} as country,
        {{ meta_conversions.first_present('external_id', 'line_number') }} as external_id
    from contacts
    group by sale_id

)

select * from sales
