{#
    Builds that read what was loaded since the last one (var meta_conversions_loaded_at; off until it names columns). What
    was loaded leads to the conversions that it may change: int_touched_people, then int_touched_conversions. Those are
    made again from their raw rows alone (restricted.sql) and compared with what stands, as a whole build does with all.

    int_loads holds what this build reads, and from when on; conversion_events, the last model, marks it as done. A build
    that finds the last one undone, the rules changed, or the day's sweep still to do compares the whole lookback: so
    nothing that a mark, an id or a broken run hid stays hidden for longer than from one sweep to the next.
#}
{% macro reads_by_load() %}{% do return(meta_conversions.load_marks() | length > 0) %}{% endmacro %}


{# By kind the column that tells when a row was loaded; {} where none is named, and where the project has no such var. #}
{% macro load_marks() %}{% do return(var('meta_conversions_loaded_at', none) or {}) %}{% endmacro %}


{# The kinds that conversions are made of and that have marks. Suppressions are read whole in each build, refunds are not read. #}
{% macro marked_kinds() -%}
    {%- for kind in meta_conversions.raw_kinds().split() if meta_conversions.has_kind(kind) and kind not in ('suppressions', 'refunds') -%}
        {{ kind }} {% endfor -%}
{%- endmacro %}


{# Stops at a var meta_conversions_loaded_at that leaves out a kind, names what is none, or reads no column's name. #}
{% macro check_loaded_at() -%}
    {%- set named = meta_conversions.load_marks() -%}
    {%- set kinds = meta_conversions.marked_kinds().split() -%}
    {%- for kind in named if kind not in kinds or (named[kind] is not none and not modules.re.fullmatch('[A-Za-z_][A-Za-z0-9_]*', named[kind])) -%}
        {%- do exceptions.raise_compiler_error(
            "meta_conversions_loaded_at: " ~ kind ~ (": " ~ named[kind] ~ " is not a column name." if kind in kinds else
            " is not a kind whose rows are read by loading time. Those of this project are " ~ kinds | join(", ") ~ ".")
        ) -%}
    {%- endfor -%}
    {%- set left_out = kinds | reject('in', named) | list -%}
    {%- if named and left_out -%}
        {%- do exceptions.raise_compiler_error(
            "meta_conversions_loaded_at says nothing of " ~ left_out | join(", ") ~ ". A conversion is made of all kinds: name "
            ~ "the column that tells when a row was loaded or changed, or null where there is none (" ~ left_out[0]
            ~ ": null); what changes there is then seen by the day's sweep."
        ) -%}
    {%- endif -%}
{%- endmacro %}


{# The type of a kind's column of marks, which must be a time of the warehouse's own: a text would be cast row by row. #}
{% macro mark_type(kind, column) -%}
    {%- if meta_conversions.makes_models() -%}
        {%- set type = meta_conversions.raw_types(kind).get(column | lower, '') -%}
        {%- if meta_conversions.type_group(type) != 'timestamp' -%}
            {%- do exceptions.raise_compiler_error(
                "meta_conversions_loaded_at: " ~ column ~ " of " ~ meta_conversions.raw_table(kind).identifier ~ " is "
                ~ (type or "not there") ~ ". Name a column of the type timestamp, with or without time zone."
            ) -%}
        {%- endif -%}
        {%- do return(type) -%}
    {%- endif -%}
    {%- do return('') -%}
{%- endmacro %}


{# The mark of a row of a kind as UTC without zone; null where the kind has none. #}
{% macro mark_of(kind) -%}
    {%- set column = meta_conversions.load_marks()[kind] -%}
    cast({{ meta_conversions.utc_time(column, meta_conversions.mark_type(kind, column)) if column else 'null' }} as timestamp)
{%- endmacro %}


{# A moment, or none, as SQL. #}
{% macro as_moment(moment) -%} cast({{ "'" ~ moment ~ "'" if moment else 'null' }} as timestamp) {%- endmacro %}


{# When this build began, as SQL. #}
{% macro build_began() -%}
    {{ meta_conversions.as_moment(run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') if meta_conversions.makes_models() else none) }}
{%- endmacro %}


{# dbt's id of this build. #}
{% macro build_id() %}{% do return(invocation_id) %}{% endmacro %}


{# The rows of a kind that this build reads as loaded since the last; none where it does not go by loading time. #}
{% macro loaded_rows(kind) -%}
    {%- set load = meta_conversions.stored_loads('loads').get(kind) if meta_conversions.is_by_load() else none -%}
    {{ meta_conversions.raw_rows(kind, meta_conversions.is_loaded_since(kind, load.reads_from) if load else '1 = 0') }}
{%- endmacro %}


{#
    Whether a row of a kind was loaded after a moment. The column stands bare, so that the engine can leave out what is
    older. A row without a mark is read in each build. A kind without a column has nothing that was loaded.
#}
{% macro is_loaded_since(kind, moment) -%}
    {%- set column = meta_conversions.load_marks()[kind] -%}
    {%- if column is none -%} 1 = 0
    {%- elif moment is none -%} 1 = 1
    {%- else -%}
        {%- set has_zone = meta_conversions.has_zone(meta_conversions.mark_type(kind, column)) -%}
        ({{ column }} is null or {{ column }} > cast('{{ moment }}{{ '+00:00' if has_zone }}' as {{ 'timestamptz' if has_zone else 'timestamp' }}))
    {%- endif -%}
{%- endmacro %}


{# What the last build left of that, before this one writes its own. #}
{% macro loads_before() -%} {%- do return(meta_conversions.stored_loads('loads before') if meta_conversions.makes_models() else {}) -%} {%- endmacro %}


{#
    From when on this build reads a kind: from the highest mark that the last one saw, less the overlap, for loads commit
    later than the marks that they write, and out of order. Once a mark has been the highest for so long, all up to it is in.
#}
{% macro reads_from(load) -%}
    {%- set overlap = modules.datetime.timedelta(minutes=var('meta_conversions_load_overlap_minutes')) -%}
    {%- if load is none or load.loaded_to is none -%} {{ return(none) }}
    {%- elif load.started_at - load.first_seen_at >= overlap -%} {{ return(load.loaded_to) }}
    {%- endif -%}
    {{ return(load.loaded_to - overlap) }}
{%- endmacro %}


{# The rows of int_loads by kind, as they stand when it is first asked for under a name; {} where it does not stand. #}
{% macro stored_loads(name) -%}
    {%- set known = meta_conversions.kept_in_mind(name) -%}
    {%- if 'loads' not in known -%}
        {%- set table = meta_conversions.stored('int_loads') -%}
        {%- set columns = ['kind', 'reads_from', 'loaded_to', 'first_seen_at', 'loaded_rows', 'sweep_reason', 'started_at', 'swept_at', 'made_by', 'made_in', 'is_done'] -%}
        {%- set found = {} -%}
        {%- if table is not none -%}
            {%- for row in run_query('select ' ~ columns | join(', ') ~ ' from ' ~ table).rows -%}
                {%- do found.update({row[0]: dict(zip(columns, row))}) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- do known.update({'loads': found}) -%}
    {%- endif -%}
    {{ return(known.loads) }}
{%- endmacro %}


{# Why this build compares everything; none where it may read by loading time. `before` is what the last build left. #}
{% macro reason_to_sweep(before) -%}
    {%- set kinds = meta_conversions.marked_kinds().split() -%}
    {%- if meta_conversions.is_rebuilt() -%} {{ return('rebuilt') }}
    {%- elif kinds | reject('in', before) | list -%} {{ return('first') }}
    {%- elif meta_conversions.has_sources_of_others() -%} {{ return('own sources') }}
    {%- endif -%}
    {%- set last = before[kinds[0]] -%}
    {%- if not last.is_done -%} {{ return('last build undone') }}
    {%- elif last.made_by != meta_conversions.made_by() -%} {{ return('other rules') }}
    {%- elif var('meta_conversions_sweep') or last.swept_at is none or last.swept_at < meta_conversions.sweep_due() -%} {{ return('due') }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}


{#
    Why a build compares everything that finds much loaded, as SQL over int_loads. PostgreSQL looks a row's id up among many
    touched ones without a hash of them, once for each row; other engines join them.
#}
{% macro too_much_loaded() -%}
    {{ "case when sum(loaded_rows) over () > 100000 then 'much was loaded' end" if target.type == 'postgres' else 'null' }}
{%- endmacro %}


{# The moment at or before now at which the day's sweep became due. #}
{% macro sweep_due() -%}
    {%- set now = run_started_at.replace(tzinfo=none) -%}
    {%- set today = now.replace(hour=var('meta_conversions_sweep_hour'), minute=0, second=0, microsecond=0) -%}
    {{ return(today if today <= now else today - modules.datetime.timedelta(days=1)) }}
{%- endmacro %}


{# Models of the project that installs this one are sources too: what was loaded for them nobody knows here. #}
{% macro has_sources_of_others() -%}
    {%- for sources, ours in (
        ('meta_conversions_conversion_sources', ['web_orders', 'web_events', 'lead_stages', 'store_sales'] + meta_conversions.added_kinds()),
        ('meta_conversions_people_sources', ['customers', 'web_orders', 'leads', 'store_sales', 'suppressions', 'messaging_events']),
    ) if var(sources) | reject('in', ours) | list -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}


{# What decides beside the rows: all vars, and the SQL down to the conversions and people as their sources give them. #}
{% macro made_by() -%}
    {%- set parts = [] -%}
    {%- for name in adapter.config.load_dependencies()['meta_conversions'].vars.to_dict() if name not in ('meta_conversions_sweep', 'meta_conversions_reconciled_at') -%}
        {%- do parts.append(meta_conversions.var_of_texts(name)) -%}
    {%- endfor -%}
    {%- for name in ('int_conversions_unioned', 'int_people_unioned') -%}
        {%- do parts.append(meta_conversions.fingerprint_of('model.meta_conversions.' ~ name)) -%}
    {%- endfor -%}
    {{ return(local_md5(parts | tojson)) }}
{%- endmacro %}


{#
    Whether this build makes only what was touched by what was loaded: it has looked at the loads itself. One that makes a
    few models only, or goes on where another broke off, compares everything.
#}
{% macro is_by_load() -%}
    {%- if meta_conversions.reads_by_load() and meta_conversions.makes_models() and not meta_conversions.is_rebuilt() -%}
        {%- set loads = meta_conversions.stored_loads('loads').values() | list -%}
        {%- do return(loads | length > 0 and loads[0].made_in == meta_conversions.build_id() and not loads[0].sweep_reason) -%}
    {%- endif -%}
    {%- do return(false) -%}
{%- endmacro %}


{# Whether dbt makes models now; it may also parse, test or document them. #}
{% macro makes_models() -%} {%- do return(execute and flags.WHICH in ('build', 'run')) -%} {%- endmacro %}


{# Whether this build, which goes by loading time, has nothing to look at: nothing was loaded, nobody changed. #}
{% macro is_nothing_loaded() -%}
    {%- for load in meta_conversions.stored_loads('loads').values() if load.loaded_rows -%} {{ return(false) }} {%- endfor -%}
    {%- for changes in ('int_identity_changes', 'int_refusal_changes') if meta_conversions.found_changes(changes)['new'] -%} {{ return(false) }} {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}


{# What such a build need not read where nothing was loaded: a condition that lets nothing through, else nothing. #}
{% macro unless_loaded() -%}
    {{ 'where 1 = 0' if not meta_conversions.is_by_load() or meta_conversions.is_nothing_loaded() }}
{%- endmacro %}


{# Whether one of some columns holds an id of its entity: pairs of both, and the CTE of entities and ids. #}
{% macro is_changed(keys, changed) -%}
    {%- if meta_conversions.unless_loaded() | trim -%} 1 = 0
    {%- else -%}
        (
            {%- for column, entity in keys %}
                {{ 'or ' if not loop.first }}{{ column }} in (select {{ changed }}.id from {{ changed }} where {{ changed }}.entity = '{{ entity }}')
            {%- endfor %}
        )
    {%- endif -%}
{%- endmacro %}


{# A post-hook of the last model: what int_loads says has been read is built, and the next build goes on from there. #}
{% macro mark_loads_as_done() -%}
    {%- if meta_conversions.makes_models() and meta_conversions.reads_by_load() and meta_conversions.makes_all_tables() -%}
        update {{ meta_conversions.stored('int_loads') }}
        set is_done = true, swept_at = case when sweep_reason is not null then started_at else swept_at end
        where made_in = '{{ meta_conversions.build_id() }}'
    {%- endif -%}
{%- endmacro %}


{# Whether all tables up to conversion_events are made in this build, so that nothing that was loaded is left out. #}
{% macro makes_all_tables() -%}
    {%- for node in graph.nodes.values() if node.package_name == 'meta_conversions' and node.config.materialized in ('meta_conversions_changes', 'meta_conversions_incremental', 'meta_conversions_table') and node.unique_id not in selected_resources -%}
        {%- do return(false) -%}
    {%- endfor -%}
    {%- do return(true) -%}
{%- endmacro %}


{# As of when deletions are seen, as SQL; null where each build looks for them. #}
{% macro swept_at() -%}
    {%- if meta_conversions.reads_by_load() -%} (select max(loads.swept_at) from {{ ref('meta_conversions', 'int_loads') }} as loads)
    {%- else -%} null
    {%- endif -%}
{%- endmacro %}
