-- The keys that a person has confirmed to be gone (a later change of event_id stops again), and when each source of
-- conversions was first seen: what had passed its deadline by then could never be sent.
create table if not exists {ledger}.sync_confirmed_keys (
    dataset_key varchar not null,
    name_key varchar not null,
    id_key varchar not null,
    confirmed_at timestamp without time zone not null
);

create table if not exists {ledger}.sync_sources (
    source_name varchar not null,
    first_seen_at timestamp without time zone not null
);
