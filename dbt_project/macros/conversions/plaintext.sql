{#
    What must not stand where nothing is hashed: plaintext_email or plaintext_phone for a text with an address or with a
    number as people write it; null for any other. Digits alone are an order's number, a GTIN or a time. The connector's
    gate reads more spellings, and asks once more before an event is sent. `text` is a column; `words` is what of it is no id:
    there forms of phone numbers count that ids have too.
#}
{% macro plaintext_in(text, words) -%}
    case
        when {{ meta_conversions.is_spelled_oddly(text) }}
            then coalesce(
                {{ meta_conversions.plaintext_of_odd(text) }},
                case when {{ meta_conversions.holds_a_phone_in_words(meta_conversions.plain_spelling(words)) }} then 'plaintext_phone' end
            )
        when
            ({{ text }} like '%@%' or {{ text }} like '%!%40%' escape '!' or {{ text }} like '%!%2540%' escape '!')
            and {{ meta_conversions.holds_an_address(text) }}
            then 'plaintext_email'
        when {{ meta_conversions.holds_a_phone(text) }} or {{ meta_conversions.holds_a_phone_in_words(words) }} then 'plaintext_phone'
    end
{%- endmacro %}


{# Whether a text has HTML entities, wide signs, dashes or blanks of typesetters, digits of other scripts, or what shows nothing. #}
{% macro is_spelled_oddly(text) -%}
    {%- set odd = [meta_conversions.invisible(), meta_conversions.decimal_digits()] -%}
    {%- for signs in meta_conversions.odd_signs().split(';') -%} {%- do odd.append(signs[1:]) -%} {%- endfor -%}
    (
        {{ text }} like '%&%;%' or {{ text }} like '%!%EF!%B%' escape '!' or {{ text }} like '%!%C2!%A0%' escape '!'
        or {{ meta_conversions.fits_partly(text, '[' ~ odd | join ~ ']') }}
    )
{%- endmacro %}


{# Plaintext of a text that is spelled oddly, by its plain spelling. #}
{% macro plaintext_of_odd(text) -%}
    {{ meta_conversions.plaintext_of_plain(meta_conversions.plain_spelling(text)) }}
{%- endmacro %}


{% macro plain_spelling(text) -%}
    {{ meta_conversions.plain_signs(meta_conversions.decoded("replace(" ~ text ~ ", '&amp;', '&')")) }}
{%- endmacro %}


{% macro plaintext_of_plain(spelling) -%}
    case when {{ meta_conversions.holds_an_address(spelling) }} then 'plaintext_email' when {{ meta_conversions.holds_a_phone(spelling) }} then 'plaintext_phone' end
{%- endmacro %}


{# Signs of typesetters and of wide scripts behind the plain one that they stand for, each group as the inside of a character class. #}
{% macro odd_signs() -%}
    {{ return(
        '@\uff20\ufe6b;.\u2024\u3002\ufe52\uff0e\uff61;+\u207a\ufe62\uff0b;-\u2010-\u2015\u2212\ufe63\uff0d;(\u207d\ufe59\uff08;)\u207e\ufe5a\uff09;/\uff0f;'
        ~ ' \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000'
    ) }}
{%- endmacro %}


{#
    A text with plain signs for odd ones, and without what shows nothing. Which digit of another script it is does not matter
    to the forms of phone numbers, but for the zero that a national one begins with.
#}
{% macro plain_signs(text) -%}
    {%- set digits = {'0': [], '5': []} -%}
    {%- for digit in meta_conversions.plain_decimal_digits() -%}
        {%- do digits['0' if digit == '0' else '5'].append(meta_conversions.decimal_digits()[loop.index0]) -%}
    {%- endfor -%}
    {%- set plain = namespace(text=meta_conversions.without_matches(text, '[' ~ meta_conversions.invisible() ~ ']+')) -%}
    {%- for signs in meta_conversions.odd_signs().split(';') -%}
        {%- set plain.text = meta_conversions.replace_matches(plain.text, '[' ~ signs[1:] ~ ']', signs[0]) -%}
    {%- endfor -%}
    {%- for digit, signs in digits.items() -%}
        {%- set plain.text = meta_conversions.replace_matches(plain.text, '[' ~ signs | join ~ ']', digit) -%}
    {%- endfor -%}
    {{ plain.text }}
{%- endmacro %}


{#
    The columns of conversion_shape that are sent as they are, joined. A column is one of them unless it is listed here:
    hashed, of Meta's own words, an address of a page (kept_url), or not sent. Those `worked_on` stand there as good_<name>.
#}
{% macro plain_fields(relation, worked_on) -%}
    {%- set others = (
        'source_system source_id dataset_id action_source page_url referrer_url currency lead_id madid anon_id ad_consent'
        ' us_state limited_data_use dropped identity_id customer_identity_id session_id person_id fbclid'
    ).split() -%}
    {%- set fields = [] -%}
    {%- for name in meta_conversions.conversion_shape().split()[::3] -%}
        {%- if meta_conversions.conversion_shape().split()[1::3][loop.index0] == 'varchar' and name not in others -%}
            {%- do fields.append(relation ~ ('.good_' if name in worked_on else '.') ~ name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ meta_conversions.join_texts(fields, ' | ') }}
{%- endmacro %}


{#
    Whether an email address stands in a text. `logo@2x.png` is a picture, `hero@home.webp` a file and `SKU@v2.pro` a
    version; of those that look like versions, such with a country's or a general ending are addresses: `a@163.com`.
#}
{% macro holds_an_address(text) -%}
    {%- set sign = '[^ @/?&=#:;,<>()"|.{}]' -%}
    {%- set label = sign ~ '+[.]' -%}
    {%- set over = '(?:[^a-z0-9_-]|$)' -%}
    {%- set files = '@[0-9]+x[.]|@(?:' ~ label ~ ')+(?:png|jpe?g|gif|webp|svg|avif|css|js|json|html?|pdf|xml|csv|txt)' ~ over -%}
    {%- set word = '(?:' ~ sign ~ '*(?:[^ @/?&=#:;,<>()"|.{}0-9rv]|[a-z][a-z_-])' ~ sign ~ '*|[0-9]{3,})[.]' -%}
    {%- set general = '(?:com|net|org|edu|gov|mil|int|info|biz|[a-z]{2})' ~ over -%}
    {%- set plain = "replace(replace(replace(lower(" ~ text ~ "), '%2540', '@'), '%40', '@'), '%ef%bc%a0', '@')" -%}
    {{ meta_conversions.fits_partly(
        meta_conversions.without_matches(plain, files),
        '[^ @/?&=#:;,<>()"|]@(?:(?:' ~ label ~ ')*' ~ word ~ '(?:' ~ label ~ ')*(?:[a-z]{2,}|[^\u0001-~]{2,})|(?:' ~ label ~ ')+' ~ general ~ ')'
    ) }}
{%- endmacro %}


{#
    Whether a phone number stands in a text, international or in the form of a country: +49 170 1234567, (650) 555-1212.
    A subscriber's number begins neither with a zero, as counters do, nor as a year.
#}
{% macro holds_a_phone(text) -%}
    {%- set apart = '(?:^|[^A-Za-z0-9_./-])' -%}
    {%- set over = '(?:[^A-Za-z0-9_-]|$)' -%}
    {%- set begin = '(?:1[0-8]|2[1-9]|[3-9][0-9])' -%}
    {%- set no_tail = '(?:^|^ |[^0-9] |[^A-Za-z0-9_./ -])' -%} {#- not the last groups of a longer number: an IBAN, a tracking number -#}
    {%- set american = '[2-9][0-9]{2}SIGN[2-9][0-9]{2}SIGN[0-9]{4}' -%}
    {%- set french = 'SIGN[0-9]{2}SIGN[0-9]{2}SIGN[0-9]{2}SIGN[0-9]{2}' -%}
    {%- set with_area = [
        '[(]0[1-9][)][ -]?' ~ begin ~ '[0-9]{1,2}[ -]?[0-9]{4}',
        '[(]0[1-9][0-9]{1,3}[)][ -]?' ~ begin ~ '(?:[ -]?[0-9]){4,6}',
        '[(][1-9][0-9][)][ -]?(?:9[0-9]{4}[ -]?|' ~ begin ~ '[0-9]{2}[ -])[0-9]{4}',
        '(?:8 ?)?[(][1-9][0-9]{2}[)][ -]?[0-9]{3}(?:[ -][0-9]{2}){2}',
    ] -%}
    {%- set forms = [
        '(?:^|[^A-Za-z0-9_+])[+][ (]{0,2}[1-9](?:[ ()./-]{0,2}[0-9]){7,14}(?:[^0-9]|$)',
        '[(][2-9][0-9]{2}[)] ?[2-9][0-9]{2}[-. ][0-9]{4}(?:[^0-9]|$)',
        apart ~ '(?:1[-. ])?(?:' ~ american.replace('SIGN', '-') ~ '|' ~ american.replace('SIGN', '[.]') ~ '|' ~ american.replace('SIGN', ' ') ~ ')' ~ over,
        apart ~ '0[1-9](?:' ~ french.replace('SIGN', '-') ~ '|' ~ french.replace('SIGN', '[.]') ~ '|' ~ french.replace('SIGN', ' ') ~ ')' ~ over,
        no_tail ~ '0[1-9][0-9]{1,3} ?[ /] ?[0-9]{3,4}(?: ?[0-9]{2,4}){1,2}' ~ over,
        apart ~ '01[5-7][0-9]-[0-9]{7,8}' ~ over,
        no_tail ~ '00[1-9][0-9]{0,2}[ /][0-9](?:[ /-]{0,2}[0-9]){6,12}(?:[^0-9]|$)',
        '(?:^|[^A-Za-z0-9_)])(?:' ~ with_area | join('|') ~ ')' ~ over,
    ] -%}
    {{ meta_conversions.fits_partly(meta_conversions.without_percent_signs(text), forms | join('|')) }}
{%- endmacro %}


{# Whether a number stands in a text in a form that phone numbers have, and ids and receipts too: 090-1234-5678, 06-12345678. #}
{% macro holds_a_phone_in_words(text) -%}
    {%- set begin = '(?:1[0-8]|2[1-9]|[3-9][0-9])' -%}
    {%- set forms = [
        '0[1-9][0-9]?-' ~ begin ~ '[0-9]{1,2}-[0-9]{4}',
        '0[1-9][0-9]{2}-' ~ begin ~ '[0-9]?-[0-9]{4}',
        '0[1-9][0-9]{1,2}-' ~ begin ~ '[0-9](?:-[0-9]{2}){2}',
        '0[1-9][0-9]{0,2}-' ~ begin ~ '[0-9](?: [0-9]{2}){2}',
        '06(?:-| - | )' ~ begin ~ '(?:[0-9]{2} ?[0-9]{4}|(?: [0-9]{2}){3})',
        '0[1-9][0-9]{1,2}-' ~ begin ~ '[0-9]{5,6}',
        '8[ -]9[0-9]{2}[ -][0-9]{3}(?:[ -][0-9]{2}){2}',
    ] -%}
    {{ meta_conversions.fits_partly(
        meta_conversions.without_percent_signs(text),
        '(?:(?:^|[^A-Za-z0-9_./-])(?:' ~ forms | join('|') ~ ')|(?:^|^ |[^0-9] |[^A-Za-z0-9_./ -])0[1-9] ' ~ begin ~ '[0-9]{2} [0-9]{4})(?:[^A-Za-z0-9_-]|$)'
    ) }}
{%- endmacro %}


{% macro without_percent_signs(text) -%}
    replace(replace(replace(replace({{ text }}, '%2B', '+'), '%2b', '+'), '%20', ' '), '%C2%A0', ' ')
{%- endmacro %}


{# What of a conversion's unhashed columns is words rather than ids, joined; of its own properties those that no id stands under. #}
{% macro words_of(relation) -%}
    {%- set keys = 'ids?|skus?|codes?|gtins?|eans?|mpns?|ref|reference|(?:order|invoice|tracking|receipt|article|item|part|serial|booking)[ _-]?(?:number|no|nr)' -%}
    {%- set members = '"[^"]*(?:' ~ keys ~ ')[^a-z0-9"]*"\\s*:\\s*"[^"]*"' -%}
    {{ meta_conversions.join_texts([
        relation ~ '.content_name', relation ~ '.content_category', relation ~ '.status',
        meta_conversions.without_matches('lower(' ~ relation ~ '.custom_properties)', members),
    ], ' | ') }}
{%- endmacro %}
