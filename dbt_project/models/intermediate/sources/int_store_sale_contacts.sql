with contacts as (

    select * from {{ ref('meta_conversions', 'stg_stores__sale_contacts') }}

),

sales as (

    select
        sale_id,
        {%- for column in [
            'customer_email', 'customer_phone', 'customer_phone_2', 'first_name', 'last_name', 'date_of_birth', 'gender',
            'city', 'state', 'postal_code', 'country', 'external_id'
        ] %}
            {{ meta_conversions.first_present("nullif(" ~ meta_conversions.bare(column) ~ ", '')", 'line_number') }}
                as {{ column }},
        {%- endfor %}
        min(line_number) as first_line_number
    from contacts
    group by sale_id

)

select * from sales
