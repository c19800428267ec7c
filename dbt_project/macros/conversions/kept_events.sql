{# What stands in conversion_events: kept for seven days after the deadline, so that the report can still say what became of it. #}
{% macro is_kept_event() -%}
    is_eligible and deadline_at > {{ meta_conversions.kept_since() }}
{%- endmacro %}


{# The deadline before which no event is kept. #}
{% macro kept_since() %}{{ meta_conversions.plus_hours(meta_conversions.utc_now(), -24 * (meta_conversions.span('kept_days') | int)) }}{% endmacro %}


{# Run before new events come in: those leave whose conversion has changed, is not eligible any more, or was long ago. #}
{% macro delete_unkept_events() -%}
    {%- if meta_conversions.is_incremental_run() -%}
        delete from {{ this }}
        {%- if meta_conversions.is_by_load() %}
        where
            deadline_at <= {{ meta_conversions.kept_since() }}
            or row_version in (
                select changes.row_version from {{ ref('meta_conversions', 'int_conversion_changes') }} as changes
                where changes.change = 'gone'
            )
        {%- else %}
        where not exists (
            select 1 from {{ ref('meta_conversions', 'conversions') }} as conversions
            where conversions.row_version = {{ this }}.row_version and {{ meta_conversions.is_kept_event() | replace('is_eligible', 'conversions.is_eligible') | replace('deadline_at', 'conversions.deadline_at') }}
        )
        {%- endif %}
    {%- endif -%}
{%- endmacro %}
