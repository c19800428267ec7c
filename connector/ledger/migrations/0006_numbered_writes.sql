-- A run numbers its writes, so that one whose commit was not confirmed is not written twice. From this version on
-- `sync_outcomes` also says what was surely not processed and is sent again: the marks released and resending.
alter table {ledger}.sync_leases add column if not exists write_no integer;
