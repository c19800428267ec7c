-- Which version of Meta's API a run used, so that an alarm can say when it ends.
alter table {ledger}.sync_runs add column if not exists api_version varchar;
