-- A source is seen for each dataset by itself: what goes to a new one begins there anew. And a claim writes down until
-- when what is unconfirmed may be sent again, which a long run looks at once more before it sends.
alter table {ledger}.sync_sources add column if not exists dataset_key varchar;

alter table {ledger}.sync_records add column if not exists resend_until timestamp without time zone;
