{#
    Models over fewer raw rows: a view's SQL, with that of the views which it reads, down to the raw tables, of which only
    those rows are read that a table of touched ids names. Nothing is written twice for it: the SQL is the models' own.
#}
{% macro restricted_models() -%}
    {{ return({
        'int_identity_changes': 'int_touched_people',
        'int_country_texts': 'int_touched_people',
        'int_phone_texts': 'int_touched_people',
        'int_identifier_values': 'int_touched_people',
        'int_identities': 'int_touched_people',
        'int_conversion_changes': 'int_touched_conversions',
        'conversions': 'int_touched_conversions',
    }) }}
{%- endmacro %}


{# Whether the model that is being made reads touched rows only. #}
{% macro is_restricted() -%}
    {%- if meta_conversions.reads_by_load() -%} {#- what int_loads says is asked by those only that are made after it -#}
        {%- do return(model.package_name == 'meta_conversions' and model.name in meta_conversions.restricted_models() and meta_conversions.is_by_load()) -%}
    {%- endif -%}
    {%- do return(false) -%}
{%- endmacro %}


{# The table of touched ids for that model, and whether it holds any. #}
{% macro touched_ids() %}{{ return(meta_conversions.stored(meta_conversions.restricted_models()[model.name])) }}{% endmacro %}

{% macro is_anything_touched() -%}
    {%- set table = meta_conversions.touched_ids() -%}
    {%- set known = meta_conversions.kept_in_mind('touched ' ~ table) -%}
    {%- if not known -%} {%- do known.update({'any': run_query('select 1 as one from ' ~ table ~ ' limit 1').rows | length > 0}) -%} {%- endif -%}
    {{ return(known.any) }}
{%- endmacro %}


{# What a model reads: the relation of a view of ours, or in a restricted build its SQL over the touched rows. #}
{% macro touched_rows(name) -%}
    {%- if not meta_conversions.is_restricted() -%} {{ ref('meta_conversions', name) }}
    {%- else -%}
    (
        with
        {%- for view in meta_conversions.views_below(name, []) %}
        {{ view }} as (
            {{ render('{%- set ref = meta_conversions.inlined_ref -%}' ~ graph.nodes['model.meta_conversions.' ~ view].raw_code) }}
        ){{ ',' if not loop.last }}
        {%- endfor %}
        select * from {{ name }}
    ) as {{ name }}
    {%- endif -%}
{%- endmacro %}


{# A view and the views of ours that it reads, each after what it reads. #}
{% macro views_below(name, found) -%}
    {%- for id in graph.nodes['model.meta_conversions.' ~ name].depends_on.nodes if meta_conversions.is_inlined(id) and graph.nodes[id].name not in found -%}
        {%- do meta_conversions.views_below(graph.nodes[id].name, found) -%}
    {%- endfor -%}
    {%- if name not in found -%} {%- do found.append(name) -%} {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{% macro is_inlined(id) -%}
    {%- set node = graph.nodes.get(id) -%}
    {{ return(node is not none and node.package_name == 'meta_conversions' and node.config.materialized == 'meta_conversions_view') }}
{%- endmacro %}


{# What stands for ref in an inlined view: the name of the CTE, or of a relation that stands. #}
{% macro inlined_ref(package, name) -%}
    {%- set id = 'model.' ~ package ~ '.' ~ name -%}
    {%- if meta_conversions.is_inlined(id) -%} {{ return(name) }} {%- endif -%}
    {%- set node = graph.nodes.get(id) or graph.nodes['seed.' ~ package ~ '.' ~ name] -%}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) }}
{%- endmacro %}


{# ref for macros that views call: theirs, or in an inlined view what stands for it. #}
{% macro ref_of(package, name) -%}
    {{ return(meta_conversions.inlined_ref(package, name) if meta_conversions.is_restricted() else ref(package, name)) }}
{%- endmacro %}


{#
    Which rows of a raw table a restricted model reads: those that make up what is touched. Of customers and sessions also
    those that tell what a touched person chose, and of web events all of the orders that share an event_id.
#}
{% macro touched_raw_rows(kind) -%}
    {%- set keys = {
        'orders': {'order_id': 'shop'}, 'order_items': {'order_id': 'shop'}, 'customers': {'customer_id': 'customer'},
        'sessions': {'session_id': 'session', 'customer_id': 'customer', 'user_id': 'customer'},
        'web_events': {'order_id': 'purchase', 'event_id': 'web', 'web_event_id': 'web'}, 'pixel_events': {'event_id': 'event'},
        'leads': {'crm_lead_id': 'crm'}, 'lead_stages': {'crm_lead_id': 'crm'}, 'store_sales': {'sale_id': 'stores'},
        'app_events': {'app_event_id': 'app'}, 'messaging_events': {'messaging_event_id': 'messaging'},
        'subscription_events': {'subscription_event_id': 'subscriptions'},
    } -%}
    {%- if kind not in keys -%} 1 = 1
    {%- elif not meta_conversions.is_anything_touched() -%} 1 = 0
    {%- else -%}
        {%- set found = meta_conversions.raw_types(kind) -%}
        {%- for column, entity in keys[kind].items() if column in found -%}
            {{ ' or ' if not loop.first }}{{ meta_conversions.as_id(column, found[column]) }} in (
                select touched.id from {{ meta_conversions.touched_ids() }} as touched
                where touched.entity = '{{ entity }}'
            )
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{# Of a conversion, what it is known by in int_touched_conversions: the id of its row, without the name that some ids carry. #}
{% macro touched_id() -%}
    case source_system
        when 'web' then substr(source_id, coalesce(length(event_name), 0) + 2)
        when 'crm' then left(source_id, length(source_id) - coalesce(length(event_name), 0) - 1)
        else source_id
    end
{%- endmacro %}


{# Whether a restricted build compares a conversion. #}
{% macro is_compared() -%}
    {%- if not meta_conversions.is_anything_touched() -%} 1 = 0
    {%- else -%}
        (source_system, {{ meta_conversions.touched_id() }}) in (
            select touched.entity, touched.id from {{ meta_conversions.touched_ids() }} as touched
        )
    {%- endif -%}
{%- endmacro %}
