-- What people were told of alarms, and what they answered. One row for each thing that happened to an alarm (`phase`): it
-- was seen or gone in a reading, a message was claimed, told or failed, a person acknowledged it. `money` is JSON.
create table if not exists {ledger}.alarm_notices (
    notice_no bigint not null,
    notice_id varchar not null,
    recorded_at timestamp without time zone not null,
    phase varchar not null,
    alarm varchar not null,
    scope varchar not null,
    change varchar,
    reading timestamp without time zone,
    since timestamp without time zone,
    cause varchar,
    events bigint,
    money varchar,
    told_to varchar,
    told_by varchar,
    reason varchar,
    silent_until timestamp without time zone
);
