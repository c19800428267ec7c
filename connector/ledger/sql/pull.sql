-- name: datasets_sent_to
-- The datasets that conversions were planned for lately; what Meta received longer ago cannot be read any more.
select distinct dataset_id
from {ledger}.sync_records
where dataset_id is not null and claimed_at > {utc_now} - interval '8 days'

-- name: datasets_modelled
-- The datasets that the events relation names.
select distinct dataset_id
from {relation}
where dataset_id is not null

-- name: insert_pull
-- What one reading covers, or why there is none. Written after its rows, which are never read without it.
insert into {ledger}.meta_pulls (pulled_at, figure, subject_id, covers_from, covers_until, rows_read, problem)
values (:pulled_at, :figure, :subject_id, :covers_from, :covers_until, :rows_read, :problem)
