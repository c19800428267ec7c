-- The ledger exactly as version 3 of this package made it, statement by statement, written by that version (commit
-- 64919c7): the SQL that SQLAlchemy and the package sent to DuckDB and to PostgreSQL. {utc_now} is the one thing that differed.
CREATE SCHEMA IF NOT EXISTS delivery;

CREATE TABLE IF NOT EXISTS delivery.meta_event_stats (
    pulled_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    dataset_id VARCHAR NOT NULL,
    event_source VARCHAR NOT NULL,
    hour_start TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    event_name VARCHAR NOT NULL,
    events BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS delivery.meta_insights (
    pulled_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    account_id VARCHAR NOT NULL,
    account_timezone VARCHAR,
    account_currency VARCHAR,
    day DATE NOT NULL,
    action_type VARCHAR,
    attribution_window VARCHAR,
    actions NUMERIC(18, 4),
    action_value NUMERIC(18, 4),
    spend NUMERIC(18, 4)
);

CREATE TABLE IF NOT EXISTS delivery.meta_match_quality (
    pulled_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    dataset_id VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    event_name VARCHAR NOT NULL,
    measure VARCHAR NOT NULL,
    item VARCHAR,
    number NUMERIC(18, 4),
    words VARCHAR
);

CREATE TABLE IF NOT EXISTS delivery.meta_pulls (
    pulled_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    figure VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    covers_from TIMESTAMP WITHOUT TIME ZONE,
    covers_until TIMESTAMP WITHOUT TIME ZONE,
    rows_read BIGINT NOT NULL,
    problem VARCHAR
);

CREATE TABLE IF NOT EXISTS delivery.sync_expired (
    sync_id VARCHAR,
    dataset_id VARCHAR,
    event_name VARCHAR,
    event_id VARCHAR,
    value NUMERIC(18, 4),
    currency VARCHAR,
    deadline_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    told_at TIMESTAMP WITHOUT TIME ZONE NOT NULL
);

CREATE TABLE IF NOT EXISTS delivery.sync_leases (
    sync_id VARCHAR NOT NULL,
    expires_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    ended BOOLEAN NOT NULL
);

CREATE TABLE IF NOT EXISTS delivery.sync_lock (
    holder VARCHAR,
    locked_at TIMESTAMP WITHOUT TIME ZONE,
    ledger_version INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS delivery.sync_outcomes (
    sync_id VARCHAR NOT NULL,
    batch_no INTEGER NOT NULL,
    first_position INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    outcome VARCHAR NOT NULL,
    recorded_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    http_status INTEGER,
    error_code INTEGER,
    error_subcode INTEGER,
    error_text VARCHAR,
    fbtrace_id VARCHAR,
    events_received INTEGER,
    duration_ms INTEGER
);

CREATE TABLE IF NOT EXISTS delivery.sync_records (
    sync_id VARCHAR NOT NULL,
    batch_no INTEGER NOT NULL,
    position INTEGER NOT NULL,
    dataset_id VARCHAR,
    event_name VARCHAR,
    event_id VARCHAR,
    event_time TIMESTAMP WITHOUT TIME ZONE,
    action_source VARCHAR,
    value NUMERIC(18, 4),
    currency VARCHAR,
    payload_hash VARCHAR,
    claimed_at TIMESTAMP WITHOUT TIME ZONE NOT NULL
);

CREATE TABLE IF NOT EXISTS delivery.sync_runs (
    sync_id VARCHAR NOT NULL,
    run_no BIGINT NOT NULL,
    lane VARCHAR NOT NULL,
    change VARCHAR NOT NULL,
    recorded_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    destination_host VARCHAR NOT NULL,
    default_dataset_id VARCHAR,
    reason VARCHAR,
    claimed BIGINT,
    accepted BIGINT,
    rejected BIGINT,
    invalid BIGINT,
    deferred BIGINT,
    unconfirmed BIGINT,
    money VARCHAR,
    requests BIGINT,
    doubted_datasets VARCHAR,
    api_version VARCHAR
);

insert into delivery.sync_lock (holder, locked_at, ledger_version)
select null, null, 3
where not exists (select 1 from delivery.sync_lock);

create or replace view delivery.record_outcomes as
-- One row per record of the live lane with its mark and its final outcome. delivery.sync_records is where records come from.
select
    records.sync_id,
    runs.run_no,
    records.batch_no,
    records.position,
    records.dataset_id,
    records.event_name,
    records.event_id,
    records.event_time,
    records.action_source,
    records.value,
    records.currency,
    records.payload_hash,
    records.claimed_at,
    marks.recorded_at as sending_at,
    finals.outcome,
    finals.recorded_at as settled_at,
    finals.http_status,
    finals.error_code,
    finals.error_subcode,
    finals.error_text,
    finals.fbtrace_id,
    finals.events_received,
    finals.duration_ms,
    coalesce(not leases.ended and leases.expires_at > {utc_now}, false) as run_is_living
from delivery.sync_records as records
inner join delivery.sync_runs as runs
    on records.sync_id = runs.sync_id and runs.change = 'started' and runs.lane = 'live'
left join delivery.sync_leases as leases
    on records.sync_id = leases.sync_id
left join delivery.sync_outcomes as marks
    on
        records.sync_id = marks.sync_id and records.batch_no = marks.batch_no and marks.outcome = 'sending'
        and records.position between marks.first_position and marks.last_position
left join delivery.sync_outcomes as finals
    on
        records.sync_id = finals.sync_id and records.batch_no = finals.batch_no and finals.outcome <> 'sending'
        and records.position between finals.first_position and finals.last_position
where records.claimed_at > {utc_now} - interval '90 days';

create or replace view delivery.conversion_states as
-- One row per conversion that has a state: the first that applies of accepted, in_flight, unconfirmed, last outcome.
with standings as (
    select
        outcomes.*,
        case
            when outcomes.outcome is not null then outcomes.outcome
            when outcomes.run_is_living then 'in_flight'
            when outcomes.sending_at is not null then 'unconfirmed'
        end as standing
    from delivery.record_outcomes as outcomes
),

ranked as (
    select
        standings.*,
        -- an unconfirmed conversion is decided by its earliest uncertain copy, all others by the run that started last
        row_number() over (
            partition by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
            order by
                case standing when 'accepted' then 1 when 'in_flight' then 2 when 'unconfirmed' then 3 else 4 end,
                case when standing = 'unconfirmed' then coalesce(sending_at, settled_at) end,
                run_no desc
        ) as decides,
        min(case when standing = 'unconfirmed' then coalesce(sending_at, settled_at) end) over (
            partition by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
        ) as first_uncertain_at,
        sum(case when standing in ('accepted', 'unconfirmed') then 1 else 0 end) over (
            partition by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
        ) as possible_receipts,
        first_value(standing) over (
            partition by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
            order by run_no desc
        ) as last_standing
    from standings
    where standing is not null
)

select
    dataset_id,
    event_name,
    event_id,
    standing as state,
    payload_hash,
    case when standing = 'unconfirmed' then first_uncertain_at end as uncertain_since,
    value,
    currency,
    event_time,
    action_source,
    run_no,
    error_code,
    error_subcode,
    error_text,
    possible_receipts,
    last_standing
from ranked
where decides = 1;
