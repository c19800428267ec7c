-- name: alarm_notices
-- What happened to the alarms, in the order in which it was written.
select
    notice_no,
    recorded_at,
    phase,
    alarm,
    scope,
    change,
    reading,
    since,
    cause,
    events,
    money,
    reason,
    silent_until
from {ledger}.alarm_notices
order by notice_no

-- name: last_notice_no
-- The number of the newest row: it orders them without a clock.
select coalesce(max(notice_no), 0) as notice_no
from {ledger}.alarm_notices

-- name: insert_notice
-- One thing that happened to an alarm.
insert into {ledger}.alarm_notices (
    notice_no, notice_id, recorded_at, phase, alarm, scope, change, reading, since, cause, events, money,
    told_to, told_by, reason, silent_until
)
select
    :notice_no,
    :notice_id,
    {utc_now},
    :phase,
    :alarm,
    :scope,
    :change,
    cast(:reading as timestamp),
    cast(:since as timestamp),
    :cause,
    cast(:events as bigint),
    :money,
    :told_to,
    :told_by,
    :reason,
    cast(:silent_until as timestamp)
