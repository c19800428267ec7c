-- name: waterfall_cells
-- The waterfall summed over days and datasets: (stage, reason, event_name, currency, events, value).
-- What is unexplained is split by its direction, so that a day's surplus does not hide another day's loss.
select
    stage,
    case
        when stage <> 'unexplained' then reason
        when events < 0 or value < 0 then 'too_much'
        else 'missing'
    end as reason,
    event_name,
    currency,
    cast(sum(events) as bigint) as events,
    sum(value) as value
from {marts}.revenue_waterfall
where not is_beside or stage = 'no_longer_modelled'
group by
    stage,
    case
        when stage <> 'unexplained' then reason
        when events < 0 or value < 0 then 'too_much'
        else 'missing'
    end,
    event_name,
    currency

-- name: browser_and_server
-- How the browser's events and the server's met: (event_name, currency, browser_events, server_only_events,
-- server_only_value, differs_by_case_events, differs_by_prefix_events, differs_wholly_events, doubled_by_ids_events,
-- doubled_by_ids_value).
select
    event_name,
    currency,
    cast(sum(browser_events) as bigint) as browser_events,
    cast(sum(server_only_events) as bigint) as server_only_events,
    sum(server_only_value) as server_only_value,
    cast(sum(differs_by_case_events) as bigint) as differs_by_case_events,
    cast(sum(differs_by_prefix_events) as bigint) as differs_by_prefix_events,
    cast(sum(differs_wholly_events) as bigint) as differs_wholly_events,
    cast(sum(doubled_by_ids_events) as bigint) as doubled_by_ids_events,
    sum(doubled_by_ids_value) as doubled_by_ids_value
from {marts}.deduplication_daily
group by event_name, currency
order by event_name, currency

-- name: possible_double_counts
-- Conversions of which Meta may have received more than one copy: (currency, events, value).
select
    coalesce(currency, 'none') as currency,
    count(*) as events,
    coalesce(sum(value), 0) as value
from {marts}.conversion_deliveries
where may_be_counted_twice
group by coalesce(currency, 'none')

-- name: corrected_since_acceptance
-- Accepted conversions whose money the warehouse has corrected since:
-- (accepted_currency, currency, events, accepted_value, value).
select
    coalesce(accepted_currency, 'none') as accepted_currency,
    coalesce(currency, 'none') as currency,
    count(*) as events,
    coalesce(sum(accepted_value), 0) as accepted_value,
    coalesce(sum(value), 0) as value
from {marts}.conversion_deliveries
where
    standing = 'accepted' and is_modelled
    and (
        coalesce(value, 0) <> coalesce(accepted_value, 0)
        or coalesce(currency, 'none') <> coalesce(accepted_currency, 'none')
    )
group by coalesce(accepted_currency, 'none'), coalesce(currency, 'none')

-- name: match_key_coverage
-- How many eligible conversions carry each key by which Meta finds a person:
-- (event_name, events, em, ph, fn_ln, fbp, fbc, ip, external_id).
select
    event_name,
    count(*) as events,
    count(em) as em,
    count(ph) as ph,
    sum(case when fn is not null and ln is not null then 1 else 0 end) as fn_ln,
    count(fbp) as fbp,
    count(fbc) as fbc,
    count(client_ip_address) as ip,
    count(external_id) as external_id
from {conversions}
where is_eligible
group by event_name

-- name: counted_by_meta
-- What was accepted beside Meta's own count, received and attributed, by currency (that of the account, for the latter).
select
    comparison,
    currency,
    cast(sum(from_events) as bigint) as accepted,
    cast(sum(to_events) as bigint) as counted,
    sum(to_value) as value,
    sum(spend) as spend
from {marts}.reconciliation_daily
where comparison in ('accepted_to_received', 'accepted_to_attributed')
group by comparison, currency
order by comparison, currency

-- name: reconciled_as_of
-- When the reconciliation was last built, and as of when it sees deletions, where its version has that column.
select *
from {marts}.reconciliation_as_of

-- name: figures_as_of
-- When Meta's own figures were last read: of the last pull that read any.
select max(pulled_at) as pulled_at
from {ledger}.meta_pulls
where problem is null and rows_read > 0
