{# A phone text in plain characters: lower case, ASCII digits, what stands before the first digit or plus sign off. #}
{% macro clean_phone(text) -%}
    {{ meta_conversions.trimmed(meta_conversions.without_matches('lower(' ~ meta_conversions.ascii_digits(meta_conversions.clean_compatible_identifier(text)) ~ ')', '^[^0-9+]+')) }}
{%- endmacro %}


{#
    Of two numbers in a field the first: cut at a separator, at the word between them, before a second plus sign, at a slash
    with enough digits for a number on both sides (German numbers have slashes inside), or at a label between two such.
#}
{% macro first_phone(text) -%}
    {%- set words = 'or|and|oder|und|od[.]?|bzw[.]?|resp[.]?|ou|et|o|y|e|en|of|och|eller|og|lub|i|ve|veya|&|\u0438|\u0438\u043b\u0438' -%}
    {%- set separators = '(?s)(?:[,;|\\r\\n]|\\s(?:' ~ words ~ ')\\s).*$' -%}
    {%- set second_plus = '(?s)([0-9)])[^0-9]*[+].*$' -%}
    {%- set slash = '(?s)^((?:[^0-9/]*[0-9]){8,}[^0-9/]*)/(?:[^0-9]*[0-9]){8,}.*$' -%}
    {%- set enough = '(?:[^0-9\\p{L}]*[0-9]){7,}' -%}
    {%- set label = '(?s)^(' ~ enough ~ ')[^0-9\\p{L}]+[\\p{L}][^0-9]*' ~ enough ~ '.*$' -%}
    {%- set first = meta_conversions.replace_matches(meta_conversions.replace_matches(meta_conversions.without_matches(text, separators), second_plus, '\\1'), slash, '\\1') -%}
    {{ meta_conversions.replace_matches(first, label, '\\1') }}
{%- endmacro %}


{# A number without the words behind it that say whose or what it is; letters right behind digits stand for digits and stay. #}
{% macro without_label(number) -%}
    {{ meta_conversions.replace_matches(number, '(?s)^((?:[^0-9]*[0-9]){7,})[^0-9\\p{L}-]*[[ (:][^0-9]*$', '\\1') }}
{%- endmacro %}


{# A number without the zero in brackets that is dialled inside a country only; in Italy and San Marino it belongs to the number. #}
{% macro without_bracketed_zero(number) -%}
    {{ meta_conversions.replace_matches(number, '^([(]*(?:[+]|00)[(]*(?:[124-9][0-9]{0,2}|3[0-6]|3[58][0-9]|37[0-79])[^0-9(]*)[(]0[)]', '\\1') }}
{%- endmacro %}


{# How a spreadsheet shows a long number: most of its digits are gone (4.91711E+11). #}
{% macro scientific_notation() %}{{ return('^[+]?[0-9]+(?:[.,][0-9]+)?e[+-]?[0-9]') }}{% endmacro %}


{% macro letter_after_digit() %}{{ return("[0-9].*[\\p{L}]") }}{% endmacro %}


{# A number without its extension. #}
{% macro without_extension(text) -%}
    {%- set marks = 'e?xt(?:ensi(?:o|\u00f3)n?|n)?|x|#|~|n?anexo|int(?:erno?|ern)?|poste|\u0434\u043e\u0431(?:\u0430\u0432\u043e\u0447\u043d\u044b\u0439)?|durchwahl|ramal|toestel' -%}
    {{ meta_conversions.replace_matches(text, '(?s)^(.*[0-9])[^0-9\\p{L}#~]*(?:' ~ marks ~ ')[\\s.:=)#-]*[0-9]{0,9}[^0-9]*$', '\\1') }}
{%- endmacro %}


{# A pattern that stands in a column, matched at the beginning of a text and replaced. Slower: it is compiled for each row. #}
{% macro replace_start_by(text, pattern, replacement) -%}
    {{ adapter.dispatch('replace_start_by', 'meta_conversions')(text, pattern, replacement) }}
{%- endmacro %}

{% macro default__replace_start_by(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '^(?:' || {{ pattern }} || ')', {{ replacement }})
{%- endmacro %}


{# The first group of such a pattern; blank where it is empty. #}
{% macro group_of_start_by(text, pattern) %}{{ adapter.dispatch('group_of_start_by', 'meta_conversions')(text, pattern) }}{% endmacro %}

{% macro default__group_of_start_by(text, pattern) -%}
    regexp_extract({{ text }}, '^(?:' || {{ pattern }} || ')', 1)
{%- endmacro %}

{% macro postgres__group_of_start_by(text, pattern) -%}
    (regexp_match({{ text }}, '^(?:' || {{ pattern }} || ')'))[1]
{%- endmacro %}


{# A number without what is dialled before it inside the country, by the columns of phone_regions. #}
{% macro without_trunk(number) -%}
    case
        when left({{ number }}, length(trunk_prefix)) = trunk_prefix then substr({{ number }}, length(trunk_prefix) + 1)
        when trunk_pattern_starts like '%' || left({{ number }}, 1) || '%' then
            case
                when trunk_replacement is not null and {{ meta_conversions.group_of_start_by(number, 'trunk_pattern') }} <> ''
                    then {{ meta_conversions.replace_start_by(number, 'trunk_pattern', 'trunk_replacement') }}
                else {{ meta_conversions.replace_start_by(number, 'trunk_pattern', "''") }}
            end
    end
{%- endmacro %}


{# A number without what is dialled before a calling code, by the columns of phone_regions; null where it has none. #}
{% macro without_international_prefix(digits) -%}
    case
        when left({{ digits }}, length(international_prefix)) = international_prefix
            then substr({{ digits }}, length(international_prefix) + 1)
        when left({{ digits }}, 1) in ('0', '1')
            then nullif({{ meta_conversions.replace_start_by(digits, 'international_pattern', "''") }}, {{ digits }})
    end
{%- endmacro %}


{# A row of phone_ranges has the number in it. #}
{% macro is_in_range(ranges, calling_code, number) -%}
    {{ ranges }}.calling_code = {{ calling_code }}
    and {{ ranges }}.digits = length({{ number }})
    and case when length({{ number }}) between 1 and 17 then cast({{ number }} as bigint) end between {{ ranges }}.low and {{ ranges }}.high
{%- endmacro %}
