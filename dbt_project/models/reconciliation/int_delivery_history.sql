{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

with states as (
    select * from {{ source('meta_conversions_ledger', 'conversion_states') }}
),

record_outcomes as (
    select * from {{ source('meta_conversions_ledger', 'record_outcomes') }}
),

sendings as (
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key,
        sum(case when sending_at is not null or outcome is not null then 1 else 0 end) as attempts,
        min(sending_at) as first_sent_at,
        max(sending_at) as last_sent_at,
        min(case when outcome = 'accepted' then settled_at end) as accepted_at
    from record_outcomes
    group by 1, 2, 3
),

answers as (
    -- a run claims a conversion once, so that key and run name one record
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key,
        run_no,
        max(http_status) as http_status,
        max(fbtrace_id) as fbtrace_id
    from record_outcomes
    group by 1, 2, 3, 4
),

history as (
    select
        sendings.dataset_key,
        sendings.name_key,
        sendings.id_key,
        states.dataset_id,
        states.event_name,
        states.event_id,
        states.event_time,
        states.action_source,
        states.state,
        states.value,
        states.currency,
        states.payload_hash,
        states.uncertain_since,
        states.possible_receipts,
        sendings.attempts,
        sendings.first_sent_at,
        sendings.last_sent_at,
        case when states.state = 'accepted' then sendings.accepted_at end as accepted_at,
        answers.http_status,
        states.error_code,
        states.error_subcode,
        states.error_text,
        states.last_standing,
        answers.fbtrace_id
    from states
    inner join sendings
        on
            {{ meta_conversions.dataset_key('states.dataset_id') }} = sendings.dataset_key
            and coalesce(states.event_name, '') = sendings.name_key
            and coalesce(states.event_id, '') = sendings.id_key
    inner join answers
        on
            sendings.dataset_key = answers.dataset_key
            and sendings.name_key = answers.name_key
            and sendings.id_key = answers.id_key
            and states.run_no = answers.run_no
)

select * from history
