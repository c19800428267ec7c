{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

with pulls as (
    select
        pulled_at,
        replace(subject_id, 'act_', '') as account_id,
        covers_from,
        covers_until
    from {{ source('meta_conversions_meta', 'meta_pulls') }}
    where figure = 'insights' and problem is null
),

insights as (
    select
        pulled_at,
        replace(account_id, 'act_', '') as account_id,
        account_timezone,
        account_currency,
        day as account_day,  -- noqa: RF04
        action_type,
        attribution_window,
        actions,
        action_value,
        spend
    from {{ source('meta_conversions_meta', 'meta_insights') }}
    where {{ meta_conversions.is_reconciled('cast(day as timestamp)') }}
),

days as (
    select distinct
        account_id,
        account_day
    from insights
),

-- the newest pull that covers a day knows best: Meta's figures settle for 28 days
newest as (
    select
        days.account_id,
        days.account_day,
        max(pulls.pulled_at) as pulled_at
    from days
    inner join pulls
        on
            days.account_id = pulls.account_id
            and days.account_day >= pulls.covers_from
            and days.account_day < pulls.covers_until
    group by 1, 2
),

accounts as (
    select
        account_id,
        max(account_timezone) as account_timezone,
        max(account_currency) as account_currency
    from insights
    group by 1
),

-- one purchase stands under many action types: omni_purchase is the total, and no two of them are ever added
attribution as (
    select
        newest.account_id,
        newest.account_day,
        newest.pulled_at,
        coalesce(accounts.account_timezone, 'UTC') as account_timezone,
        coalesce(accounts.account_currency, 'none') as account_currency,
        cast(sum(
            case when insights.action_type = 'omni_purchase' then insights.actions else 0 end
        ) as decimal(18, 4)) as purchases,
        cast(sum(
            case when insights.action_type = 'omni_purchase' then insights.action_value else 0 end
        ) as decimal(18, 4)) as purchase_value,
        cast(sum(
            case when insights.action_type is null then insights.spend end
        ) as decimal(18, 4)) as spend
    from newest
    inner join accounts on newest.account_id = accounts.account_id
    left join insights
        on
            newest.account_id = insights.account_id
            and newest.account_day = insights.account_day
            and newest.pulled_at = insights.pulled_at
            and coalesce(insights.attribution_window, 'default') = 'default'
    group by 1, 2, 3, 4, 5
)

select * from attribution
