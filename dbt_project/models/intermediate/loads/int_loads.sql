{{ config(enabled=meta_conversions.reads_by_load(), access='protected') }}

-- depends_on: {{ ref('meta_conversions', 'int_conversions_unioned') }}
-- depends_on: {{ ref('meta_conversions', 'int_people_unioned') }}
{%- set before = meta_conversions.loads_before() or {} %}
{%- set reason = meta_conversions.reason_to_sweep(before) if before else 'first' %}
{%- set last = (before.values() | list + [{}])[0] %}
{%- set made_by = meta_conversions.made_by() if meta_conversions.makes_models() else '' %}
{%- set now = meta_conversions.build_began() %}
with loaded as (

    {% for kind in meta_conversions.marked_kinds().split() -%}
        {%- set load = before.get(kind, {}) -%}
        {%- set from = meta_conversions.reads_from(load) if load else none -%}
        select
            cast('{{ kind }}' as varchar) as kind,
            {{ meta_conversions.as_moment(none if reason else from) }} as reads_from,
            {{ meta_conversions.as_moment(load.loaded_to) }} as seen_to,
            {{ meta_conversions.as_moment(load.first_seen_at) }} as seen_at,
            max({{ meta_conversions.mark_of(kind) }}) as newest,
            count(*) as loaded_rows
        from {{ meta_conversions.raw_table(kind) }}
        where {{ meta_conversions.is_loaded_since(kind, from) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A mark of the future, of a clock that runs ahead, is not believed: nothing after it would be read until then.
believed as (

    select
        *,
        case when newest > {{ now }} then {{ now }} else newest end as believed_to
    from loaded

),

loads as (

    select
        kind,
        reads_from,
        case when believed_to > seen_to or seen_to is null then believed_to else seen_to end as loaded_to,
        case when believed_to > seen_to or seen_to is null then {{ now }} else seen_at end as first_seen_at,
        loaded_rows,
        cast({{ "'" ~ reason ~ "'" if reason else meta_conversions.too_much_loaded() }} as varchar) as sweep_reason,
        {{ now }} as started_at,
        {{ meta_conversions.as_moment(last.swept_at) }} as swept_at,
        cast('{{ made_by }}' as varchar) as made_by,
        cast('{{ meta_conversions.build_id() }}' as varchar) as made_in,
        false as is_done
    from believed

)

select * from loads
