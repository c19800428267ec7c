-- name: first_seen
-- When each source was first there for a sync, by dataset. The empty name is the dataset itself: of rows that no model names.
select
    coalesce(dataset_key, '') as dataset_key,
    source_name,
    min(first_seen_at) as first_seen_at
from {ledger}.sync_sources
group by coalesce(dataset_key, ''), source_name

-- name: held
-- Which source holds which conversion. The dataset itself holds what the events relation has.
select
    coalesce(dataset_id, '') as dataset_key,
    coalesce(event_name, '') as name_key,
    coalesce(event_id, '') as id_key,
    '' as source_name
from {events} as events
{held_by_models}

-- name: held_by_models
-- A part of `held`, where `conversions` stands beside the events relation.
union all
select
    coalesce(nullif(dataset_id, {default_dataset}), '') as dataset_key,
    coalesce(event_name, '') as name_key,
    coalesce(event_id, '') as id_key,
    coalesce(source_system, '') as source_name
from {conversions} as modelled

-- name: new_sources
-- The sources that no sync has recorded under their names.
with first_seen as (
    {first_seen}
),

here as (
    select distinct
        dataset_key,
        source_name
    from ({held}) as held
)

select
    here.dataset_key,
    here.source_name
from here
left join first_seen
    on here.dataset_key = first_seen.dataset_key and here.source_name = first_seen.source_name
where first_seen.source_name is null

-- name: record_new_sources
-- Records the sources under new names. One that holds a conversion which the ledger knows is not new, it was renamed or
-- split, or the ledger is older than this record: it is known since its first claim, or since before a deadline that a
-- run told of.
insert into {ledger}.sync_sources (dataset_key, source_name, first_seen_at)
with new_sources as (
    {new_sources}
),

held as (
    {held}
),

