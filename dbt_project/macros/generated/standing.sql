{# Its deadline had passed when a sync first knew its source, or none knows it yet. Made by `make generated` of connector/ledger/sql/standing.sql. #}
{% macro is_before_first_sync() -%}
    coalesce(deadline_at <= first_seen_at, true)
{%- endmacro %}


{# By its state alone, a conversion may be sent. A replay puts the choice of a person in its place. Made by `make generated` of connector/ledger/sql/standing.sql. #}
{% macro state_allows_sending() -%}
    state in ('not_sent', 'deferred')
    or (state in ('rejected', 'invalid') and not is_unchanged)
    -- what was refused when it was sent again would be refused once more
    or (state = 'unconfirmed' and may_resend and is_unchanged and not is_refused_since and not is_past_deduplication)
{%- endmacro %}


{# Where a conversion stands, the first that applies. Its words are in connector/model/standing.py. Made by `make generated` of connector/ledger/sql/standing.sql. #}
{% macro standing() -%}
    case
        -- what Meta has, or may have, goes before what the warehouse says of it now
        when state in ('accepted', 'in_flight') then state
        when state = 'unconfirmed' and (not is_ready or is_past_deadline or not ({{ meta_conversions.state_allows_sending() }})) then 'held'
        -- what stands in the events relation is sent, whatever the models say by now: sending reads nothing else
        when not is_ready and not is_modelled then 'no_longer_modelled'
        when not is_ready and is_before_start then 'before_start'
        when not is_ready and not is_eligible then 'not_eligible'
        when
            state in ('rejected', 'invalid') and (not is_ready or is_past_deadline or not ({{ meta_conversions.state_allows_sending() }}))
            then state
        when is_past_deadline and has_pixel_copy then 'covered_by_pixel'
        when is_past_deadline and is_before_first_sync and state = 'not_sent' then 'before_first_sync'
        when is_past_deadline then 'expired'
        when not is_ready then 'not_built'
        when not is_due then 'not_due'
        else 'owed'
    end
{%- endmacro %}


{# Why an unconfirmed conversion is not sent again; null where it is. Made by `make generated` of connector/ledger/sql/standing.sql. #}
{% macro held_reason() -%}
    case
        when not is_ready and not is_modelled then 'no_longer_modelled'
        when not is_ready and not is_eligible then 'no_longer_eligible'
        when is_past_deadline then 'past_deadline'
        when not is_ready or not is_unchanged then 'changed'
        when is_refused_since then 'refused_since'
        when is_past_deduplication then 'deduplication_window_over'
        when not may_resend then 'resending_switched_off'
    end
{%- endmacro %}


{# Whether a standing is lost money: Meta does not receive it, unless somebody corrects it in time. Made by `make generated` of connector/model/standing.py. #}
{% macro is_lost(standing) -%} {{ standing }} in ('expired', 'rejected', 'invalid') {%- endmacro %}


{# Whether a standing can still go: now, after a build, or after its time. Made by `make generated` of connector/model/standing.py. #}
{% macro is_on_its_way(standing) -%} {{ standing }} in ('owed', 'not_built', 'not_due') {%- endmacro %}
