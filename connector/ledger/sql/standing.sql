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