known as (
    select
        coalesce(nullif(records.dataset_id, {default_dataset}), '') as dataset_key,
        coalesce(records.event_name, '') as name_key,
        coalesce(records.event_id, '') as id_key,
        records.claimed_at as known_at
    from {ledger}.sync_records as records
    inner join {ledger}.sync_runs as runs
        on records.sync_id = runs.sync_id and runs.phase = 'started' and runs.mode = 'live'
    union all
    select
        coalesce(nullif(dataset_id, {default_dataset}), '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key,
        deadline_at - interval '1 second' as known_at
    from {ledger}.sync_expired as expired
)

select
    new_sources.dataset_key,
    new_sources.source_name,
    coalesce(min(known.known_at), {utc_now}) as first_seen_at
from new_sources
inner join held
    on new_sources.dataset_key = held.dataset_key and new_sources.source_name = held.source_name
left join known
    on held.dataset_key = known.dataset_key and held.name_key = known.name_key and held.id_key = known.id_key
group by new_sources.dataset_key, new_sources.source_name

-- name: record_expired
-- Records conversions that have expired and are not recorded yet: each is reported once, whenever its deadline passed and
-- whenever its row arrived. What only runs recorded that did not come to tell of it is recorded once more, for this run.
insert into {ledger}.sync_expired (
    sync_id, dataset_id, event_name, event_id, value, currency, deadline_at, reported_at
)
with first_seen as (
    {first_seen}
),

modelled as (
    select *
    from ({modelled_facts}) as facts_of_models
    where deadline_at <= :now
),

late as (
    select
        dataset_id,
        event_name,
        event_id,
        value,
        currency,
        deadline_at,
        coalesce(dataset_id, '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key
    from {events} as events
    where deadline_at <= :now
),

-- after an outage: rows have left the events relation since a run last told what had expired
gone as (
    select modelled.*
    from modelled
    left join late
        on
            modelled.dataset_key = late.dataset_key
            and modelled.name_key = late.name_key
            and modelled.id_key = late.id_key
    where
        modelled.is_eligible and late.id_key is null
        and modelled.deadline_at > (
            select max(recorded_at)
            from {ledger}.sync_runs
            where phase = 'ended' and mode = 'live' and sync_id <> :sync_id and reason not in :ends_untold
        )
),

expired as (
    select
        late.dataset_id,
        late.event_name,
        late.event_id,
        late.value,
        late.currency,
        late.deadline_at,
        late.dataset_key,
        late.name_key,
        late.id_key,
        coalesce(modelled.source_system, '') as source_name,
        modelled.pixel_event_time is not null as has_pixel_copy,
        true as is_ready
    from late
    left join modelled
        on
            late.dataset_key = modelled.dataset_key
            and late.name_key = modelled.name_key
            and late.id_key = modelled.id_key
    union all
    select
        nullif(dataset_key, '') as dataset_id,
        nullif(name_key, '') as event_name,
        nullif(id_key, '') as event_id,
        value,
        currency,
        deadline_at,
        dataset_key,
        name_key,
        id_key,
        coalesce(source_system, '') as source_name,
        pixel_event_time is not null as has_pixel_copy,
        false as is_ready
    from gone
),

-- of the ledger's days, what has not expired is read and not folded
records_of_expired as (
    select records.*
    from {ledger}.sync_records as records
    inner join
        (
            select distinct
                dataset_key,
                name_key,
                id_key
            from expired
        ) as asked
        on
            coalesce(records.dataset_id, '') = asked.dataset_key
            and coalesce(records.event_name, '') = asked.name_key
            and coalesce(records.event_id, '') = asked.id_key
),

outcomes_of_expired as (
    {fold_records_of_expired}
),

states_of_expired as (
    {fold_states_of_expired}
),

facts as (
    select
        expired.*,
        coalesce(states.state, 'not_sent') as state,
        {is_before_first_sync} as is_before_first_sync,
        -- past its deadline, the rule asks its state, the pixel and its source, no more
        true as is_modelled,
        true as is_eligible,
        false as is_before_start,
        true as is_due,
        true as is_past_deadline,
        false as is_unchanged,
        false as is_refused_since,
        false as is_past_deduplication,
        false as may_resend
    from expired
    left join states_of_expired as states
        on
            expired.dataset_key = coalesce(states.dataset_id, '')
            and expired.name_key = coalesce(states.event_name, '')
            and expired.id_key = coalesce(states.event_id, '')
    left join first_seen
        on expired.dataset_key = first_seen.dataset_key and expired.source_name = first_seen.source_name
),

recorded as (
    select
        reported.dataset_id,
        reported.event_name,
        reported.event_id,
        reported.value,
        reported.currency,
        reported.deadline_at,
        coalesce(reported.dataset_id, '') as dataset_key,
        coalesce(reported.event_name, '') as name_key,
        coalesce(reported.event_id, '') as id_key,
        -- a run that has not ended yet is about to tell
        coalesce(ended.reason, '') not in :ends_untold as is_told
    from {ledger}.sync_expired as reported
    left join {ledger}.sync_runs as ended
        on reported.sync_id = ended.sync_id and ended.phase = 'ended'
),

news as (
    select
        dataset_id,
        event_name,
        event_id,
        value,
        currency,
        deadline_at
    from facts
    where
        {standing} = 'expired'
        and not exists (
            select 1
            from recorded
            where
                recorded.dataset_key = facts.dataset_key
                and recorded.name_key = facts.name_key
                and recorded.id_key = facts.id_key
        )
    union all
    select distinct
        dataset_id,
        event_name,
        event_id,
        value,
        currency,
        deadline_at
    from recorded as untold
    where
        not exists (
            select 1
            from recorded
            where
                recorded.is_told
                and recorded.dataset_key = untold.dataset_key
                and recorded.name_key = untold.name_key
                and recorded.id_key = untold.id_key
        )
)

select
    :sync_id as sync_id,
    dataset_id,
    event_name,
    event_id,
    value,
    currency,
    deadline_at,
    {utc_now} as reported_at
from news

-- name: reported_expired
-- The expired conversions that a run reported, by currency.
select
    currency,
    count(*) as events,
    sum(value) as money
from {ledger}.sync_expired
where sync_id = :sync_id
group by currency
