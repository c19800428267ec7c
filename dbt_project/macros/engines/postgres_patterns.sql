{#
    A pattern as PostgreSQL reads it. Its expressions know no Unicode properties (ranges stand for them), \s follows the
    locale there, and a dot matches a line's end; (?s) asks for that and may only stand at the beginning.
#}
{% macro postgres_pattern(pattern) -%}
    {%- set every_sign = '(?s)' in pattern -%}
    {%- set plain = pattern.replace('(?s)', '').replace('[\\x00-\\x7f]', '[\\u0001-\\u007f]') -%}
    {%- set plain = plain.replace('[\\s', '[ \\t\\n\\f\\r').replace('\\s', '[ \\t\\n\\f\\r]') -%}
    {%- set plain = plain if every_sign else modules.re.sub('(?<!\\\\)[.](?![^\\[\\]]*\\])', '[^\\\\n]', plain) -%}
    {%- set plain = plain
        .replace('\\p{L}\\p{M}\\p{N}', meta_conversions.range_of_letters_marks_and_digits())
        .replace('\\p{L}\\p{N}', meta_conversions.range_of_letters_and_numbers())
        .replace('\\p{L}', meta_conversions.range_of_letters())
        .replace('\\p{Pd}', meta_conversions.range_of_dashes())
    -%}
    {%- if '\\p' in plain -%}
        {%- do exceptions.raise_compiler_error("PostgreSQL's patterns have no properties, and no range stands for " ~ pattern) -%}
    {%- endif -%}
    {{ return(plain) }}
{%- endmacro %}
