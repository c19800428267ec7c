-- What Meta itself counts (snapshots with `pulled_at`, and what each pull covers), the conversions that expired unsent,
-- and what a run knows of its datasets: the default one, and those that Meta had stopped.
create table if not exists {ledger}.meta_pulls (
    pulled_at timestamp without time zone not null,
    figure varchar not null,
    subject_id varchar not null,
    covers_from timestamp without time zone,
    covers_until timestamp without time zone,
    rows_read bigint not null,
    problem varchar
);

create table if not exists {ledger}.meta_event_stats (
    pulled_at timestamp without time zone not null,
    dataset_id varchar not null,
    event_source varchar not null,
    hour_start timestamp without time zone not null,
    event_name varchar not null,
    events bigint not null
);

create table if not exists {ledger}.meta_match_quality (
    pulled_at timestamp without time zone not null,
    dataset_id varchar not null,
    channel varchar not null,
    event_name varchar not null,
    measure varchar not null,
    item varchar,
    number decimal(18, 4),
    words varchar
);

create table if not exists {ledger}.meta_insights (
    pulled_at timestamp without time zone not null,
    account_id varchar not null,
    account_timezone varchar,
    account_currency varchar,
    day date not null,
    action_type varchar,
    attribution_window varchar,
    actions decimal(18, 4),
    action_value decimal(18, 4),
    spend decimal(18, 4)
);

create table if not exists {ledger}.sync_expired (
    sync_id varchar,
    dataset_id varchar,
    event_name varchar,
    event_id varchar,
    value decimal(18, 4),
    currency varchar,
    deadline_at timestamp without time zone not null,
    told_at timestamp without time zone not null
);

alter table {ledger}.sync_runs add column if not exists default_dataset_id varchar;

alter table {ledger}.sync_runs add column if not exists doubted_datasets varchar;
