{#
    How models stay up to date without being rebuilt. Each row carries row_version, a hash of all that it was made of.
    Before each run the versions that the sources would give now are compared with those that stand in the table: rows
    whose version the sources no longer give go, rows whose version is not yet there are made. So late, corrected and
    vanished rows need no special case, no source needs an update time, and a run that broke off is made good by the next.
#}


{#
    The hash of all that a row is made of, the vars that rule it among them. Joined in one go: a chain of || would copy
    what it has so far once for each column. Those of `rare` are null nearly always: each has its name, so that it can be
    left out where it is, which costs half as much.
#}
{% macro row_version(columns, rare=[]) -%}
    {%- set texts = ["'" ~ meta_conversions.rules() ~ "'"] -%}
    {%- for column in columns -%}
        {%- if column in rare -%} {%- do texts.append("'" ~ column ~ "=' || cast(" ~ column ~ " as varchar)") -%}
        {%- else -%} {%- do texts.append("coalesce(cast(" ~ column ~ " as varchar), '~')") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ meta_conversions.sha256_hex(meta_conversions.join_texts(texts, '|')) }}
{%- endmacro %}


{# The vars that decide what becomes of a row and leave no trace in what it is made of. Code that changes leaves none either. #}
{% macro rules() -%}
    {%- set ruled = [meta_conversions.has_kind('pixel_events')] -%}
    {%- for name in [
        'meta_conversions_start_at', 'meta_conversions_consent_required_for',
        'meta_conversions_limited_data_use_states', 'meta_conversions_url_parameters_kept',
        'meta_conversions_web_max_age_hours', 'meta_conversions_source_starts', 'meta_conversions_lead_time_tolerance_seconds',
        'meta_conversions_default_country', 'meta_conversions_name_inner_space', 'meta_conversions_date_order'
    ] -%}
        {%- do ruled.append(meta_conversions.var_of_texts(name)) -%}
    {%- endfor -%}
    {{ ruled | tojson | replace("'", "''") }}
{%- endmacro %}


{# A var with its times as text: YAML reads 2026-11-01 without quotes as a day, of which JSON knows nothing. #}
{% macro var_of_texts(name) -%}
    {%- set value = var(name, none) -%}
    {%- if value is not mapping -%} {{ return(value | string if value.isoformat else value) }} {%- endif -%}
    {%- set texts = {} -%}
    {%- for key in value -%} {%- do texts.update({key: value[key] | string if value[key].isoformat else value[key]}) -%} {%- endfor -%}
    {{ return(texts) }}
{%- endmacro %}


{#
    Whether a moment is looked back at. 90 days by default: nothing older can be sent (62 days at most), and the
    reconciliation counts 89. What changes further back is picked up by --full-refresh only.
#}
{% macro within_lookback(moment) -%}
    {%- if meta_conversions.is_rebuilt() -%} true
    {%- else -%}
        {%- set begins = run_started_at - modules.datetime.timedelta(days=var('meta_conversions_lookback_days')) -%}
        ({{ moment }} is null or {{ moment }} >= cast('{{ begins.strftime("%Y-%m-%d") }}' as timestamp))
    {%- endif -%}
{%- endmacro %}


{# Whether this run rebuilds all rows: on request, or because there is nothing yet to bring up to date. #}
{% macro is_rebuilt() -%}
    {%- set stored = [meta_conversions.stored('conversions'), meta_conversions.stored('int_known_identities')] if execute else [] -%}
    {{ return(flags.FULL_REFRESH or none in stored) }}
{%- endmacro %}


{#
    The versions that stand in a model's table as the last run left it. No ref: what is compared with it stands upstream.
    `moment` is its column that is looked back at, if it has one; `only` a clause that fewer versions pass.
#}
{% macro stored_versions(name, moment=none, only='') -%}
    {%- set table = meta_conversions.stored(name) if execute and not flags.FULL_REFRESH else none -%}
    {%- if table is none -%}
        select cast(null as varchar) as row_version
        where 1 = 0
    {%- else -%}
        select row_version from {{ table }}
        {%- if moment %} where {{ meta_conversions.within_lookback(moment) }}{% endif %} {{ only }}
    {%- endif -%}
{%- endmacro %}


{# That table, or none. By the id of ours: another package, or the project that installs this one, may have a model of that name. #}
{% macro stored(name) -%}
    {%- set node = graph.nodes['model.meta_conversions.' ~ name] -%}
    {%- set standing = adapter.get_relation(node.database, node.schema, node.alias) -%}
    {%- if flags.WHICH in ['run', 'build'] -%} {%- do meta_conversions.refuse_what_others_made(standing, node) -%} {%- endif -%}
    {{ return(standing) }}
{%- endmacro %}


{#
    Of the CTEs `present` and `stored` (both with row_version): one row a version to be made ('new') or to go ('gone'),
    with the columns of present that are named.
#}
{% macro changed_versions(columns) -%}
    select
        'new' as change,
        {% for column in columns %}present.{{ column }}, {% endfor %}
        present.row_version,
        {{ meta_conversions.is_rebuilt() | string | lower }} as is_rebuilt
    from present
    left join stored on present.row_version = stored.row_version
    where stored.row_version is null
    union all
    select
        'gone' as change,
        {% for column in columns %}cast(null as varchar) as {{ column }}, {% endfor %}
        stored.row_version,
        {{ meta_conversions.is_rebuilt() | string | lower }} as is_rebuilt
    from stored
    left join present on stored.row_version = present.row_version
    where present.row_version is null
{%- endmacro %}


{#
    Run before the new rows come in: the rows whose version is gone leave. On DuckDB and PostgreSQL in the same
    transaction; elsewhere a run that breaks off in between leaves rows out that the next run brings back.
#}
{% macro delete_gone_versions(changes) -%}
    {%- if meta_conversions.is_incremental_run() -%}
        delete from {{ this }}
        where row_version in (select changes.row_version from {{ ref('meta_conversions', changes) }} as changes where changes.change = 'gone')
    {%- endif -%}
{%- endmacro %}


{#
    Run before a table is rebuilt: from what the last run happened to find changed, only a part of it would be built.
    `everything` is the model that has a row whenever there is anything to make.
#}
{% macro require_whole_rebuild(changes, everything) -%}
    {%- if execute and not meta_conversions.is_incremental_run() -%}
        {%- set partial = run_query("select 1 from " ~ ref('meta_conversions', changes) ~ " where not is_rebuilt limit 1").rows | length -%}
        {%- set whole = run_query("select 1 from " ~ ref('meta_conversions', changes) ~ " limit 1").rows | length -%}
        {%- if partial or (not whole and run_query("select 1 from " ~ ref('meta_conversions', everything) ~ " limit 1").rows | length) -%}
            {%- do exceptions.raise_compiler_error(
                model.name ~ " can only be rebuilt together with its upstream models: "
                ~ "dbt build --full-refresh --select +" ~ model.fqn | join(".")
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
