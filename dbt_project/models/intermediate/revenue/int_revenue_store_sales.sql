{{ config(tags=['meta_conversions_reconciliation']) }}

with sales as (

    -- one sale is one conversion, whatever its lines
    select
        sale_id,
        min(sold_at) as sold_at,
        case when min(currency) = max(currency) then min(currency) end as currency,
        sum(amount) as amount
    from {{ ref('meta_conversions', 'stg_stores__sale_lines') }}
    group by sale_id

),

revenue as (

    select
        {{ meta_conversions.revenue_columns(
            source_id='sale_id',
            event_time='sold_at',
            event_name="'Purchase'",
            currency='currency',
            amount=meta_conversions.as_money('amount', 'exact'),
        ) }}
    from sales

)

select * from revenue
