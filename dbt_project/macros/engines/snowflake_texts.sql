{#
    Snowflake has no function for Unicode NFC and none for HTML entities: this project's own, unicode_nfc and decoded_entities,
    are made by require_unicode in the schema of the first model that reads letters, which is ours alone.
    Every other difference of texts stands beside the other engines' spelling.
#}
{% macro own_function(name) -%}
    {%- if not execute -%} {%- set beside = target -%}
    {%- elif graph.nodes is defined -%} {%- set beside = graph.nodes['model.meta_conversions.int_identity_inputs'] -%}
    {%- else -%} {%- set beside = model -%} {#- a unit test has no graph; the models of which they are stand in that schema -#}
    {%- endif -%}
    {{ return(beside.database ~ '.' ~ beside.schema ~ '.' ~ name) }}
{%- endmacro %}

{#- JavaScript is dear, and leaves ASCII as it is. -#}
{% macro snowflake__composed(text) -%}
    iff({{ meta_conversions.fits_wholly(text, '[\\x00-\\x7f]*') }}, {{ text }}, {{ meta_conversions.own_function('unicode_nfc') }}({{ text }}))
{%- endmacro %}

{% macro snowflake__require_unicode() -%}
    {%- if flags.WHICH not in ('compile', 'docs', 'generate') -%}
        {%- do meta_conversions.make_own_functions() -%}
        {%- set holds = run_query("select " ~ meta_conversions.session_promises().values() | join(', ')).rows[0] -%}
        {%- if not holds[0] -%}
            {%- do exceptions.raise_compiler_error(
                meta_conversions.own_function('unicode_nfc') ~ " or lower() does not treat letters outside ASCII as Unicode says, so that names and places "
                ~ "would be hashed wrongly: drop the function, and run dbt again with a role that may create it."
            ) -%}
        {%- endif -%}
        {%- for setting in meta_conversions.session_promises() -%}
            {%- if not holds[loop.index0] -%}
            {%- do exceptions.raise_compiler_error(
                "This session of Snowflake reads or writes times in another way than this project, so that birthdays would be hashed "
                ~ "wrongly and rows seem changed. Run: alter user " ~ target.user ~ " set " ~ setting ~ ";"
            ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#
    What must hold in the session, by the setting that makes it so. What is set for the account or the user rules every cast
    between texts and times (https://docs.snowflake.com/en/sql-reference/date-time-input-output), those of a project that
    installs this one included; a profile of dbt cannot set it.
#}
{% macro session_promises() -%}
    {%- set capitals = '\u00c0\u00c9\u00d1\u00d6\u00de\u0100\u0118\u0141\u0152\u0160\u017d\u01cf\u0218\u0386\u0391\u03a9\u0401\u0416\u042f\u0490\u0531\u1e80\u1ed0\u1f08' -%}
    {%- set day = "to_date('2001-02-03', 'YYYY-MM-DD')" -%}
    {%- set promises = {
        'letters': "(" ~ meta_conversions.own_function('unicode_nfc') ~ "('e\u0301') = '\u00e9' and lower('" ~ capitals ~ "') = '" ~ capitals | lower ~ "')",
        "date_output_format = 'YYYY-MM-DD'": "(cast(" ~ day ~ " as varchar) = '2001-02-03')",
        "date_input_format = 'AUTO'": "coalesce(try_cast('2001-02-03' as date) = " ~ day ~ ", false)",
        "timestamp_input_format = 'AUTO'": "coalesce(try_cast('2001-02-03 04:05:06' as timestamp_ntz) = dateadd(second, 14706, cast(" ~ day ~ " as timestamp_ntz)), false)",
        "timestamp_ntz_output_format = 'YYYY-MM-DD HH24:MI:SS.FF3'": "(left(cast(cast(" ~ day ~ " as timestamp_ntz) as varchar), 19) = '2001-02-03 00:00:00')",
    } -%}
    {%- if not meta_conversions.is_snowflake_stand_in() -%} {#- which says JSON of everything -#}
        {%- do promises.update({"timestamp_type_mapping = 'TIMESTAMP_NTZ'": "(typeof(to_variant(cast('2001-02-03 04:05:06' as timestamp))) = 'TIMESTAMP_NTZ')"}) -%}
    {%- endif -%}
    {{ return(promises) }}
{%- endmacro %}


{% macro make_own_functions() -%}
    {%- set bodies = {
        'unicode_nfc': "return LETTERS.normalize('NFC');",
        'decoded_entities': meta_conversions.decoding_script(),
    } -%}
    {%- if not meta_conversions.is_snowflake_stand_in() -%}
        {%- for name, body in bodies.items() -%}
            {%- do run_query(
                "create function if not exists " ~ meta_conversions.own_function(name) ~ " (letters varchar) returns varchar language javascript "
                ~ "returns null on null input immutable as $$ " ~ body ~ " $$"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{# The rule of decoded_part in JavaScript. #}
{% macro decoding_script() -%}
    {%- set signs = meta_conversions.named_characters().replace("''", "'") | tojson -%}
    {{ return(
        "const signs = " ~ signs ~ ", sign = name => { const at = signs.indexOf('|' + name + '='); "
        ~ "return at < 0 ? null : Array.from(signs.slice(at + name.length + 2, at + name.length + 4))[0]; }, "
        ~ "point = number => number > 127 && number < 160 ? sign('#' + number) "
        ~ ": number > 0 && number < 1114112 && (number < 55296 || number > 57343) ? String.fromCodePoint(number) : String.fromCodePoint(65533); "
        ~ "return LETTERS.replace(/&(?:#([0-9]{1,9})|#[xX]([0-9A-Fa-f]{1,7})|([A-Za-z][A-Za-z0-9]{1,30}));/g, (part, decimal, hex, name) => "
        ~ "(name ? sign(name) : point(hex ? parseInt(hex, 16) : Number(decimal))) ?? part);"
    ) }}
{%- endmacro %}


{% macro snowflake__bare(text) -%}
    {%- set blank = '[\u0009-\u000d \u00a0\u200b\ufeff]+' -%}
    {{ meta_conversions.without_matches(text, '^' ~ blank ~ '|' ~ blank ~ '$') }}
{%- endmacro %}


{#- An `in` or an `exists` is no value there outside a where: one text holds the list, and is made once. -#}
{% macro snowflake__is_placeholder(text, kind) -%}
    (position(chr(31) || lower({{ text }}) || chr(31) in (
        select chr(31) || listagg(coalesce(identifier_placeholders.value, 'null'), chr(31)) || chr(31)
        from {{ meta_conversions.ref_of('meta_conversions', 'identifier_placeholders') }} as identifier_placeholders
        where identifier_placeholders.kind = '{{ kind }}'
    )) > 0)
{%- endmacro %}

{#- What is a sign of patterns stands for itself within brackets. -#}
{% macro snowflake__starts_as_placeholder(text, kind) -%}
    coalesce(regexp_like({{ text }}, (
        select '(' || nullif(listagg(regexp_replace(starts.value, '([][*+?(){}|.$])', '[\\1]'), '|'), '') || ').*'
        from {{ meta_conversions.ref_of('meta_conversions', 'identifier_placeholders') }} as starts
        where starts.kind = '{{ kind }}'
    )), false)
{%- endmacro %}


{#- One format, whatever the session's own; two digits for month and day. -#}
{% macro snowflake__day_or_null(text) -%}
    try_to_date({{ meta_conversions.replace_matches(meta_conversions.replace_matches(text, '-([0-9])-', '-0\\1-'), '-([0-9])$', '-0\\1') }}, 'YYYY-MM-DD')
{%- endmacro %}


{#- No function writes a number in hex: two digits for each byte of a number below 65,536. -#}
{% macro snowflake__hex_of(number) -%}
    {%- set digits = [] -%}
    {%- for place in (4096, 256, 16, 1) -%}
        {%- do digits.append(
            "substr('0123456789abcdef', cast(mod(floor((" ~ number ~ ") / " ~ place ~ "), 16) as integer) + 1, 1)"
        ) -%}
    {%- endfor -%}
    ({{ digits | join(' || ') }})
{%- endmacro %}
