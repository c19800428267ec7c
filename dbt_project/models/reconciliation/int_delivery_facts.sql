{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

{% set since = 'history.uncertain_since' -%}
with known as (
    select * from {{ ref('meta_conversions', 'int_known_conversions') }}
),

events as (
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key,
        payload_hash,
        true as is_ready
    from {{ ref('meta_conversions', 'conversion_events') }}
),

history as (
    select * from {{ ref('meta_conversions', 'int_delivery_history') }}
),

first_seen as (
    select
        coalesce(dataset_key, '') as dataset_key,
        source_name,
        min(first_seen_at) as first_seen_at
    from {{ source('meta_conversions_ledger', 'sync_sources') }}
    group by 1, 2
),

joined as (
    select
        known.dataset_id,
        known.event_name,
        known.event_id,
        known.event_time,
        known.action_source,
        known.value,
        known.currency,
        known.source_system,
        known.is_modelled,
        known.is_eligible,
        known.ineligible_reason,
        known.pixel_event_time,
        known.deadline_at,
        coalesce(events.is_ready, false) as is_ready,
        coalesce(history.state, 'not_sent') as state,
        coalesce(history.attempts, 0) as attempts,
        coalesce(history.possible_receipts, 0) as possible_receipts,
        case when history.state = 'accepted' then history.value end as accepted_value,
        case when history.state = 'accepted' then history.currency end as accepted_currency,
        history.first_sent_at,
        history.last_sent_at,
        history.accepted_at,
        history.uncertain_since,
        history.http_status,
        history.error_code,
        history.error_subcode,
        history.error_text,
        history.fbtrace_id,
        coalesce(history.last_standing in ('rejected', 'invalid'), false) as is_refused_since,
        coalesce(known.deadline_at <= {{ meta_conversions.reconciled_at() }}, false) as is_past_deadline,
        coalesce(known.event_time <= {{ meta_conversions.reconciled_at() }}, true) as is_due,
        coalesce(known.ineligible_reason = 'before_start', false) as is_before_start,
        known.pixel_event_time is not null as has_pixel_copy,
        {{ meta_conversions.is_before_first_sync() }} as is_before_first_sync,
        coalesce(events.payload_hash, '') = coalesce(history.payload_hash, '') as is_unchanged,
        -- Meta drops the second copy of an offline event by its order_id for 7 days, of any other event for 48 hours
        coalesce({{ meta_conversions.reconciled_at() }} >= case
            when known.action_source = 'physical_store' and known.order_id is not null
                then {{ meta_conversions.plus_hours(since, meta_conversions.span('order_resend_hours')) }}
            else {{ meta_conversions.plus_hours(since, meta_conversions.span('resend_hours')) }}
        end, false) as is_past_deduplication
    from known
    left join history
        on
            known.dataset_key = history.dataset_key
            and known.name_key = history.name_key
            and known.id_key = history.id_key
    left join events
        on
            known.dataset_key = events.dataset_key
            and known.name_key = events.name_key
            and known.id_key = events.id_key
    left join first_seen
        on
            known.dataset_key = first_seen.dataset_key
            and coalesce(known.source_system, '') = first_seen.source_name
)

select * from joined
