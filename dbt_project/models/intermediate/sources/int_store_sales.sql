with sale_lines as (

    select * from {{ ref('meta_conversions', 'stg_stores__sale_lines') }}

),

sales as (

    select
        sale_id,
        min(sold_at) as sold_at,
        sum(amount) as amount,
        max(case when {{ meta_conversions.is_unreadable('amount') }} then 1 else 0 end) = 1 as has_unreadable_amount,
        -- Amounts of two currencies make no sum: such a sale has no currency, and is reported for it.
        case when min(currency) = max(currency) then min(currency) end as currency,
        min(line_number) as first_line_number
    from sale_lines
    group by sale_id

)

select * from sales
