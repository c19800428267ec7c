{# Unicode white space, as the inside of a character class. #}
{% macro white_space() %}{{ return("\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000") }}{% endmacro %}


{# Characters that show nothing and come along with copied text. #}
{% macro invisible() %}{{ return("\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e\u180e") }}{% endmacro %}


{#
    What no key of letters keeps: all but letters, marks and digits; and of those the apostrophes (U+02BC, U+02BB) and the
    tatweel that Unicode counts as letters, and the marks and letters that only steer how their neighbours are drawn.
#}
{% macro not_letters_or_digits() -%}
    {{ return("[^\\p{L}\\p{M}\\p{N}]|[\u02bb\u02bc\u0640\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]") }}
{%- endmacro %}


{# Lower case, letter by letter: a dotted capital I loses its dot, a sigma is the same at a word's end. #}
{% macro lowered(text) %}{{ adapter.dispatch('lowered', 'meta_conversions')(text) }}{% endmacro %}

{% macro default__lowered(text) %}lower({{ text }}){% endmacro %}

{#- Whether its lower() looks at these two as Unicode's full rule does is not written, so it never gets them. -#}
{% macro snowflake__lowered(text) %}lower(translate({{ text }}, '{{ "\u0130\u03a3" }}', '{{ "i\u03c3" }}')){% endmacro %}


{# One spelling for characters that can be written in several ways (Unicode NFC). #}
{% macro composed(text) %}{{ adapter.dispatch('composed', 'meta_conversions')(text) }}{% endmacro %}

{% macro default__composed(text) %}normalize({{ text }}, nfc){% endmacro %}

{% macro duckdb__composed(text) %}nfc_normalize({{ text }}){% endmacro %}


{#
    Full-width, half-width and raised signs as plain ones: of Unicode NFKC what puts one sign for one. A table, not NFKC
    itself, for not every engine has it, and a text shall have one hash everywhere.
#}
{% macro compatible(text) -%}
    case
        when {{ meta_conversions.fits_wholly(text, "[\\x00-\\x7f]*") }} then {{ text }}
        else {{ meta_conversions.composed("translate(" ~ text ~ ", '" ~ meta_conversions.compatible_characters() ~ "', '" ~ meta_conversions.written(meta_conversions.plain_compatible_characters()) ~ "')") }}
    end
{%- endmacro %}


{# The decimal digits of every script as ASCII digits. #}
{% macro ascii_digits(text) -%}
    case
        when {{ meta_conversions.fits_wholly(text, "[\\x00-\\x7f]*") }} then {{ text }}
        else translate({{ text }}, '{{ meta_conversions.decimal_digits() }}', '{{ meta_conversions.plain_decimal_digits() }}')
    end
{%- endmacro %}


{# White space and invisible characters off both ends. What is blank becomes null. #}
{% macro trimmed(text) -%}
    {%- set outer = '[' ~ meta_conversions.white_space() ~ meta_conversions.invisible() ~ ']+' -%}
    nullif({{ meta_conversions.without_matches(text, '^' ~ outer ~ '|' ~ outer ~ '$') }}, '')
{%- endmacro %}


{# The first step of every hashed key: HTML entities decoded, one spelling, trimmed, blank is null. `text` is what the source has. #}
{% macro clean_identifier(text) %}{{ meta_conversions.settled(meta_conversions.trimmed(meta_conversions.composed(meta_conversions.decoded('cast(' ~ text ~ ' as varchar)')))) }}{% endmacro %}


{# The same for ge, zp, st and country, where a full-width letter is the letter. #}
{% macro clean_compatible_identifier(text) -%}
    {{ meta_conversions.settled(meta_conversions.trimmed(meta_conversions.compatible(meta_conversions.composed(meta_conversions.decoded('cast(' ~ text ~ ' as varchar)'))))) }}
{%- endmacro %}


{#
    An e-mail address, or a link to one, with its HTML entities decoded and without what stands behind the link's question mark:
    `mailto:jane@firma.de?subject=Order`. `text` is a column.
#}
{% macro decoded_email(text) -%}
    {%- set address = meta_conversions.decoded(text) -%}
    {%- set shown = meta_conversions.without_matches(meta_conversions.lowered(address), '[' ~ meta_conversions.invisible() ~ ']+') -%}
    case
        when {{ text }} like '%:%?%' and {{ meta_conversions.fits_partly(shown, '^[' ~ meta_conversions.white_space() ~ ']*mailto:') }}
            then split_part({{ address }}, '?', 1)
        else {{ address }}
    end
{%- endmacro %}


{#
    The same for e-mail addresses, whose entities are decoded already: lower case, without invisible characters anywhere, without `mailto:`. Lower case may bring
    a letter and a mark together that had no common spelling before. What the Parameter Builder hashed keeps its case.
#}
{% macro clean_email(text) -%}
    {%- set outer = '[' ~ meta_conversions.white_space() ~ ']' -%}
    {%- set prefix_and_ends = '^' ~ outer ~ '*mailto:' ~ outer ~ '*|^' ~ outer ~ '+|' ~ outer ~ '+$' -%}
    {%- set given = meta_conversions.composed('cast(' ~ text ~ ' as varchar)') -%}
    {%- set shown = meta_conversions.without_matches(meta_conversions.composed(meta_conversions.lowered(given)), '[' ~ meta_conversions.invisible() ~ ']+') -%}
    {{ meta_conversions.settled(
        "case when length(" ~ text ~ ") > 64 and " ~ meta_conversions.is_hashed(meta_conversions.trimmed(given)) ~ " then " ~ meta_conversions.trimmed(given)
        ~ " when " ~ meta_conversions.fits_wholly(text, '[\\x00-\\x7f]*')
        ~ " then nullif(" ~ meta_conversions.without_matches('lower(' ~ text ~ ')', prefix_and_ends) ~ ", '')"
        ~ " else nullif(" ~ meta_conversions.without_matches(shown, prefix_and_ends) ~ ", '') end"
    ) }}
{%- endmacro %}


{# Letters of every script with their marks, and digits; punctuation, symbols, white space and joiners off. #}
{% macro letters_and_digits(text) %}{{ meta_conversions.composed(meta_conversions.without_matches(text, meta_conversions.not_letters_or_digits())) }}{% endmacro %}
