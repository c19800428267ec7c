-- What the destination said with a refusal, for people: without identifiers, tokens and URLs, in the language of the
-- token's user. Nothing is decided by it: `error_text` stays the reason word.
alter table {ledger}.sync_outcomes add column if not exists answer_text varchar;
