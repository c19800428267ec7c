-- name: page_waterfall
-- The waterfall of the days shown, and what has no day.
select
    day,
    dataset_id,
    event_name,
    currency,
    stage,
    reason,
    is_beside,
    events,
    value
from {marts}.revenue_waterfall
where (day >= :since or day is null) and stage not in ('received_by_meta', 'attributed_by_meta')
order by day, dataset_id, event_name, currency, stage, reason

-- name: page_rows
-- Conversions behind the figures, one by one and without an identifier: of each reason why Meta does not receive a
-- purchase up to 400: the three largest of each day, then those of most money since `recent`, then of the days before.
-- Fewer of other events, and of what is as it should be.
with standing_rows as (
    select
        deliveries.dataset_id,
        deliveries.event_name,
        coalesce(deliveries.currency, 'none') as currency,
        deliveries.standing as stage,
        deliveries.standing_reason as reason,
        deliveries.source_system,
        coalesce(conversions.order_id, deliveries.event_id) as id,
        deliveries.event_time as happened_at,
        coalesce(deliveries.value, 0) as value,
        deliveries.fbtrace_id as trace_id,
        deliveries.attempts,
        deliveries.first_sent_at,
        deliveries.accepted_at,
        deliveries.pixel_event_time as pixel_at
    from {marts}.conversion_deliveries as deliveries
    left join {conversions} as conversions
        on
            deliveries.event_id = conversions.event_id
            and deliveries.event_name = conversions.event_name
            and coalesce(deliveries.dataset_id, {default_dataset}, '')
            = coalesce(conversions.dataset_id, {default_dataset}, '')
    where
        deliveries.is_modelled
        and (deliveries.event_time >= :since or deliveries.event_time is null)
        and deliveries.event_id is not null
),

ranked_in_day as (
    select
        *,
        row_number() over (
            partition by cast(happened_at as date), dataset_id, event_name, currency, stage, reason
            order by value desc, id
        ) as place_in_day
    from standing_rows
),

ranked as (
    select
        *,
        row_number() over (
            partition by dataset_id, event_name, currency, stage, reason
            order by
                case when place_in_day <= 3 then 0 when happened_at >= :recent then 1 else 2 end,
                value desc,
                happened_at desc,
                id
        ) as place
    from ranked_in_day
)

select
    dataset_id,
    event_name,
    currency,
    stage,
    reason,
    source_system,
    id,
    happened_at,
    value,
    trace_id,
    attempts,
    first_sent_at,
    accepted_at,
    pixel_at
from ranked
where
    place <= case
        when stage not in ('not_eligible', 'expired', 'rejected', 'invalid', 'held') then 40
        when reason in ('not_paid', 'test_order') then 40
        when event_name in :revenue_events then 400
        else 60
    end
order by dataset_id, event_name, currency, stage, reason, value desc, id

-- name: page_reasons
-- What each stage and reason means, and what to do.
select
    stage,
    reason,
    meaning,
    what_to_do,
    who,
    severity
from {reference}.reconciliation_reasons

-- name: page_receipts
-- Events accepted and events that Meta counts as received, by the day of acceptance.
select
    day,
    dataset_id,
    event_name,
    from_events as accepted,
    to_events as received
from {marts}.reconciliation_daily
where comparison = 'accepted_to_received' and day >= :since
order by day, dataset_id, event_name

-- name: page_attribution
-- Purchases accepted and those that Meta attributes to ads, in the ad account's days and currency.
select
    day,
    account_id,
    currency,
    from_value as accepted,
    to_value as attributed,
    spend,
    reason
from {marts}.reconciliation_daily
where comparison = 'accepted_to_attributed' and day >= :since
order by account_id, currency, day

-- name: page_quality
-- Meta's scores, and how many conversions carry each identifier, as the warehouse counts it.
select
    day,
    dataset_id,
    channel,
    event_name,
    measure,
    identifier,
    events,
    number
from {marts}.match_quality_daily
where
    day >= :since
    and (
        (told_by = 'warehouse' and measure = 'key_coverage')
        or (told_by = 'meta' and measure = 'composite_score')
    )
order by day, dataset_id, channel, event_name, measure, identifier

-- name: page_keys
-- How many conversions carry each identifier, and what it would be worth to collect it more often.
-- A sale in a store has no browser: it stands in no share of a browser's identifiers.
select
    day,
    dataset_id,
    event_name,
    currency,
    identifier,
    sum(events) as events,
    sum(events_with_key) as events_with_key,
    sum(value_without_key) as value_without_key,
    sum(estimated_value_gained) as estimated_value_gained
from {marts}.identifier_coverage_daily
where
    day >= :since
    and (
        action_source is null
        or action_source <> 'physical_store'
        or identifier not in ('fbc', 'fbp', 'client_ip_address', 'client_user_agent')
    )
group by day, dataset_id, event_name, currency, identifier
order by dataset_id, event_name, currency, identifier, day

-- name: page_dropped
-- Identifiers of eligible conversions that were given and could not be used, with the codes that say why.
select
    day,
    dataset_id,
    event_name,
    currency,
    identifier,
    dropped_by
from {marts}.identifier_coverage_daily
where day >= :since and dropped_by is not null
order by day, dataset_id, event_name, currency, identifier

-- name: page_deduplication
-- How the browser's events and the server's meet.
select
    day,
    dataset_id,
    event_name,
    currency,
    same_id_events,
    same_id_value,
    server_only_events,
    server_only_value,
    browser_told_events,
    browser_told_value,
    browser_only_events,
    browser_only_value,
    differs_by_case_events,
    differs_by_prefix_events,
    differs_wholly_events,
    doubled_by_ids_events,
    doubled_by_ids_value,
    doubled_events,
    doubled_value
