{#
    Gender as f or m. `text` is the outcome of clean_compatible_identifier, `known` what the seed gender_words has for it
    in lower case without dots, or null.
#}
{% macro normalize_ge(text, known) %}{{ meta_conversions.unless_hashed(text, known) }}{% endmacro %}


{#
    Rows with the column `normalized_db`: a date of birth as YYYYMMDD (Meta: year 1900 to now). `text` is the outcome of
    clean_identifier. That the day is not in the future is for whoever knows the row's own time to say (day_of_birth): a clock would give another table at another time.
    What can be read one way only is understood: year first, a month's name, a day that is no month or equal to it, with white
    space around the signs and a dot behind or not, or eight digits alone; the signs may be a typesetter's. Var
    meta_conversions_date_order says how other dates are written: mdy or dmy; null drops them.
#}
{% macro with_normalized_db(rows, text) -%}
    {%- set order = var('meta_conversions_date_order', none) -%}
    {%- if order not in (none, 'mdy', 'dmy') -%}
        {%- do exceptions.raise_compiler_error("The var meta_conversions_date_order is mdy, dmy or null, not '" ~ order ~ "'") -%}
    {%- endif -%}
    {%- set time = '([ T,]+(?:(?:at|um|om|alle|\u00e0s?|a las) +)?[0-9]{1,2}:[0-9:.]*.*)$' -%}
    {%- set dotted_time = '^(.*[-/. ][0-9]{4}) +[0-9]{1,2}[.][0-9]{2}(?:[.][0-9]{2})?$' -%}
    {%- set zone = '^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}) ?(?:[zZ]|[+-][0-9]{2}:?[0-9]{2})$' -%}
    {%- set day = 'dated_db' -%}
    {%- set sign = '[-/. ]' -%}
    {%- set day_last = '(1[3-9]|2[0-9]|3[01])' -%}
    {%- set day_first_only = '^' ~ day_last ~ sign ~ '([0-9]{1,2})' ~ sign ~ '([0-9]{4})$' -%}
    {%- set month_first_only = '^([0-9]{1,2})' ~ sign ~ day_last ~ sign ~ '([0-9]{4})$' -%}
    {%- set equal_parts = meta_conversions.equal_parts() -%}
    {%- set year_first = '^([0-9]{4})' ~ sign ~ '?([0-9]{2})' ~ sign ~ '?([0-9]{2})$|^([0-9]{4})' ~ sign ~ '([0-9]{1,2})' ~ sign ~ '([0-9]{1,2})$' -%}
    {%- set this_age = '((?:19|20)[0-9]{2})$' -%}
    {%- set day_first_digits = '^' ~ day_last ~ '(0[1-9]|1[0-2])' ~ this_age -%}
    {%- set month_first_digits = '^(0[1-9]|1[0-2])' ~ day_last ~ this_age -%}
    {%- set equal_digits = '^(?:0101|0202|0303|0404|0505|0606|0707|0808|0909|1010|1111|1212)' ~ this_age -%}
    {%- set year_last = '^([0-9]{1,2})' ~ sign ~ '([0-9]{1,2})' ~ sign ~ '([0-9]{4})$' -%}
    {%- set month_first = '\\3-\\1-\\2' if order == 'mdy' else '\\3-\\2-\\1' -%}
    {{ meta_conversions.in_steps(rows, [
        ('typed_db', meta_conversions.without_matches(meta_conversions.with_plain_date_signs(meta_conversions.ascii_digits(text)), time)),
        ('alone_db', meta_conversions.replace_matches('typed_db', dotted_time ~ '|' ~ zone, '\\1\\2')),
        ('close_db', meta_conversions.with_close_signs('alone_db')),
        ('dated_db', meta_conversions.with_month_number('close_db')),
        ('written_db', 'case when ' ~ meta_conversions.fits_wholly(day, day_first_digits) ~ ' then ' ~ meta_conversions.replace_matches(day, day_first_digits, '\\3-\\2-\\1')
            ~ ' when ' ~ meta_conversions.fits_wholly(day, month_first_digits) ~ ' then ' ~ meta_conversions.replace_matches(day, month_first_digits, '\\3-\\1-\\2')
            ~ ' when ' ~ meta_conversions.fits_wholly(day, equal_digits) ~ ' then right(' ~ day ~ ", 4) || '-' || left(" ~ day ~ ", 2) || '-' || left(" ~ day ~ ", 2)"
            ~ ' when ' ~ meta_conversions.fits_wholly(day, year_first) ~ ' then ' ~ meta_conversions.replace_matches(day, year_first, '\\1\\4-\\2\\5-\\3\\6')
            ~ ' when ' ~ meta_conversions.fits_wholly(day, day_first_only) ~ ' then ' ~ meta_conversions.replace_matches(day, day_first_only, '\\3-\\2-\\1')
            ~ ' when ' ~ meta_conversions.fits_wholly(day, month_first_only) ~ ' then ' ~ meta_conversions.replace_matches(day, month_first_only, '\\3-\\1-\\2')
            ~ ' when ' ~ meta_conversions.fits_wholly(day, equal_parts) ~ ' then ' ~ meta_conversions.replace_matches(day, year_last, '\\3-\\2-\\1')
            ~ (' when ' ~ meta_conversions.fits_wholly(day, year_last) ~ ' then ' ~ meta_conversions.replace_matches(day, year_last, month_first) if order else '')
            ~ ' end'),
        ('day_db', meta_conversions.day_or_null('written_db')),
        ('normalized_db', meta_conversions.unless_hashed(text, meta_conversions.birthday('day_db'))),
    ]) }}
{%- endmacro %}


{# Signs of typesetters and of wide scripts between the parts of a date as the plain ones. #}
{% macro with_plain_date_signs(text) -%}
    translate({{ text }}, '{{ "\u00a0\u2007\u2009\u202f\u3000\u2010\u2011\u2012\u2013\u2212\uff0d\uff0f\uff0e\uff1a" }}', '     ------/.:')
{%- endmacro %}


{# `16. 02. 1990.` as `16.02.1990`. `date` is a column. #}
{% macro with_close_signs(date) -%}
    case
        when {{ date }} like '% %' or {{ date }} like '%.'
            then {{ meta_conversions.without_matches(meta_conversions.replace_matches(date, ' *([-/.]) *', '\\1'), '[.]$') }}
        else {{ date }}
    end
{%- endmacro %}


{# A date whose day and month are the same number. #}
{% macro equal_parts() -%}
    {%- set pairs = [] -%}
    {%- for number in range(1, 13) -%} {%- do pairs.append('0?' ~ number ~ '[-/. ]0?' ~ number) -%} {%- endfor -%}
    {{ return('^(?:' ~ pairs | join('|') ~ ')[-/. ][0-9]{4}$') }}
{%- endmacro %}


{#
    A date with its month as a word as year-month-day, and one of Chinese, Japanese or Korean signs; any other text as it is.
    English words and those of German, French, Spanish, Italian, Portuguese and Dutch; a weekday of theirs before it is off, but
    for `mar.`, which is a month too.
    `text` is used twice.
#}
{% macro with_month_number(text) -%}
    {%- set months = [
        'jan(?:uary|uar|v|vier|uari|eiro)?|j\u00e4n(?:ner)?|ene(?:ro)?|genn?(?:aio)?',
        'febr?(?:uary|uar|ero|uari)?|feb(?:b|braio)|f\u00e9vr?(?:ier)?|fevr?(?:ereiro|eiro|ier)?',
        'mar(?:ch|s|zo|\u00e7o)?|m\u00e4r(?:z)?|maart|mrt',
        'apr(?:il|ile)?|avr(?:il)?|abr(?:il)?',
        'may|mai|mayo|mag(?:gio)?|maio|mei',
        'june?|juni|juin|junio|giu(?:gno)?|junho',
        'july?|juli|juil(?:let)?|julio|lug(?:lio)?|julho',
        'aug(?:ust|ustus)?|ao\u00fbt|aout|ago(?:sto)?',
        'sept?(?:ember|embre|iembre|tembre)?|set(?:tembre|embro)?',
        'oct(?:ober|obre|ubre)?|okt(?:ober)?|ott(?:obre)?|out(?:ubro)?',
        'nov(?:ember|embre|iembre|embro)?',
        'dec(?:ember|embre)?|d\u00e9c(?:embre)?|dez(?:ember|embro)?|dic(?:iembre|embre)?',
    ] -%}
    {%- set weekdays = [
        '(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|wed|wednes|thurs?|thu|fri|sat|satur|sun',
        '(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|mo|di|mi|do|fr|sa|so',
        '(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|lun|mer|jeu|ven|sam|dim',
        'lunes|martes|mi[e\u00e9]rcoles|jueves|viernes|s[a\u00e1]bado|domingo|mi[e\u00e9]|jue|vie|s[a\u00e1]b|dom',
        '(?:lune|marte|mercole|giove|vener)d[i\u00ec]|sabato|domenica|gio',
        '(?:segunda|ter[c\u00e7]a|quarta|quinta|sexta)(?:-feira)?|seg|ter|qua|qui|sex',
        '(?:maan|dins|woens|donder|vrij|zater|zon)dag|ma|wo|vr|za|zo',
    ] -%}
    {%- set weekday = '^(?:' ~ weekdays | join('|') ~ ')[., ]+' -%}
    {%- set signed = meta_conversions.without_matches('lower(' ~ text ~ ')', weekday ~ '|[\u65e5\uc77c]$') -%}
    {%- set numbered = namespace(text=meta_conversions.replace_matches(signed, '([0-9])[\u5e74\u6708\ub144\uc6d4] *', '\\1-')) -%}
    {%- for names in months -%}
        {%- set numbered.text = meta_conversions.replace_matches(
            numbered.text, '(^|[^\\p{L}])(?:' ~ names ~ ')[.]?($|[^\\p{L}])', '\\1' ~ loop.index ~ '#\\2'
        ) -%}
    {%- endfor -%}
    {%- set gap = '[-/., ]*' -%}
    {%- set day = '([0-9]{1,2})(?:st|nd|rd|th|er|e|\u00ba|\u00aa|\u00b0)?' -%}
    {%- set month = '([0-9]{1,2})#' -%} {#- a sign that no date has: see the last line -#}
    {%- set orders = [
        ('^' ~ day ~ gap ~ '(?:de |of )?' ~ month ~ gap ~ '(?:del? )?([0-9]{4})$', '\\3-\\2-\\1'),
        ('^' ~ month ~ gap ~ day ~ '[-/., ]+([0-9]{4})$', '\\3-\\1-\\2'),
        ('^([0-9]{4})' ~ gap ~ month ~ gap ~ day ~ '$', '\\1-\\2-\\3'),
    ] -%}
    {%- for pattern, order in orders -%}
        {%- set numbered.text = meta_conversions.replace_matches(numbered.text, pattern, order) -%}
    {%- endfor -%}
    case when {{ meta_conversions.fits_partly(text, '[\\p{L}]') }} and {{ text }} not like '%#%' then {{ numbered.text }} else {{ text }} end
{%- endmacro %}


{# YYYYMMDD of a day, if its year is not of another age. #}
{% macro birthday(day) -%}
    case when {{ day }} between cast('1900-01-01' as date) and cast('2099-12-31' as date) then {{ meta_conversions.day_digits(day) }} end
{%- endmacro %}


{#
    A day as YYYYMMDD. A cast would follow DATE_OUTPUT_FORMAT on Snowflake and DateStyle on PostgreSQL, which anybody may set
    for a user, a database or an account: 07-03-1984 would be hashed as 07031984.
#}
{% macro day_digits(day) -%}
    cast(extract(year from {{ day }}) * 10000 + extract(month from {{ day }}) * 100 + extract(day from {{ day }}) as varchar)
{%- endmacro %}


{# The day that with_normalized_db wrote, as a date; null of anything else. #}
{% macro day_of_birth(normalized) -%}
    case
        when length({{ normalized }}) = 8
            then cast(left({{ normalized }}, 4) || '-' || substr({{ normalized }}, 5, 2) || '-' || right({{ normalized }}, 2) as date)
    end
{%- endmacro %}


{# A text year-month-day as a date; null where there is no such day. #}
{% macro day_or_null(text) %}{{ adapter.dispatch('day_or_null', 'meta_conversions')(text) }}{% endmacro %}

{% macro default__day_or_null(text) %}try_cast({{ text }} as date){% endmacro %}

{#- The month's first day, as many days on as the text says, is in that month; each cast has its digits. -#}
{% macro postgres__day_or_null(text) -%}
    {%- set part = "cast(split_part(" ~ text ~ ", '-', %s) as integer)" -%}
    {%- set first = "make_date(" ~ part % 1 ~ ", " ~ part % 2 ~ ", 1)" -%}
    case
        when {{ meta_conversions.fits_wholly(text, '[0-9]{4}-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12][0-9]|3[01])') }} and {{ text }} not like '0000%'
            then case
                when date_trunc('month', {{ first }} + {{ part % 3 }} - 1) = {{ first }} then {{ first }} + {{ part % 3 }} - 1
            end
    end
{%- endmacro %}


{# The shop's own id of a person: trimmed, case kept. `text` is the outcome of clean_identifier. 32 hex digits are an id too. #}
{% macro normalize_external_id(text) %}case when {{ meta_conversions.is_hashed(text) }} then {{ meta_conversions.passed_hash(text) }} else {{ text }} end{% endmacro %}
