{#
    What `connector doctor --sources` tells, as one line of JSON: are the raw tables and their columns there and of types
    that can be read, which words occur, how many rows have what sending needs, and what the rest costs. Only names, types,
    counts, money and words that cannot be a person's. `dbt run-operation meta_conversions.check_sources`; nothing is written.
#}
{% macro check_sources() -%}
    {%- do meta_conversions.check_vars() -%}
    {%- set tables = {} -%}
    {%- for kind in meta_conversions.raw_kinds().split() if kind not in meta_conversions.added_kinds() or meta_conversions.has_kind(kind) -%}
        {%- do tables.update({kind: meta_conversions.examined_table(kind)}) -%}
    {%- endfor -%}
    {%- for kind, table in tables.items() if not table.is_absent -%}
        {%- do meta_conversions.measure_table(kind, tables) -%}
    {%- endfor -%}
    {%- for table in tables.values() -%} {%- do table.pop('types', none) -%} {%- endfor -%}
    {%- do print(tojson({'raw_tables': tables.values() | list})) -%}
{%- endmacro %}


{# One raw table before it is measured: where it stands, what it lacks, which types are wrong. #}
{% macro examined_table(kind) -%}
    {%- set table = {
        'kind': kind, 'table': none, 'is_absent': not meta_conversions.has_kind(kind), 'is_there': false, 'missing_columns': [],
        'wrong_types': [], 'waits_for': [], 'rows': none, 'newest': none, 'recent_rows': none, 'recent_with': {},
        'word_column': none, 'distinct_words': none, 'words': [], 'left_out': [],
    } -%}
    {%- if not table.is_absent -%}
        {%- set named = meta_conversions.raw_table(kind) -%}
        {%- set found = meta_conversions.types_of(named, is_model=kind in var('meta_conversions_models')) -%}
        {%- do table.update({'table': named.schema ~ '.' ~ named.identifier, 'is_there': found | length > 0}) -%}
        {%- if found -%}
            {%- do table.update({'types': found, 'wrong_types': meta_conversions.wrong_types(kind, found)}) -%}
            {%- do table.missing_columns.extend(meta_conversions.required_columns(kind) | reject('in', found)) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(table) }}
{%- endmacro %}


{# Adds the figures of a table, if it and the tables that it is read with can be read; else what it waits for. #}
{% macro measure_table(kind, tables) -%}
    {%- set table = tables[kind] -%}
    {%- for other in [kind] + (['sessions', 'customers'] if kind == 'orders' else []) -%}
        {%- if not tables[other].is_absent and not meta_conversions.is_measurable(tables[other]) -%}
            {%- do table.waits_for.append(other) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not table.waits_for -%}
        {%- set measure = meta_conversions.source_measures(kind) -%}
        {%- set rows = meta_conversions.measured_rows(kind, tables) -%}
        {%- do meta_conversions.add_counts(table, measure, rows) -%}
        {%- do meta_conversions.add_words(table, measure, rows) -%}
        {%- if kind == 'orders' -%} {%- do meta_conversions.add_left_out(table, rows) -%} {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{# A table whose columns are all there, none of a type that stops a build. #}
{% macro is_measurable(table) -%}
    {%- set is_sound = table.is_there and not table.missing_columns -%}
    {{ return(is_sound and not table.wrong_types | selectattr('stops_build') | list) }}
{%- endmacro %}


{% macro add_counts(table, measure, rows) -%}
    {%- set counts = run_query(meta_conversions.counts_sql(measure, rows)).rows[0] -%}
    {%- do table.update({
        'rows': counts[0] | int,
        'newest': counts[1] | string if counts[1] is not none else none,
        'recent_rows': counts[2] | int,
        'word_column': measure.word,
        'distinct_words': counts[3] | int if measure.word else none,
    }) -%}
    {%- for name in measure.have -%} {%- do table.recent_with.update({name: counts[loop.index + 3] | int}) -%} {%- endfor -%}
{%- endmacro %}


{#
    The words of the column that decides something, with rows and money. A column of more than 30 words holds something
    else, and none is shown.
#}
{% macro add_words(table, measure, rows) -%}
    {%- if measure.word and table.distinct_words <= 30 -%}
        {%- set told = {} -%}
        {%- for word, is_counted, currency, row_count, money in run_query(meta_conversions.words_sql(measure, rows)).rows -%}
            {%- set name = meta_conversions.harmless_word(word, measure.known) -%}
            {%- set entry = told.setdefault(name, {'word': name, 'is_counted': is_counted, 'rows': 0, 'money': {}}) -%}
            {%- do meta_conversions.add_amount(entry, currency, row_count, money) -%}
        {%- endfor -%}
        {%- do table.words.extend(told.values()) -%}
    {%- endif -%}
{%- endmacro %}


{# A word as it may be shown: known, or short and of letters, with at most two digits. An address or number is none. #}
{% macro harmless_word(word, known) -%}
    {%- set pattern = '[^\\W_]{1,2}|[^\\W\\d_]+([ _/-]?[^\\W\\d_]+){0,4}[0-9]{0,2}' -%}
    {%- if word is none -%} {{ return('(none)') }}
    {%- elif word in known or (word | length <= 30 and modules.re.fullmatch(pattern, word)) -%} {{ return(word) }}
    {%- endif -%}
    {{ return('(not shown)') }}
{%- endmacro %}


{# What of the orders would not be eligible, by the first reason that applies. #}
{% macro add_left_out(table, rows) -%}
    {%- set told = {} -%}
    {%- for reason, currency, row_count, money in run_query(meta_conversions.left_out_sql(rows)).rows -%}
        {%- set entry = told.setdefault(reason, {'reason': reason, 'rows': 0, 'money': {}}) -%}
        {%- do meta_conversions.add_amount(entry, currency, row_count, money) -%}
    {%- endfor -%}
    {%- do table.left_out.extend(told.values()) -%}
{%- endmacro %}


{# Adds rows and money of one currency to an entry; money in ten-thousandths, whole numbers that JSON keeps exact. #}
{% macro add_amount(entry, currency, row_count, money) -%}
    {%- do entry.update({'rows': entry.rows + row_count | int}) -%}
    {%- if money is not none -%}
        {%- set name = currency or 'none' -%}
        {%- do entry.money.update({name: entry.money.get(name, 0) + money | int}) -%}
    {%- endif -%}
{%- endmacro %}
