-- A source is remembered for each dataset, since each has its own first sync. A claim also records until when what is
-- unconfirmed may be sent again: a long run checks it once more before it sends.
alter table {ledger}.sync_sources add column if not exists dataset_key varchar;

alter table {ledger}.sync_records add column if not exists resend_until timestamp without time zone;
