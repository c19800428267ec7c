with contacts as (

    select * from {{ ref('meta_conversions', 'stg_stores__sale_contacts') }}

),

sales as (

    select
        sale_id,
        min(line_number) as first_line_number,
        {{ meta_conversions.first_present('customer_email', 'line_number') }} as customer_email,
        {{ meta_conversions.first_present('customer_phone', 'line_number') }} as customer_phone,
        {{ meta_conversions.first_present('first_name', 'line_number') }} as first_name,
        {{ meta_conversions.first_present('last_name', 'line_number') }} as last_name,
        {{ meta_conversions.first_present('postal_code', 'line_number') }} as postal_code,
        {{ meta_conversions.first_present('country', 'line_number') }} as country
    from contacts
    group by sale_id

)

select * from sales
