{#
    An e-mail address (Meta: trimmed, lower case; dots and +tags stay). `text` is the outcome of clean_email.
    Null unless it has one @ with something before it and a domain of two or more parts, and is no placeholder.
#}
{% macro normalize_em(text) -%}
    {{ unless_hashed(text, 'case when ' ~ is_email_address(text) ~ ' then ' ~ email_unless_placeholder(text) ~ ' end') }}
{%- endmacro %}


{% macro is_email_address(text) -%}
    {%- set part = '[^@<>,;"' ~ white_space() ~ ']' -%}
    {%- set label = '[^.@<>,;"' ~ white_space() ~ ']+' -%}
    {{ fits_wholly(text, part ~ '+@' ~ label ~ '(?:[.]' ~ label ~ ')+') }}
{%- endmacro %}


{% macro email_unless_placeholder(address) -%}
    case
        when {{ is_placeholder(first_match(address, '@(.*)$'), 'email_domain') }} then null
        when {{ is_placeholder(first_match(address, '^([^@]*)@'), 'email_local_part') }} then null
        when
            exists (
                select 1
                from {{ ref('identifier_placeholders') }} as starts
                where
                    starts.kind = 'email_local_start'
                    and left({{ address }}, length(starts.value)) = starts.value
            ) then null
        else {{ address }}
    end
{%- endmacro %}
