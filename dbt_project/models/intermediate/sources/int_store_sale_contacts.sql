with contacts as (

    select * from {{ ref('stg_stores__sale_contacts') }}

),

sales as (

    select
        sale_id,
        min(line_number) as first_line_number,
        {{ first_present('customer_email', 'line_number') }} as customer_email,
        {{ first_present('customer_phone', 'line_number') }} as customer_phone,
        {{ first_present('first_name', 'line_number') }} as first_name,
        {{ first_present('last_name', 'line_number') }} as last_name,
        {{ first_present('postal_code', 'line_number') }} as postal_code,
        {{ first_present('country', 'line_number') }} as country
    from contacts
    group by sale_id

)

select * from sales
