-- name: gone_keys
-- Keys accepted within their sending window that stand neither in the events relation nor in `conversions`, and whose
-- loss nobody has confirmed. Times are whole seconds, as Meta reads them.
with accepted_keys as (
    select distinct
        coalesce(records.dataset_id, '') as dataset_key,
        coalesce(records.event_name, '') as name_key,
        coalesce(records.event_id, '') as id_key,
        coalesce(records.action_source, '') as action_source,
        date_trunc('second', records.event_time) as happened_at,
        coalesce(records.currency, '') as currency
    from {ledger}.sync_records as records
    inner join {ledger}.sync_runs as runs
        on records.sync_id = runs.sync_id and runs.phase = 'started' and runs.mode = 'live'
    inner join {ledger}.sync_outcomes as finals
        on
            records.sync_id = finals.sync_id and records.batch_no = finals.batch_no and finals.outcome = 'accepted'
            and records.position between finals.first_position and finals.last_position
    where
        records.event_time > cast(:now as timestamp) - interval '{store_window_days} days'
        and (
            records.action_source = 'physical_store'
            or records.event_time > cast(:now as timestamp) - interval '{window_days} days'
        )
),

standing_keys as (
    select distinct
        coalesce(dataset_id, '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key
    from {events} as events
),

missing as (
    select accepted_keys.*
    from accepted_keys
    left join standing_keys
        on
            accepted_keys.dataset_key = standing_keys.dataset_key
            and accepted_keys.name_key = standing_keys.name_key
            and accepted_keys.id_key = standing_keys.id_key
    where standing_keys.id_key is null
),

-- one may be explained in both ways
explained as (
    select
        dataset_key,
        name_key,
        id_key
    from {ledger}.sync_confirmed_keys
    {modelled_keys_of_all}
),

gone as (
    select missing.*
    from missing
    left join explained
        on
            missing.dataset_key = explained.dataset_key
            and missing.name_key = explained.name_key
            and missing.id_key = explained.id_key
    where explained.id_key is null
)

-- name: modelled_keys_of_all
-- A part of `gone_keys`, where `conversions` stands beside the events relation: what it still knows has not vanished.
union all
select
    coalesce(nullif(dataset_id, {default_dataset}), '') as dataset_key,
    coalesce(event_name, '') as name_key,
    coalesce(event_id, '') as id_key
from {conversions} as modelled

-- name: vanished_keys
-- By dataset, event name and action source: how many keys are gone, and how many owed keys, which the ledger has never
-- seen, have the time and the currency of one of them (a currency that is not known is equal to any).
{gone_keys},

moments_of_gone as (
    select distinct
        dataset_key,
        name_key,
        action_source,
        happened_at
    from gone
),

alike as (
    select
        coalesce(events.dataset_id, '') as dataset_key,
        coalesce(events.event_name, '') as name_key,
        coalesce(events.event_id, '') as id_key,
        moments_of_gone.action_source,
        moments_of_gone.happened_at,
        coalesce(events.currency, '') as currency
    from {events} as events
    inner join moments_of_gone
        on
            coalesce(events.dataset_id, '') = moments_of_gone.dataset_key
            and coalesce(events.event_name, '') = moments_of_gone.name_key
            and coalesce(events.action_source, '') = moments_of_gone.action_source
            and date_trunc('second', events.event_time) = moments_of_gone.happened_at
    where events.deadline_at > cast(:now as timestamp) and events.event_time <= cast(:now as timestamp)
),

never_seen as (
    select distinct alike.*
    from alike
    left join
        (
            select
                coalesce(records.dataset_id, '') as dataset_key,
                coalesce(records.event_name, '') as name_key,
                coalesce(records.event_id, '') as id_key
            from {ledger}.sync_records as records
            inner join {ledger}.sync_runs as runs
                on records.sync_id = runs.sync_id and runs.phase = 'started' and runs.mode = 'live'
        ) as seen
        on
            alike.dataset_key = seen.dataset_key
            and alike.name_key = seen.name_key
            and alike.id_key = seen.id_key
    where seen.id_key is null
),

by_currency as (
    select
        dataset_key,
        name_key,
        action_source,
        happened_at,
        currency,
        sum(is_gone) as gone,
        sum(1 - is_gone) as arrived
    from (
        select
            dataset_key, name_key, action_source, happened_at, currency, 1 as is_gone
        from gone
        union all
        select
            dataset_key, name_key, action_source, happened_at, currency, 0 as is_gone
        from never_seen
    ) as both_sides
    group by dataset_key, name_key, action_source, happened_at, currency
),

-- one to one: first what has a currency, then the rest of it beside what has none
by_moment as (
    select
        dataset_key,
        name_key,
        action_source,
        sum(gone) as gone,
        sum(case when currency <> '' then least(gone, arrived) else 0 end) as paired,
        sum(case when currency <> '' then greatest(gone - arrived, 0) else 0 end) as gone_left,
        sum(case when currency <> '' then greatest(arrived - gone, 0) else 0 end) as arrived_left,
        sum(case when currency = '' then gone else 0 end) as gone_of_any,
        sum(case when currency = '' then arrived else 0 end) as arrived_of_any
    from by_currency
    group by dataset_key, name_key, action_source, happened_at
)

select
    dataset_key,
    name_key,
    action_source,
    cast(sum(gone) as bigint) as gone,
    cast(
        sum(
            paired + least(gone_of_any, arrived_left) + least(arrived_of_any, gone_left)
            + least(greatest(gone_of_any - arrived_left, 0), greatest(arrived_of_any - gone_left, 0))
        ) as bigint
    ) as moved
from by_moment
group by dataset_key, name_key, action_source
order by dataset_key, name_key, action_source

-- name: confirm_gone_keys
-- What a person has confirmed: these keys are gone for good, and what is owed now is no second copy of them.
insert into {ledger}.sync_confirmed_keys (dataset_key, name_key, id_key, confirmed_at)
{gone_keys}
select distinct
    dataset_key,
    name_key,
    id_key,
    {utc_now} as confirmed_at
from gone
