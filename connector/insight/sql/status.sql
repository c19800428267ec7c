-- name: owed_by_currency
-- What is owed now, by event name, currency and dataset.
{candidates}
select
    dataset_id,
    event_name,
    currency,
    count(*) as events,
    sum(value) as money,
    min(event_time) as first_event_time,
    min(deadline_at) as first_deadline_at
from owed
group by dataset_id, event_name, currency
order by dataset_id, event_name, currency

-- name: owed_payloads
-- The exact payloads of the conversions that would be sent first.
{candidates}
select
    owed.event_name,
    owed.event_id,
    owed.event_time,
    owed.deadline_at,
    owed.value,
    owed.currency,
    events.payload
from owed
inner join {events} as events
    on
        owed.dataset_key = coalesce(events.dataset_id, '')
        and owed.name_key = coalesce(events.event_name, '')
        and owed.id_key = coalesce(events.event_id, '')
        and coalesce(owed.payload_hash, '') = coalesce(events.payload_hash, '')
order by owed.is_suspect, owed.deadline_at, owed.dataset_key, owed.name_key, owed.id_key
limit :show

-- name: pixel_overlap
-- Owed conversions that the browser's pixel has sent as well: Meta drops one of each pair inside its window.
{candidates}
select count(*) as events
from owed
inner join {conversions} as conversions
    on
        owed.dataset_key = coalesce(nullif(conversions.dataset_id, {default_dataset}), '')
        and owed.name_key = coalesce(conversions.event_name, '')
        and owed.id_key = coalesce(conversions.event_id, '')
where conversions.pixel_event_time is not null

-- name: ineligible_by_reason
-- What the models hold back, by reason, event name and currency.
select
    ineligible_reason as reason,
    event_name,
    currency,
    count(*) as events,
    sum(value) as money
from {conversions} as events
where not is_eligible and {which_times}
group by ineligible_reason, event_name, currency
order by ineligible_reason, event_name, currency

-- name: last_runs
-- The newest runs with how they ended, and who started each, from where, with which version.
select
    started.sync_id,
    started.run_no,
    started.mode,
    started.started_by,
    started.started_on,
    started.airflow_run,
    started.connector_version,
    started.recorded_at as started_at,
    ended.recorded_at as ended_at,
    ended.reason,
    ended.claimed,
    ended.accepted,
    ended.rejected,
    ended.invalid,
    ended.deferred,
    ended.unconfirmed,
    ended.requests
from {ledger}.sync_runs as started
left join {ledger}.sync_runs as ended
    on started.sync_id = ended.sync_id and ended.phase = 'ended'
where started.phase = 'started' and started.mode = 'live'
order by started.run_no desc
limit :newest

-- name: unproven_runs
-- Live runs that the ledger still looks at that nothing proves: their sums differ, or they have no proof and no later run has one.
with lives as (
    select
        started.sync_id,
        started.run_no,
        ended.reason,
        coalesce(
            ended.reason = 'unproven' or (
                ended.reason not in :ends_without_proof
                and ended.claimed
                <> ended.accepted + ended.rejected + ended.invalid + ended.deferred + ended.unconfirmed
            ),
            false
        ) as is_wrong,
        coalesce(ended.reason not in :ends_without_proof, false) as is_proven
    from {ledger}.sync_runs as started
    left join {ledger}.sync_runs as ended
        on started.sync_id = ended.sync_id and ended.phase = 'ended'
    where
        started.phase = 'started' and started.mode = 'live'
        and started.recorded_at > {utc_now} - interval '{ledger_days} days'
)

select
    sync_id,
    run_no,
    reason,
    is_wrong
from lives
where
    is_wrong
    or (not is_proven and run_no > coalesce((select max(run_no) from lives where is_proven), 0))
order by is_wrong desc, run_no desc

-- name: unexplained_money
-- What the reconciliation cannot place, by event and currency.
select
    event_name,
    currency,
    sum(events) as events,
    sum(value) as money
from {marts}.revenue_waterfall
where stage = 'unexplained'
group by event_name, currency
order by event_name, currency

-- name: owed_at_stake
-- What is owed now, by dataset, event name and currency, with the part of it that passes its deadline soon.
{candidates}
select
    dataset_key,
    event_name,
    currency,
    count(*) as events,
    sum(value) as money,
    min(deadline_at) as first_deadline_at,
    count(case when deadline_at < :soon then 1 end) as soon_events,
    sum(case when deadline_at < :soon then value end) as soon_money
from owed
group by dataset_key, event_name, currency
order by dataset_key, event_name, currency

-- name: expired_since
-- Revenue that runs reported as expired since a moment, by currency. What a dead run recorded, the next one did once more.
select
    currency,
    count(*) as events,
    sum(value) as money
from (
    select distinct
        dataset_id,
        event_name,
        event_id,
        value,
        currency
    from {ledger}.sync_expired
    where reported_at >= :since and sync_id is not null and event_name in :revenue_events
) as expired
group by currency
order by currency

-- name: answers_of_run
-- The most frequent answer of a run that accepted nothing: codes, and the reason word of why.
select
    http_status,
    error_code,
    error_subcode,
    error_text,
    count(*) as answers
from {ledger}.sync_outcomes
where
    sync_id = :sync_id and outcome in ('deferred', 'unconfirmed', 'rejected')
    and (error_code is not null or http_status is not null or error_text <> 'run_stopped')
group by http_status, error_code, error_subcode, error_text
order by count(*) desc, error_code
limit 1

-- name: outcomes_of_run
-- What became of a run's conversions, by dataset, outcome, event name, currency and answer; the first event_id of each.
select
    coalesce(records.dataset_id, '') as dataset_key,
    finals.outcome,
    records.event_name,
    records.currency,
    finals.error_code,
    finals.error_subcode,
    finals.error_text,
    count(*) as events,
    sum(records.value) as money,
    max(finals.answer_text) as answer_text,
    min(records.event_id) as example
from {ledger}.sync_records as records
inner join {ledger}.sync_outcomes as finals
    on
        records.sync_id = finals.sync_id and records.batch_no = finals.batch_no and finals.outcome not in ({marks})
        and records.position between finals.first_position and finals.last_position
where records.sync_id = :sync_id
group by
    coalesce(records.dataset_id, ''),
    finals.outcome,
    records.event_name,
    records.currency,
    finals.error_code,
    finals.error_subcode,
    finals.error_text
order by count(*) desc, finals.error_code, finals.error_text, records.event_name, records.currency

-- name: newest_proven_run
-- The newest live run that ended well with sums that add up, and how old that is by the warehouse's clock.
select
    sync_id,
    recorded_at as ended_at,
    {utc_now} as now
from {ledger}.sync_runs
where
    phase = 'ended' and mode = 'live' and reason in :green
    and claimed = accepted + rejected + invalid + deferred + unconfirmed
order by run_no desc
limit 1
