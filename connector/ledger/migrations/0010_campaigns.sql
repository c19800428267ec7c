-- What Meta says of each campaign and day: what it cost and the purchases that are credited to it.
create table if not exists {ledger}.meta_campaigns (
    pulled_at timestamp without time zone not null,
    account_id varchar not null,
    account_timezone varchar,
    account_currency varchar,
    day date not null,
    campaign_id varchar not null,
    campaign_name varchar,
    spend decimal(18, 4),
    purchases decimal(18, 4),
    purchase_value decimal(18, 4)
);
