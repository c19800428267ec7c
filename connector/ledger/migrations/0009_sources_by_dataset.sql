-- A source is seen for each dataset by itself: what goes to a new one begins there anew.
alter table {ledger}.sync_sources add column if not exists dataset_key varchar;
