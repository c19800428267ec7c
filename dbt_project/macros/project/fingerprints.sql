{#
    What stands is not made again. The comment of every relation of this package ends with a fingerprint: of all that it was
    made from and, of a view, also of its definition as the warehouse tells it. A relation whose fingerprint is the one that
    this run would give stays; one that was dropped, replaced by hand, restored, or would now be made from other SQL is made
    again. The fingerprints of what it reads are part of it, so that a change goes all the way down. Where builds
    go by loading time the SQL that fills a table differs from one run to the next: there the model's own code stands for it.
#}
{% macro fingerprint() -%}
    {%- set parts = [model.description, model.config | tojson] -%}
    {%- if model.resource_type == 'seed' -%}
        {%- do parts.append(model.checksum.checksum) -%}
    {%- elif meta_conversions.is_made_by_columns() -%}
        {%- for name, column in model.columns.items() -%} {%- do parts.append(name ~ ' ' ~ (column.data_type or '')) -%} {%- endfor -%}
    {%- else -%}
        {%- set varies = model.config.materialized == 'meta_conversions_table' and meta_conversions.reads_by_load() -%}
        {%- do parts.append(model.raw_code if varies else sql) -%}
        {%- for id in model.depends_on.nodes -%} {%- do parts.append(meta_conversions.fingerprint_of(id)) -%} {%- endfor -%}
    {%- endif -%}
    {{ return(local_md5(parts | join('\n'))) }}
{%- endmacro %}


{# Tables whose columns are fixed while the SQL that fills them differs from one run to the next. #}
{% macro is_made_by_columns() -%}
    {{ return(model.config.contract.enforced or model.config.materialized == 'meta_conversions_changes') }}
{%- endmacro %}


{# What a relation that is read says of itself: of ours its fingerprint, of others the names and types of its columns. #}
{% macro fingerprint_of(id) -%}
    {%- set node = graph.nodes.get(id) or graph.sources.get(id) -%}
    {%- set name = node.identifier or node.alias -%}
    {%- if node.package_name == 'meta_conversions' and node.resource_type != 'source' -%}
        {{ return(meta_conversions.remembered(node.database, node.schema, name).fingerprint) }}
    {%- endif -%}
    {%- set table = api.Relation.create(database=node.database, schema=node.schema, identifier=name) -%}
    {{ return(meta_conversions.types_of(table, is_model=node.resource_type != 'source') | tojson) }}
{%- endmacro %}


{#
    Whether this model's relation stands as this run would make it. dbt's own cache knows what was dropped meanwhile, as a
    view is on PostgreSQL when a table under it is replaced.
#}
{% macro is_unchanged() -%}
    {%- if meta_conversions.is_snowflake_stand_in() -%} {{ return(false) }} {%- endif -%}
    {%- set known = meta_conversions.remembered(this.database, this.schema, this.identifier) -%}
    {%- set is_sound = known.fingerprint and known.made_as == known.definition and load_cached_relation(this) is not none -%}
    {%- if should_full_refresh() or not is_sound or meta_conversions.has_hooks_of_others() -%} {{ return(false) }} {%- endif -%}
    {{ return(known.fingerprint == meta_conversions.fingerprint()) }}
{%- endmacro %}


{# Hooks of the project that installs this package may do anything: their model is made in each run. #}
{% macro has_hooks_of_others() -%}
    {%- for hook in model.config['pre-hook'] + model.config['post-hook'] if 'meta_conversions.' not in hook.sql -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}


{# What the warehouse says of a relation: whose it is, what it was made from, and what a view is defined as. #}
{% macro remembered(database, schema, name) -%}
    {%- set relations = meta_conversions.relations_in(database, schema) -%}
    {%- set none_known = {'comment': '', 'fingerprint': '', 'made_as': '', 'definition': ''} -%}
    {{ return(relations.setdefault(name | lower, none_known)) }}
{%- endmacro %}


{#
    What one invocation keeps in mind under a name: `graph` outlives it where a process runs dbt more than once. Threads share
    it, and whoever comes first decides, so that what another thread has noted meanwhile is not lost.
#}
{% macro kept_in_mind(name) -%}
    {%- set all = graph.setdefault('meta_conversions_kept_in_mind', {}) -%}
    {{ return(all.setdefault(invocation_id, {}).setdefault(name, {})) }}
{%- endmacro %}


{# The same of all relations in a schema, by name in lower case: one statement for all schemas of ours. #}
{% macro relations_in(database, schema) -%}
    {%- set known = meta_conversions.kept_in_mind('relations') -%}
    {%- set place = (database ~ '.' ~ schema) | lower -%}
    {%- if place not in known -%}
        {%- set schemas = [schema] -%}
        {%- for node in graph.nodes.values() if node.package_name == 'meta_conversions' and node.resource_type in ('model', 'seed') -%}
            {%- if (node.database | lower) == (database | lower) and node.schema not in schemas -%} {%- do schemas.append(node.schema) -%} {%- endif -%}
        {%- endfor -%}
        {%- set found = {} -%}
        {%- for row in run_query(meta_conversions.relations_sql(database, schemas)).rows -%}
            {%- do found.setdefault(row[0] | lower, {}).update({row[1] | lower: meta_conversions.read_comment(row[2] or '', row[3] or '')}) -%}
        {%- endfor -%}
        {%- for name in schemas -%} {%- do known.setdefault((database ~ '.' ~ name) | lower, found.get(name | lower, {})) -%} {%- endfor -%}
    {%- endif -%}
    {{ return(known[place]) }}
{%- endmacro %}


{# What a comment of ours says, beside what the relation is defined as now. #}
{% macro read_comment(comment, definition) -%}
    {%- set told = modules.re.search('\\[fingerprint (\\w*)\\.(\\w*)\\]', comment) -%}
    {{ return({
        'comment': comment, 'definition': definition,
        'fingerprint': told.group(1) if told else '', 'made_as': told.group(2) if told else '',
    }) }}
{%- endmacro %}


{# The query of schema, name, comment and hash of the definition of all relations in some schemas, by the engine. #}
{% macro relations_sql(database, schemas) %}{{ return(adapter.dispatch('relations_sql', 'meta_conversions')(database, schemas)) }}{% endmacro %}


{# A view that somebody replaces loses its comment on DuckDB and Snowflake, so that its definition need not be looked at. #}
{% macro default__relations_sql(database, schemas) -%}
    select schema_name, view_name as name, comment, '' as definition
    from duckdb_views()
    where lower(database_name) = lower('{{ database }}') and lower(schema_name) in ({{ meta_conversions.quoted(schemas) | lower }})
    union all
    select schema_name, table_name as name, comment, '' as definition
    from duckdb_tables()
    where lower(database_name) = lower('{{ database }}') and lower(schema_name) in ({{ meta_conversions.quoted(schemas) | lower }})
{%- endmacro %}


{# There it keeps its comment. The stored rule is looked at: pg_get_viewdef would lock what the view reads. #}
{% macro postgres__relations_sql(database, schemas) -%}
    select
        schemas.nspname as schema_name,
        relations.relname as name,
        obj_description(relations.oid, 'pg_class') as comment,
        coalesce(md5(cast(rules.ev_action as text)), '') as definition
    from pg_catalog.pg_class as relations
    inner join pg_catalog.pg_namespace as schemas on relations.relnamespace = schemas.oid
    left join pg_catalog.pg_rewrite as rules on relations.oid = rules.ev_class and rules.rulename = '_RETURN'
    where lower(schemas.nspname) in ({{ meta_conversions.quoted(schemas) | lower }}) and relations.relkind in ('r', 'v', 'm', 'p', 'f')
{%- endmacro %}


{% macro snowflake__relations_sql(database, schemas) -%}
    select table_schema as schema_name, table_name as name, comment, '' as definition
    from {{ database }}.information_schema.tables
    where lower(table_schema) in ({{ meta_conversions.quoted(schemas) | lower }})
{%- endmacro %}


{# The types of a relation's columns, by name. A model may have been built since its schema was looked at. #}
{% macro types_of(relation, is_model) -%}
    {%- if not is_model -%} {{ return(meta_conversions.columns_in(relation.database, relation.schema).get(meta_conversions.name_by_case(relation.identifier), {})) }} {%- endif -%}
    {%- set standing = adapter.get_relation(relation.database, relation.schema, relation.identifier) -%}
    {{ return(meta_conversions.column_types(standing) if standing is not none else {}) }}
{%- endmacro %}


{# A table or column of others by the name that it is looked up by. On PostgreSQL `Orders` and `orders` are two, and dbt quotes. #}
{% macro name_by_case(name) %}{{ return(name if target.type == 'postgres' else name | lower) }}{% endmacro %}


{# The types of the columns of all relations in a schema, by name_by_case; one statement a schema and invocation. #}
{% macro columns_in(database, schema) -%}
    {%- set known = meta_conversions.kept_in_mind('columns') -%}
    {%- set place = meta_conversions.name_by_case(database ~ '.' ~ schema) -%}
    {%- if place not in known -%} {%- do known.setdefault(place, meta_conversions.columns_standing_in(database, schema)) -%} {%- endif -%}
    {{ return(known[place]) }}
{%- endmacro %}


{# The same as they stand now. #}
{% macro columns_standing_in(database, schema) -%}
    {%- set found = {} -%}
    {%- for row in run_query(meta_conversions.columns_sql(database, schema)).rows -%}
        {%- do found.setdefault(meta_conversions.name_by_case(row[0]), {}).update({meta_conversions.name_by_case(row[1]): api.Column(row[1], row[2], row[3], row[4], row[5]).data_type | lower}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{# The query of table, column, type, length, precision and scale of all columns in a schema, by the engine. #}
{% macro columns_sql(database, schema) %}{{ return(adapter.dispatch('columns_sql', 'meta_conversions')(database, schema)) }}{% endmacro %}


{% macro default__columns_sql(database, schema) -%}
    select table_name, column_name, data_type, cast(null as bigint) as length, cast(null as bigint) as digits, cast(null as bigint) as scale
    from duckdb_columns()
    where lower(database_name) = lower('{{ database }}') and lower(schema_name) = lower('{{ schema }}')
    order by table_name, column_index
{%- endmacro %}


{# Its information schema leaves materialized views out. #}
{% macro postgres__columns_sql(database, schema) -%}
    select
        cast(table_name as text) as table_name, cast(column_name as text) as column_name, data_type,
        character_maximum_length, numeric_precision, numeric_scale, cast(ordinal_position as integer) as place
    from information_schema.columns
    where table_schema = '{{ schema }}'
    union all
    select
        cast(relations.relname as text), cast(attributes.attname as text),
        case when types.typtype = 'e' then 'USER-DEFINED' else format_type(types.oid, attributes.atttypmod) end,
        null, null, null, attributes.attnum
    from pg_catalog.pg_class as relations
    inner join pg_catalog.pg_namespace as schemas on relations.relnamespace = schemas.oid
    inner join pg_catalog.pg_attribute as attributes on relations.oid = attributes.attrelid
    inner join pg_catalog.pg_type as types on attributes.atttypid = types.oid
    where
        relations.relkind = 'm' and schemas.nspname = '{{ schema }}' and attributes.attnum > 0
        and not attributes.attisdropped and has_column_privilege(relations.oid, attributes.attnum, 'select')
    order by table_name, place
{%- endmacro %}


{% macro snowflake__columns_sql(database, schema) -%}
    select table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale
    from {{ database }}.information_schema.columns
    where lower(table_schema) = lower('{{ schema }}')
    order by table_name, ordinal_position
{%- endmacro %}
