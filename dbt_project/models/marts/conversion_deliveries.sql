{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation', access='public') }}

{#- the connector's own setting first, so that its word and the report's are one -#}
{%- set told = env_var('CONNECTOR_RESEND_UNCONFIRMED', '') | trim %}
{%- set resend = (told or var('meta_conversions_resend_unconfirmed', true)) | string | lower %}
{%- set resend_unconfirmed = 'true' if resend in ('true', '1', 'yes', 'on', 't', 'y') else 'false' %}

with facts as (
    select * from {{ ref('meta_conversions', 'int_delivery_facts') }}
),

judged as (
    select
        *,
        {{ resend_unconfirmed }} as may_resend,
        state = 'accepted' and not is_eligible as is_withdrawn_since_acceptance,
        state = 'accepted' and is_ready and not is_unchanged as is_changed_since_acceptance,
        state in ('accepted', 'unconfirmed') and possible_receipts > 1 as may_be_counted_twice
    from facts
),

placed as (
    select
        *,
        {{ meta_conversions.standing() }} as standing,
        {{ meta_conversions.held_reason() }} as held_reason
    from judged
),

reasoned as (
    select
        *,
        case
            when standing = 'not_eligible' then ineligible_reason
            when is_withdrawn_since_acceptance then 'withdrawn_after_acceptance'
            when standing = 'accepted' and may_be_counted_twice then 'may_be_counted_twice'
            when is_changed_since_acceptance then 'changed_after_acceptance'
            when standing = 'held' then held_reason
            when standing = 'rejected'
                then cast(error_code as varchar) || coalesce('/' || cast(error_subcode as varchar), '')
            when standing = 'invalid' then error_text
            when standing = 'owed' and state = 'unconfirmed' then 'unconfirmed_resend'
            when standing = 'owed' and state = 'deferred' then 'deferred' || coalesce(':' || error_text, '')
            when standing = 'owed' and state in ('rejected', 'invalid') then 'corrected'
            when standing = 'owed' then 'never_sent'
        end as standing_reason
    from placed
),

deliveries as (
    select
        dataset_id,
        event_name,
        event_id,
        event_time,
        action_source,
        value,
        currency,
        source_system,
        is_modelled,
        is_eligible,
        cast(ineligible_reason as varchar) as ineligible_reason,
        cast(state as varchar) as state,
        cast(standing as varchar) as standing,
        cast(standing_reason as varchar) as standing_reason,
        cast(attempts as bigint) as attempts,
        first_sent_at,
        last_sent_at,
        accepted_at,
        cast(
            {{ meta_conversions.epoch_seconds('accepted_at') }}
            - {{ meta_conversions.epoch_seconds('event_time') }} as bigint
        ) as latency_seconds,
        accepted_value,
        accepted_currency,
        is_changed_since_acceptance,
        is_withdrawn_since_acceptance,
        may_be_counted_twice,
        uncertain_since,
        http_status,
        error_code,
        error_subcode,
        error_text,
        fbtrace_id,
        pixel_event_time,
        deadline_at
    from reasoned
)

select * from deliveries
