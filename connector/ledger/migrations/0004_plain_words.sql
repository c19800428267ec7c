-- Columns and reason words by their usual names, and who started a run from where.
-- The ledger is append-only for runs: no outcome and no time of a row changes here, only the word that stands for a
-- reason. So the claim needs to know one word for each reason, whichever version wrote the row.
alter table {ledger}.sync_runs rename column lane to mode;

alter table {ledger}.sync_runs rename column change to phase;

alter table {ledger}.sync_runs rename column doubted_datasets to datasets_to_probe;

alter table {ledger}.sync_runs add column if not exists started_by varchar;

alter table {ledger}.sync_runs add column if not exists started_on varchar;

alter table {ledger}.sync_runs add column if not exists airflow_run varchar;

alter table {ledger}.sync_runs add column if not exists connector_version varchar;

alter table {ledger}.sync_expired rename column told_at to reported_at;

alter table {ledger}.meta_match_quality rename column words to text_value;

update {ledger}.sync_runs set reason = 'lease_expired' where reason = 'lease_ran_out';

update {ledger}.sync_runs set reason = 'time_limit_reached' where reason = 'time_is_up';

update {ledger}.sync_runs set reason = 'unreachable' where reason = 'meta_unreachable';

update {ledger}.sync_outcomes set error_text = 'bisection_budget_spent' where error_text = 'halving_budget_spent';
