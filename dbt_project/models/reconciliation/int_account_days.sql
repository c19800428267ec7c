{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

with attribution as (
    select * from {{ ref('meta_conversions', 'int_meta_attribution') }}
),

accounts as (
    select distinct
        account_id,
        account_timezone,
        account_currency
    from attribution
),

purchases as (
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        event_name,
        event_id,
        event_time,
        currency,
        coalesce(value, 0) as amount,
        standing
    from {{ ref('meta_conversions', 'conversion_deliveries') }}
    where is_modelled and event_name = 'Purchase' and event_time is not null
),

refunds as (
    select
        dataset_key,
        event_name,
        event_id,
        currency,
        sum(amount) as amount
    from {{ ref('meta_conversions', 'int_refunds') }}
    where event_id is not null
    group by 1, 2, 3, 4
),

-- a day of the account is no UTC day, and money in another currency than the account's is counted, never converted
sold as (
    select
        accounts.account_id,
        cast(
            {{ meta_conversions.zone_of_utc('purchases.event_time', 'accounts.account_timezone') }} as date
        ) as account_day,
        sum(case when purchases.currency = accounts.account_currency then purchases.amount else 0 end) as sold_value,
        sum(case
            when purchases.standing = 'accepted' and purchases.currency = accounts.account_currency then 1
            else 0
        end) as accepted_events,
        sum(case
            when purchases.standing = 'accepted' and purchases.currency = accounts.account_currency
                then purchases.amount
            else 0
        end) as accepted_value,
        sum(case
            when purchases.standing = 'accepted' and purchases.currency = accounts.account_currency
                then coalesce(refunds.amount, 0)
            else 0
        end) as refunded_value,
        sum(case
            when purchases.standing = 'accepted' and coalesce(purchases.currency, '') <> accounts.account_currency
                then 1
            else 0
        end) as accepted_in_other_currencies
    from accounts
    cross join purchases
    left join refunds
        on
            purchases.dataset_key = refunds.dataset_key
            and purchases.event_name = refunds.event_name
            and purchases.event_id = refunds.event_id
            and accounts.account_currency = refunds.currency
    group by 1, 2
)

select
    attribution.*,
    cast(coalesce(sold.sold_value, 0) as decimal(18, 4)) as sold_value,
    coalesce(sold.accepted_events, 0) as accepted_events,
    cast(coalesce(sold.accepted_value, 0) as decimal(18, 4)) as accepted_value,
    cast(coalesce(sold.refunded_value, 0) as decimal(18, 4)) as refunded_value,
    coalesce(sold.accepted_in_other_currencies, 0) as accepted_in_other_currencies
from attribution
left join sold on attribution.account_id = sold.account_id and attribution.account_day = sold.account_day