from {marts}.deduplication_daily
where day >= :since
order by day, dataset_id, event_name, currency

-- name: page_queue
-- What waits to be sent, by the hours that are left.
select
    dataset_id,
    event_name,
    currency,
    time_left,
    hours_until,
    earliest_deadline_at,
    events,
    value
from {marts}.deliveries_at_risk
order by hours_until, dataset_id, event_name, currency

-- name: page_alarms
-- The alarms that fire.
select
    alarm,
    severity,
    dataset_id,
    event_name,
    currency,
    message,
    what_to_do,
    who,
    events,
    amount
from {marts}.alarms
order by severity, alarm, amount desc

-- name: page_readiness
-- What a funnel lacks for what Meta offers.
select
    dataset_id,
    offer,
    event_name,
    requirement,
    figure,
    at_least,
    at_most,
    unit,
    qualifies,
    meaning,
    what_to_do
from {marts}.funnel_readiness
order by offer, event_name, requirement

-- name: page_pulls
-- When each of Meta's figures was last asked for, and why it could not be read.
select
    pulls.figure,
    pulls.subject_id,
    pulls.pulled_at,
    pulls.problem
from {ledger}.meta_pulls as pulls
inner join (
    select
        figure,
        subject_id,
        max(pulled_at) as newest
    from {ledger}.meta_pulls
    group by figure, subject_id
) as newest
    on
        pulls.figure = newest.figure
        and pulls.subject_id = newest.subject_id
        and pulls.pulled_at = newest.newest
order by pulls.figure, pulls.subject_id

-- name: page_latency
-- How long it took from an event to its acceptance, in seconds, by the day of the event.
select
    cast(event_time as date) as day,
    dataset_id,
    event_name,
    count(*) as events,
    percentile_cont(0.5) within group (order by latency_seconds) as median_seconds,
    percentile_cont(0.95) within group (order by latency_seconds) as slow_seconds
from {marts}.conversion_deliveries
where standing = 'accepted' and latency_seconds is not null and event_time >= :since
group by cast(event_time as date), dataset_id, event_name
order by day, dataset_id, event_name

-- name: page_meta
-- Meta's own measures as last pulled, beside those of a week before, or of the first pull where that is younger.
with newest as (
    select
        dataset_id,
        channel,
        max(pulled_at) as pulled_at
    from {ledger}.meta_match_quality
    group by dataset_id, channel
),

earlier as (
    select
        figures.dataset_id,
        figures.channel,
        coalesce(
            max(case when figures.pulled_at <= newest.pulled_at - interval '6 days' then figures.pulled_at end),
            min(case when figures.pulled_at <= newest.pulled_at - interval '20 hours' then figures.pulled_at end)
        ) as pulled_at
    from {ledger}.meta_match_quality as figures
    inner join newest
        on
            figures.dataset_id = newest.dataset_id
            and figures.channel = newest.channel
    group by figures.dataset_id, figures.channel
)

select
    figures.dataset_id,
    figures.channel,
    figures.event_name,
    figures.measure,
    figures.item,
    figures.number,
    figures.text_value,
    figures.pulled_at,
    former.number as former_number,
    former.pulled_at as former_pulled_at
from {ledger}.meta_match_quality as figures
inner join newest
    on
        figures.dataset_id = newest.dataset_id
        and figures.channel = newest.channel
        and figures.pulled_at = newest.pulled_at
left join earlier
    on
        figures.dataset_id = earlier.dataset_id
        and figures.channel = earlier.channel
left join {ledger}.meta_match_quality as former
    on
        figures.dataset_id = former.dataset_id
        and figures.channel = former.channel
        and figures.event_name = former.event_name
        and figures.measure = former.measure
        and coalesce(figures.item, '') = coalesce(former.item, '')
        and earlier.pulled_at = former.pulled_at
order by figures.dataset_id, figures.channel, figures.event_name, figures.measure, figures.item

-- name: page_first_sync
-- When the first sync started that sent to Meta.
select min(recorded_at) as started_at
from {ledger}.sync_runs
where mode = 'live' and phase = 'started'

-- name: page_notices
-- The alarms that began or ended lately, as people were told of them.
select
    recorded_at,
    alarm,
    scope,
    change,
    since
from {ledger}.alarm_notices
where phase = 'claimed' and change in ('begin', 'end') and recorded_at >= :since
order by notice_no

-- name: page_campaigns
-- What each campaign cost and was credited with, as the newest pull that covers the day says.
with days as (
    select distinct
        account_id,
        day
    from {ledger}.meta_campaigns
    where day >= :since
),

newest as (
    select
        days.account_id,
        days.day,
        max(pulls.pulled_at) as pulled_at
    from days
    inner join {ledger}.meta_pulls as pulls
        on
            pulls.figure = 'campaigns'
            and pulls.problem is null
            and days.account_id = pulls.subject_id
            and days.day >= pulls.covers_from
            and days.day < pulls.covers_until
    group by days.account_id, days.day
)

select
    campaigns.day,
    campaigns.account_id,
    campaigns.account_currency,
    campaigns.campaign_id,
    campaigns.campaign_name,
    campaigns.spend,
    campaigns.purchases,
    campaigns.purchase_value
from {ledger}.meta_campaigns as campaigns
inner join newest
    on
        campaigns.account_id = newest.account_id
        and campaigns.day = newest.day
        and campaigns.pulled_at = newest.pulled_at
order by campaigns.account_id, campaigns.campaign_id, campaigns.day
