-- What a run writes: its start and its end, what it claimed, what became of it, and its lease.
-- All times are UTC without zone, money is decimal(18,4). `sync_lock` is not made here: it holds the version, so it is
-- there before the first migration (see `create_lock`).
create table if not exists {ledger}.sync_runs (
    sync_id varchar not null,
    run_no bigint not null,
    lane varchar not null,
    change varchar not null,
    recorded_at timestamp without time zone not null,
    destination_host varchar not null,
    reason varchar,
    claimed bigint,
    accepted bigint,
    rejected bigint,
    invalid bigint,
    deferred bigint,
    unconfirmed bigint,
    money varchar,
    requests bigint
);

create table if not exists {ledger}.sync_records (
    sync_id varchar not null,
    batch_no integer not null,
    position integer not null,
    dataset_id varchar,
    event_name varchar,
    event_id varchar,
    event_time timestamp without time zone,
    action_source varchar,
    value decimal(18, 4),
    currency varchar,
    payload_hash varchar,
    claimed_at timestamp without time zone not null
);

create table if not exists {ledger}.sync_outcomes (
    sync_id varchar not null,
    batch_no integer not null,
    first_position integer not null,
    last_position integer not null,
    outcome varchar not null,
    recorded_at timestamp without time zone not null,
    http_status integer,
    error_code integer,
    error_subcode integer,
    error_text varchar,
    fbtrace_id varchar,
    events_received integer,
    duration_ms integer
);

create table if not exists {ledger}.sync_leases (
    sync_id varchar not null,
    expires_at timestamp without time zone not null,
    ended boolean not null
);
