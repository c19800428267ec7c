{# How country_names and state_names spell a name, and what a state outside the US and Canada is hashed as. #}
{% macro place_key(text) %}{{ meta_conversions.name_with_letters(meta_conversions.letters_and_digits(meta_conversions.lowered(text))) }}{% endmacro %}


{# A country's name without its article, wherever it stands: The Gambia, Netherlands (the), Bahamas, The. #}
{% macro without_article(text) %}{{ meta_conversions.without_matches(text, '^[Tt][Hh][Ee] |,? [(]?[Tt][Hh][Ee][)]?$') }}{% endmacro %}


{#
    A country as ISO 3166-1 alpha-2. `text` is the outcome of clean_compatible_identifier, `known` the country that
    country_names has for its place_key, or null.
#}
{% macro normalize_country(text, known) %}{{ meta_conversions.unless_hashed(text, known) }}{% endmacro %}


{#
    A state (Meta: two-letter code in the US; elsewhere lower case without punctuation, special characters and spaces).
    `name_key` is the place_key of `text`, `country` alpha-2 or blank, `known_code` the code that state_names has for the
    name_key in that country (in either where the country is not known), or null.
#}
{% macro normalize_st(text, name_key, country, known_code) -%}
    {{ meta_conversions.unless_hashed(text, "case when " ~ country ~ " in ('us', 'ca') then " ~ known_code
        ~ " else coalesce(" ~ known_code ~ ", " ~ name_key ~ ") end") }}
{%- endmacro %}


{#
    A postal code (Meta: lower case, no spaces, no dash; in the US the first five digits). `text` is the outcome of
    clean_compatible_identifier, `country` alpha-2 or blank. A float of a spreadsheet loses its `.0`; US codes of three and
    four digits get back the zeros that it took from their front. Five digits with white space inside are one code, with or
    without four more behind them; five, a dash and four are a US code where no country is known, too.
#}
{% macro normalize_zp(text, country) -%}
    {%- set plain = meta_conversions.replace_matches(meta_conversions.ascii_digits(meta_conversions.lowered(text)), '^([0-9]+)[.]0+$', '\\1') -%}
    {%- set after_sign = '[\\p{Pd}\u2212' ~ meta_conversions.white_space() ~ '].*$' -%}
    {%- set five = meta_conversions.without_matches(plain, '[' ~ meta_conversions.white_space() ~ ']+') -%}
    {%- set five_four = '[0-9]{5}[' ~ meta_conversions.white_space() ~ ']?[\\p{Pd}\u2212][' ~ meta_conversions.white_space() ~ ']?[0-9]{4}' -%}
    {{ meta_conversions.unless_hashed(text, "case when " ~ country ~ " = 'us' and " ~ meta_conversions.fits_wholly(five, '[0-9]{5}(?:[\\p{Pd}\u2212]?[0-9]{4})?') ~ " then nullif(left(" ~ five ~ ", 5), '00000')"
        ~ " when " ~ country ~ " = '' and " ~ meta_conversions.fits_wholly(plain, five_four) ~ " then nullif(left(" ~ plain ~ ", 5), '00000')"
        ~ " when " ~ country ~ " = 'us' then "
        ~ meta_conversions.us_postal_code(meta_conversions.letters_and_digits(meta_conversions.without_matches(plain, after_sign)))
        ~ " else " ~ meta_conversions.name_with_letters(meta_conversions.letters_and_digits(plain)) ~ " end") }}
{%- endmacro %}


{# Three to five digits with their zeros, or the first five of nine; zeros alone are no code. #}
{% macro us_postal_code(first_part) -%}
    {%- set five = meta_conversions.replace_matches(first_part, '^([0-9]{5})[0-9]{4}$', '\\1') -%}
    nullif(lpad({{ meta_conversions.first_match(five, '^([0-9]{3,5})$') }}, 5, '0'), '00000')
{%- endmacro %}
