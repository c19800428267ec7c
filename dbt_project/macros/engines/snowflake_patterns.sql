{#
    A pattern as Snowflake reads it: POSIX, so no group without a number, no lazy repetition, no property of Unicode (ranges
    stand for them). Written without a backslash, so that nothing hangs on how a text in SQL reads one.
#}
{% macro snowflake_pattern(pattern) -%}
    {%- set plain = meta_conversions.numberless_groups_marked(pattern)
        .replace('[\\x00-\\x7f]', '[ -~]')
        .replace('[\\s', '[ \t\n\f\r').replace('\\s', '[ \t\n\f\r]')
        .replace('\\d', '[0-9]').replace('\\r', '\r').replace('\\n', '\n')
        .replace('\\p{L}\\p{M}\\p{N}', meta_conversions.range_of_letters_marks_and_digits())
        .replace('\\p{L}\\p{N}', meta_conversions.range_of_letters_and_numbers())
        .replace('\\p{L}', meta_conversions.range_of_letters())
        .replace('[\\p{Pd}', '[' ~ meta_conversions.range_of_dashes().replace('\\-', '-'))
        .replace('(?:', '(')
    -%}
    {%- if '\\' in plain or modules.re.search('[(*+?}][?]', modules.re.sub('\\[[^\\]]*\\]', '[]', plain)) -%}
        {%- do exceptions.raise_compiler_error("Snowflake's patterns know no lazy repetition, (? or backslash: " ~ pattern) -%}
    {%- endif -%}
    {{ return(plain) }}
{%- endmacro %}


{# Every sign is a choice there: a dot does not match a line's end, and nothing inside a pattern asks for that. #}
{% macro numberless_groups_marked(pattern) -%}
    {%- set plain = pattern.replace('(?s)', '') -%}
    {%- if '(?s)' in pattern -%}
        {%- set plain = modules.re.sub('(?<!\\\\)[.](?![^\\[\\]]*\\])', '(?:.|\\\\n)', plain) -%}
    {%- endif -%}
    {{ return(plain) }}
{%- endmacro %}


{# The numbers that the groups of a pattern have where every group has one. #}
{% macro snowflake_groups(pattern) -%}
    {%- set numbers = [] -%}
    {%- set opened = modules.re.findall('\\\\.|\\[(?:\\\\.|[^\\]\\\\])*\\]|\\((?:\\?:)?', meta_conversions.numberless_groups_marked(pattern)) -%}
    {%- for group in opened if group.startswith('(') -%}
        {%- if group == '(' -%} {%- do numbers.append(loop.index) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(numbers) }}
{%- endmacro %}


{# A replacement by those numbers. The backslash is doubled: a text in Snowflake's SQL reads it as an escape. #}
{% macro snowflake_replacement(pattern, replacement) -%}
    {%- set numbers = meta_conversions.snowflake_groups(pattern) -%}
    {%- set renumbered = namespace(text=replacement) -%}
    {%- for number in range(numbers | length, 0, -1) -%}
        {%- set renumbered.text = renumbered.text.replace('\\' ~ number, '\\\\' ~ numbers[number - 1]) -%}
    {%- endfor -%}
    {{ return(renumbered.text) }}
{%- endmacro %}


{% macro snowflake__fits_wholly(text, pattern) %}regexp_like({{ text }}, '({{ meta_conversions.snowflake_pattern(pattern) }})'){% endmacro %}


{% macro snowflake__fits_partly(text, pattern) %}(regexp_instr({{ text }}, '{{ meta_conversions.snowflake_pattern(pattern) }}') > 0){% endmacro %}


{% macro snowflake__replace_matches(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ meta_conversions.snowflake_pattern(pattern) }}', '{{ meta_conversions.snowflake_replacement(pattern, replacement) }}')
{%- endmacro %}


{# A plain replacement only: it is put between what stands before the first match and what stands after it. #}
{% macro snowflake__replace_first_match(text, pattern, replacement) -%}
    {%- if '\\' in replacement -%}
        {%- do exceptions.raise_compiler_error("On Snowflake a first match is replaced by a plain text, not by " ~ replacement) -%}
    {%- endif -%}
    {%- set plain = meta_conversions.snowflake_pattern(pattern) -%}
    {%- set found = "cast(regexp_instr(" ~ text ~ ", '" ~ plain ~ "') as integer)" -%}
    {%- set after = "cast(regexp_instr(" ~ text ~ ", '" ~ plain ~ "', 1, 1, 1) as integer)" -%}
    (left({{ text }}, {{ found }} - 1) || '{{ replacement }}' || substr({{ text }}, {{ after }}))
{%- endmacro %}


{% macro snowflake__without_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ meta_conversions.snowflake_pattern(pattern) }}', '')
{%- endmacro %}


{% macro snowflake__first_match(text, pattern) -%}
    nullif(regexp_substr({{ text }}, '{{ meta_conversions.snowflake_pattern(pattern) }}', 1, 1, 'e', {{ meta_conversions.snowflake_groups(pattern)[0] }}), '')
{%- endmacro %}


{% macro snowflake__join_matches(text, pattern, separator) -%}
    nullif(
        array_to_string(
            regexp_substr_all({{ text }}, '{{ meta_conversions.snowflake_pattern(pattern) }}', 1, 1, 'e', {{ meta_conversions.snowflake_groups(pattern)[0] }}),
            '{{ separator }}'
        ),
        ''
    )
{%- endmacro %}


{#
    What a pattern that stands in a column matches at the beginning of digits; blank where it does not. The last group takes
    nothing: it is there for patterns that have none of their own, since to ask for one that is not there is an error.
#}
{% macro snowflake_start_by(text, pattern, group=1) -%}
    array_to_string(
        regexp_substr_all({{ text }}, '^(' || replace({{ pattern }}, '(?:', '(') || ')( ?)', 1, 1, 'e', {{ group }}), ''
    )
{%- endmacro %}


{# The number of such a pattern's first group: groups that had none have one now, and so has the whole. #}
{% macro snowflake__group_of_start_by(text, pattern) -%}
    {%- set marked = "replace(" ~ pattern ~ ", '(?:', '<')" -%}
    {%- set before = "left(" ~ marked ~ ", position('(' in " ~ marked ~ "))" -%}
    case length({{ before }}) - length(replace({{ before }}, '<', ''))
        {%- for number in range(9) %}
        when {{ number }} then {{ meta_conversions.snowflake_start_by(text, pattern, number + 2) }}
        {%- endfor %}
    end
{%- endmacro %}


{% macro snowflake__replace_start_by(text, pattern, replacement) -%}
    {%- set rest = 'substr(' ~ text ~ ', length(' ~ meta_conversions.snowflake_start_by(text, pattern) ~ ') + 1)' -%}
    {%- if replacement == "''" -%}
        {{ rest }}
    {%- else -%}
        (replace({{ replacement }}, chr(92) || '1', {{ meta_conversions.snowflake__group_of_start_by(text, pattern) }}) || {{ rest }})
    {%- endif -%}
{%- endmacro %}


{#- It prefers the longest match, as far as POSIX goes, which would end with the last one. -#}
{% macro snowflake__first_click_id(url) -%}
    {{ meta_conversions.first_match("'&' || " ~ meta_conversions.first_match(url, '^[^?#]*[?]([^#]*)'), '&fbclid=([^&]*)') }}
{%- endmacro %}
