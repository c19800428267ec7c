{#
    A browser's address, never hashed: one valid global address, IPv6 in its compressed spelling; else null. An IPv4 address
    in IPv6 clothes (`::ffff:`) is unwrapped. `text` is what the source has: a port or a list makes it null.
#}
{% macro normalize_client_ip_address(text) -%}
    {#- most addresses are plain IPv4: the groups of IPv6 are the dear part -#}
    {%- set of_groups = bind(
        ipv6_groups('address'), 'groups', "coalesce(" ~ global_ipv4(ipv4_inside('groups')) ~ ", " ~ global_ipv6('groups') ~ ")"
    ) -%}
    {{ settled(bind(
        'lower(' ~ trimmed(text) ~ ')', 'address',
        "case when address like '%:%' then " ~ of_groups ~ " else " ~ global_ipv4('address') ~ " end"
    )) }}
{%- endmacro %}


{% macro ipv4_octet() %}{{ return("(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])") }}{% endmacro %}


{# An IPv4 address that is global by every Python from 3.11 (`ipaddress`) and is no multicast address. #}
{% macro global_ipv4(address) -%}
    {%- set reserved = [
        '(?:0|10|127)[.]',
        '100[.](?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])[.]',
        '169[.]254[.]',
        '172[.](?:1[6-9]|2[0-9]|3[01])[.]',
        '192[.]0[.][02][.]',
        '192[.]168[.]',
        '198[.]1[89][.]',
        '198[.]51[.]100[.]',
        '203[.]0[.]113[.]',
        '(?:22[4-9]|2[3-5][0-9])[.]',
    ] -%}
    {{ bind(address, 'ipv4', "case when " ~ fits_wholly('ipv4', '(?:' ~ ipv4_octet() ~ '[.]){3}' ~ ipv4_octet())
        ~ " and not " ~ fits_partly('ipv4', '^(?:' ~ reserved | join('|') ~ ')') ~ " then ipv4 end") }}
{%- endmacro %}


{# An IPv6 address as eight groups of four hex digits, or null where it is none. A dotted tail becomes two groups. #}
{% macro ipv6_groups(address) -%}
    {%- set head = "split_part(colons, '::', 1)" -%}
    {%- set tail = "split_part(colons, '::', 2)" -%}
    {%- set missing = "8 - (" ~ group_count(head) ~ ") - (" ~ group_count(tail) ~ ")" -%}
    {%- set filled = without_matches(head ~ " || ':' || repeat('0:', " ~ missing ~ ") || " ~ tail, '^:+|:+$') -%}
    {%- set is_filled = "length(colons) < 40 and colons like '%::%' and colons not like '%::%::%' and colons not like '%:::%' and " ~ missing ~ " > 0" -%}
    {{ bind(with_hex_tail(address), 'colons', bind(
        "case when " ~ is_filled ~ " then " ~ filled ~ " when colons not like '%::%' then colons end",
        'full_address',
        "case when " ~ fits_wholly('full_address', '(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}') ~ " then "
            ~ replace_matches(replace_matches('full_address', '([0-9a-f]+)', '000\\1'), '0*([0-9a-f]{4})(:|$)', '\\1\\2')
        ~ " end"
    )) }}
{%- endmacro %}


{% macro group_count(part) -%}
    case when {{ part }} = '' then 0 else 1 + length({{ part }}) - length(replace({{ part }}, ':', '')) end
{%- endmacro %}


{# `::ffff:8.8.4.4` as `::ffff:808:404`. #}
{% macro with_hex_tail(address) -%}
    {%- set octets = [] -%}
    {%- for number in range(1, 5) -%}
        {%- do octets.append("cast(split_part(" ~ first_match(address, '([0-9.]+)$') ~ ", '.', " ~ number ~ ") as integer)") -%}
    {%- endfor -%}
    case
        when {{ fits_wholly(address, '[0-9a-f:]*:(?:' ~ ipv4_octet() ~ '[.]){3}' ~ ipv4_octet()) }}
            then {{ first_match(address, '^([0-9a-f:]*:)') }}
                || {{ hex_of(octets[0] ~ ' * 256 + ' ~ octets[1]) }} || ':' || {{ hex_of(octets[2] ~ ' * 256 + ' ~ octets[3]) }}
        else {{ address }}
    end
{%- endmacro %}


{# A number below 65,536 in hex. #}
{% macro hex_of(number) %}{{ adapter.dispatch('hex_of')(number) }}{% endmacro %}

{% macro default__hex_of(number) %}to_hex({{ number }}){% endmacro %}


{# The IPv4 address that an IPv6 address of the form ::ffff:a.b.c.d carries. #}
{% macro ipv4_inside(groups) -%}
    {%- set octets = [] -%}
    {%- for start in (31, 33, 36, 38) -%}
        {%- do octets.append("cast(" ~ hex_byte("substr(" ~ groups ~ ", " ~ start ~ ", 2)") ~ " as varchar)") -%}
    {%- endfor -%}
    case when {{ groups }} like '0000:0000:0000:0000:0000:ffff:%' then {{ octets | join(" || '.' || ") }} end
{%- endmacro %}


{# Two hex digits as a number. #}
{% macro hex_byte(digits) -%}
    (
        16 * (position(left({{ digits }}, 1) in '0123456789abcdef') - 1)
        + position(right({{ digits }}, 1) in '0123456789abcdef') - 1
    )
{%- endmacro %}


{# The compressed spelling of eight groups, where the address is global by every Python from 3.11 and no multicast address. #}
{% macro global_ipv6(groups) -%}
    {%- set reserved = [
        '0000:0000:0000:0000:0000:(?:0000:0000:000[01]$|ffff:)',
        '0064:ff9b:0001:',
        '0100:0000:0000:0000:',
        '2001:0[01]',
        '2001:0db8:',
        '2002:',
        '3fff:0',
        'f[cdf]',
        'fe[89ab]',
    ] -%}
    {%- set short = replace_matches(groups, '(^|:)0{1,3}', '\\1') -%}
    {%- set runs = [] -%}
    {%- for length in range(8, 1, -1) -%}
        {%- set run = '(?:^|:)0(?::0){' ~ (length - 1) ~ '}(?::|$)' -%}
        {%- do runs.append("when " ~ fits_partly('short', run) ~ " then " ~ replace_first_match('short', run, '::')) -%}
    {%- endfor -%}
    case
        when not {{ fits_partly(groups, '^(?:' ~ reserved | join('|') ~ ')') }}
            then {{ bind(short, 'short', 'case ' ~ runs | join(' ') ~ ' else short end') }}
    end
{%- endmacro %}
