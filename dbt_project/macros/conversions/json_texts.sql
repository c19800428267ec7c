{#
    JSON that a source gives, read by patterns: every engine has these, and they agree on them. An object is flat: its values
    are texts, numbers and truths. What is null or empty in it is left out.
#}


{#
    A flat JSON object whose members fit one of the patterns `pairs`, as it is, less what is null or empty; null where it is
    none, where a name stands twice, or nothing is left. `left_out` is a pattern of names whose members go.
#}
{% macro flat_object(text, pairs, left_out=none) -%}
    {%- set empty = meta_conversions.json_name_pattern() ~ '\\s*:\\s*(?:null|"")' -%}
    {%- set pair = '(?:' ~ (pairs + [empty]) | join('|') ~ ')' -%}
    {%- set whole = '\\s*[{]\\s*(?:' ~ pair ~ '(?:\\s*,\\s*' ~ pair ~ ')*)?\\s*[}]\\s*' -%}
    {%- set plain = meta_conversions.without_escapes(text) -%}
    {%- set members = "',' || " ~ meta_conversions.without_matches(plain, '^\\s*[{]\\s*|\\s*[}]\\s*$') -%}
    {%- set members = meta_conversions.without_matches(members, ',\\s*' ~ empty ~ '\\s*') -%}
    {%- if left_out -%}
        {%- set members = meta_conversions.without_matches(
            members, ',\\s*"(?:' ~ left_out ~ ')"\\s*:\\s*' ~ meta_conversions.json_scalar_pattern() ~ '\\s*'
        ) -%}
    {%- endif -%}
    {%- set names = meta_conversions.join_matches("replace(" ~ members ~ ", ',', '\u0006')", '\u0006\\s*("[^"]*")\\s*:', ',') -%}
    case
        when {{ meta_conversions.fits_wholly(plain, whole) }} and length({{ meta_conversions.distinct_codes(names) }}) = length({{ names }})
            then '{' || nullif({{ meta_conversions.with_escapes('substr(' ~ members ~ ', 2)') }}, '') || '}'
    end
{%- endmacro %}


{#
    Ids as a JSON array of texts: given as such an array, as an array of PostgreSQL ({A,B}), or as one text with commas or
    semicolons between them. Quotes around each of them, and what stands for none (NULL), are off. Null where there is none, or
    where an array holds anything but texts and whole numbers.
#}
{% macro id_list(text) -%}
    {%- set id = '(?:"' ~ meta_conversions.json_sign_pattern() ~ '+"|[0-9]+)' -%}
    {%- set array = '\\s*[[]\\s*' ~ id ~ '(?:\\s*,\\s*' ~ id ~ ')*\\s*[]]\\s*' -%}
    {%- set in_json = "case when " ~ text ~ " like '%\"%' then " ~ text ~ " else replace(" ~ text ~ ", '''', '\"') end" -%}
    {%- set in_json = meta_conversions.replace_matches(in_json, '^\\s*[[]\\s*(?:null\\s*,\\s*)+', '[') -%}
    {%- set in_json = meta_conversions.replace_matches(in_json, '(?:,\\s*null\\s*)+([],])', '\\1') -%}
    {%- set member = '(?:[^][{}:",]*|\\s*"[^",]*"\\s*)' -%}
    {%- set braces = '\\s*[{]' ~ member ~ '(?:,' ~ member ~ ')*[}]\\s*' -%}
    case
        when {{ meta_conversions.fits_partly(text, '^\\s*[[]') }}
            then case
                when {{ meta_conversions.fits_wholly(meta_conversions.without_escapes(text), array) }} then {{ text }}
                when {{ meta_conversions.fits_wholly(meta_conversions.without_escapes(in_json), array) }} then {{ in_json }}
            end
        when {{ meta_conversions.fits_partly(text, '^\\s*[{]') }} and not {{ meta_conversions.fits_wholly(text, braces) }} then null
        else '[' || replace({{ meta_conversions.json_string("nullif(" ~ meta_conversions.listed_ids(text) ~ ", '')") }}, ',', '","') || ']'
    end
{%- endmacro %}


{#
    The ids of a text with commas or semicolons between them, in braces or not, with one comma between each. Every comma is
    doubled before, so that each id has two of its own.
#}
{% macro listed_ids(text) -%}
    {%- set inside = meta_conversions.replace_matches(text, '(?s)^\\s*[{](.*)[}]\\s*$', '\\1') -%}
    {%- set apart = "',' || replace(replace(" ~ inside ~ ", ';', ','), ',', ',,') || ','" -%}
    {%- set unquoted = meta_conversions.replace_matches(apart, ',\\s*"([^",]*)"\\s*,', ',\\1,') -%}
    {%- set unquoted = meta_conversions.replace_matches(unquoted, ",\\s*''([^'',]*)''\\s*,", ',\\1,') -%}
    {%- set given = meta_conversions.replace_matches(unquoted, ',\\s*(?:null|NULL|Null|None|undefined|nan|NaN)\\s*,', ',,') -%}
    {{ meta_conversions.replace_matches(meta_conversions.without_matches(given, '^[\\s,]+|[\\s,]+$'), '\\s*,[\\s,]*', ',') }}
{%- endmacro %}


{#
    A JSON array of flat objects, each with an id. Of one that Meta would not take whole, what it takes: without the members that
    are null or blank, without a delivery_category of other words, without the items that have no id. Null where nothing is left, or
    for anything else.
#}
{% macro contents_list(text) -%}
    {%- set pair = meta_conversions.json_name_pattern() ~ '\\s*:\\s*' ~ meta_conversions.json_scalar_pattern() -%}
    {%- set item = meta_conversions.content_pattern(pair, needs_id=true) -%}
    {%- set suspect = meta_conversions.blank_member() ~ '|"delivery_category"' -%}
    {%- set plain = meta_conversions.without_escapes(meta_conversions.bare(text)) -%}
    {%- set taken = meta_conversions.whole_contents(meta_conversions.known_deliveries(meta_conversions.filled_contents(plain))) -%}
    case
        when {{ meta_conversions.fits_wholly(plain, '[[]' ~ item ~ '(?:,' ~ item ~ ')*[]]') }} and not {{ meta_conversions.fits_partly(plain, suspect) }}
            then {{ text }}
        else {{ meta_conversions.with_escapes(taken) }}
    end
{%- endmacro %}


{# `contents_invalid` where an item or a delivery_category is left out of what was given, or all of it, else null. #}
{% macro dropped_contents(given, kept) -%}
    {%- set filled = meta_conversions.filled_contents(meta_conversions.without_escapes(meta_conversions.bare(given))) -%}
    case
        when nullif({{ meta_conversions.bare(given) }}, '') is not null
            and coalesce({{ kept }} not in ({{ given }}, {{ meta_conversions.with_escapes(filled) }}), true)
            then 'contents_invalid'
    end
{%- endmacro %}


{# One item of contents, in white space; `pair` is the pattern of a member. #}
{% macro content_pattern(pair, needs_id) -%}
    {%- set id = '"id"\\s*:\\s*(?:"' ~ meta_conversions.json_sign_pattern() ~ '+"|[0-9]+)' -%}
    {%- set members = '(?:' ~ pair ~ '\\s*,\\s*)*' ~ id ~ '(?:\\s*,\\s*' ~ pair ~ ')*' if needs_id else '(?:' ~ pair ~ '(?:\\s*,\\s*' ~ pair ~ ')*)?' -%}
    {{ return('\\s*[{]\\s*' ~ members ~ '\\s*[}]\\s*') }}
{%- endmacro %}


{# A member of an object that says nothing: null, or a text of white space. #}
{% macro blank_member() %}{{ return(meta_conversions.json_name_pattern() ~ '\\s*:\\s*(?:null|"[' ~ meta_conversions.white_space() ~ ']*")') }}{% endmacro %}


{# An array of flat objects, without escapes, less the members that say nothing; null for anything else. #}
{% macro filled_contents(plain) -%}
    {%- set pair = meta_conversions.json_name_pattern() ~ '\\s*:\\s*(?:null|' ~ meta_conversions.json_scalar_pattern() ~ ')' -%}
    {%- set item = '(?:' ~ meta_conversions.content_pattern(pair, needs_id=false) ~ '|\\s*null\\s*)' -%}
    case
        when {{ meta_conversions.fits_wholly(plain, '[[]' ~ item ~ '(?:,' ~ item ~ ')*[]]') }}
            then {{ meta_conversions.without_members(plain, meta_conversions.blank_member()) }}
    end
{%- endmacro %}


{# Objects without the members that a pattern describes. #}
{% macro without_members(plain, member) -%}
    {{ meta_conversions.replace_matches(meta_conversions.without_matches(plain, ',\\s*' ~ member), '[{]\\s*' ~ member ~ '\\s*,?\\s*', '{') }}
{%- endmacro %}


{# Contents without a delivery_category that is none of Meta's words. One that is, is marked while the others go. #}
{% macro known_deliveries(plain) -%}
    {%- set known = '"delivery_category"(\\s*:\\s*"(?:in_store|curbside|home_delivery)")' -%}
    {%- set marked = meta_conversions.replace_matches(plain, known, '"delivery_category\u0001"\\1') -%}
    replace(
        {{ meta_conversions.without_members(marked, '"delivery_category"\\s*:\\s*' ~ meta_conversions.json_scalar_pattern()) }},
        '"delivery_category' || chr(1) || '"', '"delivery_category"'
    )
{%- endmacro %}


{# Contents without the items that have no id, null where none has one. Those that have one are marked while the others go. #}
{% macro whole_contents(plain) -%}
    {%- set pair = meta_conversions.json_name_pattern() ~ '\\s*:\\s*' ~ meta_conversions.json_scalar_pattern() -%}
    {%- set item = meta_conversions.content_pattern(pair, needs_id=false) -%}
    {%- set other = '(?:' ~ item ~ '|\\s*null\\s*)' -%}
    {%- set marked = meta_conversions.replace_matches(plain, '(' ~ meta_conversions.content_pattern(pair, needs_id=true) ~ ')', '\u0005\\1') -%}
    {%- set kept = meta_conversions.replace_matches(marked, '(\u0005' ~ item ~ ')(?:,' ~ other ~ ')+', '\\1') -%}
    {%- set kept = meta_conversions.replace_matches(kept, '^[[](?:' ~ other ~ ',)+', '[') -%}
    nullif(replace({{ kept }}, chr(5), ''), {{ kept }})
{%- endmacro %}


{# The text of JSON with a sign for each escape, so that a quotation mark is always the end of a text. #}
{% macro without_escapes(text) -%}
    replace(replace(replace({{ text }}, chr(92) || chr(92), chr(1)), chr(92) || '"', chr(2)), chr(92), chr(3))
{%- endmacro %}


{# Their escapes back. #}
{% macro with_escapes(text) -%}
    replace(replace(replace({{ text }}, chr(3), chr(92)), chr(2), chr(92) || '"'), chr(1), chr(92) || chr(92))
{%- endmacro %}


{# A sign of a JSON text without escapes; raw control characters are none. #}
{% macro json_sign_pattern() %}{{ return('(?:[^"\u0003-\u001f]|\u0003(?:[/bfnrt]|u[0-9A-Fa-f]{4}))') }}{% endmacro %}


{# A text, a number or a truth in JSON. #}
{% macro json_scalar_pattern() -%}
    {{ return('(?:"' ~ meta_conversions.json_sign_pattern() ~ '*"|-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false)') }}
{%- endmacro %}


{# The name of a member, one that does not begin with what may stand behind a text: so the end of one is never taken for its beginning. #}
{% macro json_name_pattern() %}{{ return('"[^"\u0001-\u0020,:{}][^"\u0003-\u001f]*"') }}{% endmacro %}
