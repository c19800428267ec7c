-- name: see_sources
-- Notes each source that was never seen before: a `source_system` of `conversions`, and in a relation of your own an event
-- name with its action source. What is past its deadline by then could never be sent. A ledger that began before it
-- noted sources has seen, from its first run on, all that are there now; the empty name says that it does note them.
insert into {ledger}.sync_sources (source_name, first_seen_at)
select
    found.source_name,
    case
        when (select count(*) from {ledger}.sync_sources) > 0 then cast(:now as timestamp)
        else coalesce(
            (select min(recorded_at) from {ledger}.sync_runs where phase = 'started' and mode = 'live'),
            cast(:now as timestamp)
        )
    end as first_seen_at
from (
    select '' as source_name
    union
    select {source_of_event} as source_name
    from {events} as events
    union
    select modelled.source_system as source_name
    from ({modelled_for_expiry}) as modelled
    where modelled.source_system is not null
) as found
left join {ledger}.sync_sources as seen
    on found.source_name = seen.source_name
where seen.source_name is null

-- name: source_of_event
-- An expression, not a query: what stands for the source of a row of which `conversions` knows none.
coalesce(events.event_name, '') || ' ' || coalesce(events.action_source, '')

-- name: modelled_for_expiry
-- Of `see_sources` and `record_expired`, where `conversions` stands beside the events relation.
select
    coalesce(nullif(dataset_id, {default_dataset}), '') as dataset_key,
    coalesce(event_name, '') as name_key,
    coalesce(event_id, '') as id_key,
    nullif(dataset_id, {default_dataset}) as dataset_id,
    event_name,
    event_id,
    cast(case when {is_money} then value end as decimal(18, 4)) as value,
    currency,
    deadline_at,
    is_eligible,
    pixel_event_time is not null as has_pixel_copy,
    {source_system} as source_system
from {conversions} as modelled

-- name: nothing_modelled_for_expiry
-- The same where no mart stands beside the events relation.
select
    cast(null as varchar) as dataset_key,
    cast(null as varchar) as name_key,
    cast(null as varchar) as id_key,
    cast(null as varchar) as dataset_id,
    cast(null as varchar) as event_name,
    cast(null as varchar) as event_id,
    cast(null as decimal(18, 4)) as value,
    cast(null as varchar) as currency,
    cast(null as timestamp) as deadline_at,
    cast(null as boolean) as is_eligible,
    cast(null as boolean) as has_pixel_copy,
    cast(null as varchar) as source_system
where 1 = 0

-- name: record_expired
-- Records conversions that have expired and are not recorded yet: each is reported once, whenever its deadline passed and
-- whenever its row arrived. What left the events relation since the last run that reported is looked up in `conversions`.
-- What is past its deadline when its source is first seen is recorded without a run: no run reports it.
insert into {ledger}.sync_expired (
    sync_id, dataset_id, event_name, event_id, value, currency, deadline_at, reported_at
)
with modelled as (
    {modelled_for_expiry}
),

ready as (
    select
        coalesce(events.dataset_id, '') as dataset_key,
        coalesce(events.event_name, '') as name_key,
        coalesce(events.event_id, '') as id_key,
        max(events.dataset_id) as dataset_id,
        max(events.event_name) as event_name,
        max(events.event_id) as event_id,
        max(events.value) as value,
        max(events.currency) as currency,
        max(events.deadline_at) as deadline_at,
        max({source_of_event}) as source_name
    from {events} as events
    where events.deadline_at <= :now
    group by coalesce(events.dataset_id, ''), coalesce(events.event_name, ''), coalesce(events.event_id, '')
),

standing_keys as (
    select distinct
        coalesce(events.dataset_id, '') as dataset_key,
        coalesce(events.event_name, '') as name_key,
        coalesce(events.event_id, '') as id_key
    from {events} as events
),

last_report as (
    select max(recorded_at) as reported_at
    from {ledger}.sync_runs
    where
        phase = 'ended' and mode = 'live' and reason not in ('failed', 'process_gone', 'lease_expired')
        and coalesce(sync_id <> :sync_id, true)
),

past as (
    select
        ready.dataset_key,
        ready.name_key,
        ready.id_key,
        ready.dataset_id,
        ready.event_name,
        ready.event_id,
        ready.value,
        ready.currency,
        ready.deadline_at,
        true as is_ready,
        coalesce(modelled.has_pixel_copy, false) as has_pixel_copy,
        coalesce(modelled.source_system, ready.source_name) as source_name
    from ready
    left join modelled
        on
            ready.dataset_key = modelled.dataset_key
            and ready.name_key = modelled.name_key
            and ready.id_key = modelled.id_key
    union all
    select
        modelled.dataset_key,
        modelled.name_key,
        modelled.id_key,
        modelled.dataset_id,
        modelled.event_name,
        modelled.event_id,
        modelled.value,
        modelled.currency,
        modelled.deadline_at,
        false as is_ready,
        modelled.has_pixel_copy,
        coalesce(modelled.source_system, '') as source_name
    from modelled
    left join standing_keys
        on
            modelled.dataset_key = standing_keys.dataset_key
            and modelled.name_key = standing_keys.name_key
            and modelled.id_key = standing_keys.id_key
    where
        standing_keys.id_key is null
        and modelled.is_eligible
        and modelled.deadline_at <= :now
        -- as long as rows are kept, they were still there when the last run reported
        and modelled.deadline_at > coalesce((select reported_at from last_report), :now) - interval '{kept_days} days'
),

sources as (
    select
        source_name,
        min(first_seen_at) as first_seen_at
    from {ledger}.sync_sources
    group by source_name
),

facts as (
    select
        past.*,
        sources.first_seen_at,
        coalesce(states.state, 'not_sent') as state,
        -- what is past its deadline: the rule asks its state and the pixel, no more
        true as is_modelled,
        true as is_eligible,
        false as is_before_start,
        true as is_due,
        true as is_past_deadline,
        false as is_unchanged,
        false as is_refused_since,
        false as is_past_deduplication,
        false as may_resend
    from past
    left join sources
        on past.source_name = sources.source_name
    left join ({states_asked}) as states
        on
            past.dataset_key = coalesce(states.dataset_id, '')
            and past.name_key = coalesce(states.event_name, '')
            and past.id_key = coalesce(states.event_id, '')
)

select
    :sync_id as sync_id,
    facts.dataset_id,
    facts.event_name,
    facts.event_id,
    facts.value,
    facts.currency,
    facts.deadline_at,
    {utc_now} as reported_at
from facts
where
    {standing} = 'expired'
    and {which_sources}
    and not exists (
        select 1
        from {ledger}.sync_expired as reported
        where
            coalesce(reported.dataset_id, '') = coalesce(facts.dataset_id, '')
            and coalesce(reported.event_name, '') = coalesce(facts.event_name, '')
            and coalesce(reported.event_id, '') = coalesce(facts.event_id, '')
    )

-- name: which_sources
-- A condition, not a query: the conversions of which sources. All, unless those of new ones are recorded.
true

-- name: of_new_sources
-- The same, of sources that are seen for the first time now.
facts.first_seen_at >= :now

-- name: reported_expired
-- The expired conversions that a run reported, by currency.
select
    currency,
    count(*) as events,
    sum(value) as money
from {ledger}.sync_expired
where sync_id = :sync_id
group by currency
