-- name: state_allows_sending
-- A condition, not a query: by its state alone, a conversion may be sent. A replay puts the choice of a person in its place.
state in ('not_sent', 'deferred')
or (state in ('rejected', 'invalid') and not is_unchanged)
-- what was refused when it was sent again would be refused once more
or (state = 'unconfirmed' and may_resend and is_unchanged and not is_refused_since and not is_past_deduplication)

-- name: standing
-- An expression, not a query: where a conversion stands, the first that applies. Its words are in connector/model/standing.py.
case
    -- what Meta has, or may have, goes before what the warehouse says of it now
    when state in ('accepted', 'in_flight') then state
    when state = 'unconfirmed' and (not is_ready or is_past_deadline or not ({state_allows_sending})) then 'held'
    -- what stands in the events relation is sent, whatever the models say by now: sending reads nothing else
    when not is_ready and not is_modelled then 'no_longer_modelled'
    when not is_ready and is_before_start then 'before_start'
    when not is_ready and not is_eligible then 'not_eligible'
    when
        state in ('rejected', 'invalid') and (not is_ready or is_past_deadline or not ({state_allows_sending}))
        then state
    when is_past_deadline and has_pixel_copy then 'covered_by_pixel'
    when is_past_deadline and is_before_first_sync and state = 'not_sent' then 'before_first_sync'
    when is_past_deadline then 'expired'
    when not is_ready then 'not_built'
    when not is_due then 'not_due'
    else 'owed'
end

-- name: held_reason
-- An expression, not a query: why an unconfirmed conversion is not sent again; null where it is.
case
    when not is_ready and not is_modelled then 'no_longer_modelled'
    when not is_ready and not is_eligible then 'no_longer_eligible'
    when is_past_deadline then 'past_deadline'
    when not is_ready or not is_unchanged then 'changed'
    when is_refused_since then 'refused_since'
    when is_past_deduplication then 'deduplication_window_over'
    when not may_resend then 'resending_switched_off'
end

-- name: is_before_first_sync
-- A condition, not a query: its deadline had passed when a sync first knew its source, or none knows it yet.
coalesce(deadline_at <= first_seen_at, true)

-- name: is_past_deduplication
-- A condition, not a query: Meta would count a second copy by now, with an hour in hand.
coalesce(:now >= {resend_until}, false)

-- name: resend_until
-- An expression, not a query: until when an unconfirmed one may be sent again; null for all others.
case
    when is_offline_order then uncertain_since + interval '{order_resend_hours} hours'
    else uncertain_since + interval '{resend_hours} hours'
end

-- name: offline_orders
-- Of `their_states`, the unconfirmed whose resend has the longer window of offline orders (its key holds the order_id).
select distinct
    coalesce(events.dataset_id, '') as dataset_key,
    coalesce(events.event_name, '') as name_key,
    coalesce(events.event_id, '') as id_key
from {events} as events
inner join their_states
    on
        coalesce(events.dataset_id, '') = coalesce(their_states.dataset_id, '')
        and coalesce(events.event_name, '') = coalesce(their_states.event_name, '')
        and coalesce(events.event_id, '') = coalesce(their_states.event_id, '')
        and their_states.state = 'unconfirmed'
where events.action_source = 'physical_store' and events.payload like '%"order_id":%'

-- name: modelled_facts
-- What the models say of each conversion, where `conversions` stands beside the events relation.
select
    coalesce(nullif(dataset_id, {default_dataset}), '') as dataset_key,
    coalesce(event_name, '') as name_key,
    coalesce(event_id, '') as id_key,
    event_time,
    action_source,
    cast(case when {is_money} then value end as decimal(18, 4)) as value,
    currency,
    is_eligible,
    ineligible_reason,
    pixel_event_time,
    deadline_at,
    source_system
from {conversions} as modelled
where {which_modelled}

-- name: no_modelled_facts
-- The same where no mart stands beside the events relation.
select
    cast(null as varchar) as dataset_key,
    cast(null as varchar) as name_key,
    cast(null as varchar) as id_key,
    cast(null as timestamp) as event_time,
    cast(null as varchar) as action_source,
    cast(null as decimal(18, 4)) as value,
    cast(null as varchar) as currency,
    cast(null as boolean) as is_eligible,
    cast(null as varchar) as ineligible_reason,
    cast(null as timestamp) as pixel_event_time,
    cast(null as timestamp) as deadline_at,
    cast(null as varchar) as source_system
where 1 = 0

-- name: which_modelled
-- A condition, not a query: the days that dbt reconciles, which the ledger remembers whole.
event_time >= cast(cast(:now as timestamp) - interval '{reconciled_days} days' as date)
