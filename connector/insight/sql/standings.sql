-- name: conversion_standings
-- Every conversion that the events relation, the ledger or the models know, with the named facts of the rule and where it
-- stands. The braces say whose states are asked for, and what the models say.
with their_states as {once} (
    {states_asked}
),

ready as (
    select
        coalesce(dataset_id, '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key,
        min(event_time) as event_time,
        min(value) as value,
        min(currency) as currency,
        max(deadline_at) as deadline_at,
        -- as the claim writes it down
        case
            when count(*) > 1 then 'key_not_unique'
            when max(deadline_at) is null then 'missing_deadline_at'
            when max(case when is_no_money then 1 else 0 end) = 1 then 'value_out_of_range'
            else min(payload_hash)
        end as payload_hash
    from {events} as events
    group by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
),

modelled as (
    {modelled_facts}
),

offline_orders as (
    {offline_orders}
),

first_seen as (
    {first_seen}
),

known as (
    select
        coalesce(ready.dataset_key, modelled.dataset_key) as dataset_key,
        coalesce(ready.name_key, modelled.name_key) as name_key,
        coalesce(ready.id_key, modelled.id_key) as id_key,
        ready.id_key is not null as is_ready,
        modelled.id_key is not null as is_modelled,
        case when ready.id_key is null then modelled.event_time else ready.event_time end as event_time,
        -- the money of dbt's reconciliation; times as the claim reads them
        case when modelled.id_key is null then ready.value else modelled.value end as value,
        case when modelled.id_key is null then ready.currency else modelled.currency end as currency,
        case when ready.id_key is null then modelled.deadline_at else ready.deadline_at end as deadline_at,
        ready.payload_hash,
        coalesce(modelled.is_eligible, false) as is_eligible,
        coalesce(modelled.source_system, '') as source_name,
        coalesce(modelled.ineligible_reason = 'before_start', false) as is_before_start,
        modelled.pixel_event_time is not null as has_pixel_copy,
        coalesce(
            modelled.action_source = 'website'
            and modelled.pixel_event_time <= cast(:now as timestamp) - interval '{pixel_window_hours} hours',
            false
        ) as is_outside_pixel_window
    from ready
    full outer join modelled
        on
            ready.dataset_key = modelled.dataset_key
            and ready.name_key = modelled.name_key
            and ready.id_key = modelled.id_key
),

claimed as (
    select
        coalesce(nullif(dataset_id, {default_dataset}), '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key,
        state,
        uncertain_since,
        last_standing,
        payload_hash,
        event_time,
        value,
        currency
    from their_states
),

joined as (
    select
        coalesce(known.dataset_key, claimed.dataset_key) as dataset_key,
        coalesce(known.name_key, claimed.name_key) as name_key,
        coalesce(known.id_key, claimed.id_key) as id_key,
        case when known.id_key is null then claimed.event_time else known.event_time end as event_time,
        case when known.id_key is null then claimed.value else known.value end as value,
        case when known.id_key is null then claimed.currency else known.currency end as currency,
        claimed.value as claimed_value,
        claimed.currency as claimed_currency,
        coalesce(claimed.state, 'not_sent') as state,
        claimed.uncertain_since,
        coalesce(known.is_ready, false) as is_ready,
        coalesce(known.is_modelled, false) as is_modelled,
        coalesce(known.is_eligible, false) as is_eligible,
        coalesce(known.is_before_start, false) as is_before_start,
        coalesce(known.has_pixel_copy, false) as has_pixel_copy,
        coalesce(known.is_outside_pixel_window, false) as is_outside_pixel_window,
        coalesce(known.event_time <= :now, true) as is_due,
        coalesce(known.deadline_at <= :now, false) as is_past_deadline,
        {is_before_first_sync} as is_before_first_sync,
        coalesce(claimed.payload_hash, '') = coalesce(known.payload_hash, '') as is_unchanged,
        coalesce(claimed.last_standing in ('rejected', 'invalid'), false) as is_refused_since,
        offline_orders.id_key is not null as is_offline_order
    from known
    full outer join claimed
        on
            known.dataset_key = claimed.dataset_key
            and known.name_key = claimed.name_key
            and known.id_key = claimed.id_key
    left join first_seen
        on known.dataset_key = first_seen.dataset_key and known.source_name = first_seen.source_name
    left join offline_orders
        on
            claimed.dataset_key = offline_orders.dataset_key
            and claimed.name_key = offline_orders.name_key
            and claimed.id_key = offline_orders.id_key
),

facts as (
    select
        joined.*,
        {is_past_deduplication} as is_past_deduplication,
        cast(:resend_unconfirmed as boolean) as may_resend
    from joined
),

standings as (
    select
        facts.*,
        {standing} as standing,
        case when state = 'unconfirmed' then {held_reason} end as held_reason
    from facts
)

-- name: states_asked
-- Of `conversion_standings`: every state that the ledger remembers. `why` asks for one.
with their_records as (
    {remembered_records}
),

their_outcomes as (
    {fold_records_of_candidates}
)

select *
from (
    {fold_states_of_candidates}
) as folded

-- name: standings_by_currency
-- How many conversions stand where, with their money in the warehouse now and as it was claimed.
{conversion_standings}
select
    standing,
    state,
    is_outside_pixel_window,
    name_key as event_name,
    currency,
    claimed_currency,
    count(*) as events,
    sum(value) as money,
    sum(claimed_value) as claimed_money
from standings as events
where {which_times}
group by standing, state, is_outside_pixel_window, name_key, currency, claimed_currency

-- name: why_standing
-- Where the one conversion that is asked for stands, and why it is held if it is.
{conversion_standings}
select
    standing,
    held_reason
from standings
