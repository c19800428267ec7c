{#
    Rows with the column `normalized_ip`: a browser's address, never hashed: one valid global address, IPv6 in its compressed
    spelling; else null. An IPv4 address in an IPv6 one (`::ffff:`) is unwrapped, a port, the prefix length of a single
    host and the zone of an IPv6 address are off, and of a list (X-Forwarded-For) the first global one counts. What the
    parameter builder put behind it stays. `text` is what the source has. Most addresses are plain IPv4: the steps of IPv6 are null there, and cost nothing.
#}
{% macro with_normalized_ip(rows, text) -%}
    {%- set appendix = '[.]' ~ meta_conversions.builder_sign() -%}
    {%- set groups = meta_conversions.replace_matches(meta_conversions.replace_matches('full_ip', '([0-9a-f]+)', '000\\1'), '0*([0-9a-f]{4})(:|$)', '\\1\\2') -%}
    {{ meta_conversions.in_steps(rows, [
        ('given_ip', meta_conversions.addresses_with_commas(text)),
        ('unzoned_ip', meta_conversions.without_zones('given_ip')),
        ('listed_ip', meta_conversions.trimmed(meta_conversions.first_listed_address('unzoned_ip'))),
        ('lone_ip', meta_conversions.lone_address('lower(' ~ meta_conversions.without_matches('listed_ip', appendix ~ '$') ~ ')')),
        ('colons_ip', "case when lone_ip like '%:%' then " ~ meta_conversions.with_hex_tail('lone_ip') ~ " end"),
        ('full_ip', meta_conversions.full_ipv6('colons_ip')),
        ('groups_ip', "case when " ~ meta_conversions.fits_wholly('full_ip', '(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}') ~ " then " ~ groups ~ " end"),
        ('inner_ip', "case when lone_ip like '%:%' then " ~ meta_conversions.ipv4_inside('groups_ip') ~ " else lone_ip end"),
        ('short_ip', meta_conversions.replace_matches('groups_ip', '(^|:)0{1,3}', '\\1')),
        ('normalized_ip', "coalesce(" ~ meta_conversions.global_ipv4('inner_ip') ~ ", " ~ meta_conversions.global_ipv6('groups_ip', 'short_ip') ~ ")"
            ~ " || coalesce(" ~ meta_conversions.first_match('listed_ip', '(' ~ appendix ~ ')$') ~ ", '')"),
    ]) }}
{%- endmacro %}


{# A list of addresses with commas, also where semicolons stand between them or a database prints it: {A,B}, ["A","B"]. #}
{% macro addresses_with_commas(text) -%}
    case
        when {{ text }} like '%;%' or {{ text }} like '%"%' or left({{ text }}, 1) = '{'
            then replace({{ meta_conversions.without_matches(text, '[[]"|"[]]|["{}]') }}, ';', ',')
        else {{ text }}
    end
{%- endmacro %}


{# Addresses of IPv6 without the network interface of the machine that saw them: `2606:2800:220::1%eth0`, in a URL `%25eth0`. `text` is a column. #}
{% macro without_zones(text) -%}
    case
        when {{ text }} like '%:%!%%' escape '!' then {{ meta_conversions.replace_matches(text, '(:[0-9A-Fa-f:.]*)%[A-Za-z0-9_~-]+', '\\1') }}
        else {{ text }}
    end
{%- endmacro %}


{#
    The first of a list that is an address and none of those that are not global: what is no address is left out, then those at
    the beginning that are not global. A text without a comma is its own first.
#}
{% macro first_listed_address(text) -%}
    {%- set blank = '[' ~ meta_conversions.white_space() ~ meta_conversions.invisible() ~ ']*' -%}
    {%- set listed = ',' ~ blank ~ '(' ~ meta_conversions.one_address() ~ ')' ~ blank ~ ',' -%}
    case
        when {{ text }} not like '%,%' then {{ text }}
        else split_part(
            {{ meta_conversions.without_matches(
                meta_conversions.join_matches("',' || replace(" ~ text ~ ", ',', ',,') || ','", listed, ',') ~ " || ','",
                '^(?:' ~ meta_conversions.address_that_is_not_global() ~ ',)+'
            ) }},
            ',', 1
        )
    end
{%- endmacro %}


{# A pattern of an address with what may stand around and behind it. #}
{% macro one_address() -%}
    {%- set ipv4 = '(?:' ~ meta_conversions.ipv4_octet() ~ '[.]){3}' ~ meta_conversions.ipv4_octet() -%}
    {%- set group = '[0-9a-fA-F]{1,4}' -%}
    {%- set groups = group ~ '(?::' ~ group ~ '){0,6}' -%}
    {%- set ipv6 = '(?:(?:' ~ group ~ ':){7}' ~ group ~ '|(?:' ~ group ~ ':){6}' ~ ipv4 ~ '|(?:' ~ groups ~ ')?::(?:' ~ groups ~ '|(?:' ~ group ~ ':){0,5}' ~ ipv4 ~ ')?)' -%}
    {%- set port = ':[0-9]{1,5}' -%}
    {{ return(
        '(?:(?:[0:]*:[fF]{4}:)?' ~ ipv4 ~ '(?:/32|' ~ port ~ ')?|' ~ ipv6 ~ '(?:/128)?|[[]' ~ ipv6 ~ '[]](?:' ~ port ~ ')?)'
        ~ meta_conversions.builder_appendix()
    ) }}
{%- endmacro %}


{# A pattern of addresses that are not global, as one_address finds them: those of global_ipv4 and global_ipv6. #}
{% macro address_that_is_not_global() -%}
    {%- set hex = '[0-9a-fA-F]' -%}
    {%- set ipv4 = meta_conversions.reserved_ipv4() | join('|') -%}
    {#- the same, as the two last groups of an IPv6 address -#}
    {%- set mapped = [
        '0*' ~ hex ~ '{1,2}:', '0?[aA]' ~ hex ~ '{2}:', '7[fF]' ~ hex ~ '{2}:', '64[4-7]' ~ hex ~ ':', '[aA]9[fF][eE]:', '[aA][cC]1' ~ hex ~ ':',
        '[cC]0[aA]8:', '[cC]61[23]:', '[cC]633:64', '[cC][bB]00:71', '[eEfF]' ~ hex ~ '{3}:',
    ] -%}
    {%- set ipv6 = [
        '(?:0*:)+:?[fF]{4}:(?:' ~ ipv4 ~ '|' ~ mapped | join('|') ~ ')',
        '0*64:[fF]{2}9[bB]:0*1:',
        '0?100:(?:0*:)+',
        '2001:(?:0?[01]' ~ hex ~ '{2}|0*' ~ hex ~ '{1,2}|):',
        '2001:0?[dD][bB]8:',
        '2002:',
        '3[fF][fF][fF]:0?' ~ hex ~ '{0,3}:',
        '[fF][cCdDfF]' ~ hex ~ '{0,2}:',
        '[fF][eE][89abAB]' ~ hex ~ '?:',
    ] -%}
    {%- set whole = '(?:0*:)+:?(?:0*1?|[fF]{4}:[cC]000:0*2?' ~ hex ~ '{1,2})(?:[^0-9a-fA-F:,][^,]*)?' -%}
    {{ return('[[]?(?:(?:' ~ ipv4 ~ '|' ~ ipv6 | join('|') ~ ')[^,]*|' ~ whole ~ ')') }}
{%- endmacro %}


{# An address without brackets, port and the prefix length that means one host. #}
{% macro lone_address(address) -%}
    {{ meta_conversions.replace_matches(
        meta_conversions.replace_matches(address, '^((?:[0:]*:ffff:)?[0-9.]+[.][0-9]+)(?:/32|:[0-9]{1,5})$', '\\1'),
        '^[[]?([0-9a-f:.]+)(?:/128|[]](?::[0-9]{1,5})?)$', '\\1'
    ) }}
{%- endmacro %}


{% macro ipv4_octet() %}{{ return("(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])") }}{% endmacro %}


{# How IPv4 addresses begin that are not global, or are of multicast. #}
{% macro reserved_ipv4() -%}
    {{ return([
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
    ]) }}
{%- endmacro %}


{# An IPv4 address that is global by every Python from 3.11 (`ipaddress`) and is no multicast address. #}
{% macro global_ipv4(address) -%}
    case
        when {{ meta_conversions.fits_wholly(address, '(?:' ~ meta_conversions.ipv4_octet() ~ '[.]){3}' ~ meta_conversions.ipv4_octet()) }}
            and not {{ meta_conversions.fits_partly(address, '^(?:' ~ meta_conversions.reserved_ipv4() | join('|') ~ ')') }}
            then {{ address }}
    end
{%- endmacro %}


{# An IPv6 address with the zeros that `::` stands for; null where it stands twice or for none. `address` is a column. #}
{% macro full_ipv6(address) -%}
    {%- set head = "split_part(" ~ address ~ ", '::', 1)" -%}
    {%- set tail = "split_part(" ~ address ~ ", '::', 2)" -%}
    {%- set missing = "8 - (" ~ meta_conversions.group_count(head) ~ ") - (" ~ meta_conversions.group_count(tail) ~ ")" -%}
    case
        when length({{ address }}) < 40 and {{ address }} like '%::%' and {{ address }} not like '%::%::%' and {{ address }} not like '%:::%' and {{ missing }} > 0
            then {{ meta_conversions.without_matches(head ~ " || ':' || repeat('0:', " ~ missing ~ ") || " ~ tail, '^:+|:+$') }}
        when {{ address }} not like '%::%' then {{ address }}
    end
{%- endmacro %}


{% macro group_count(part) -%}
    case when {{ part }} = '' then 0 else 1 + length({{ part }}) - length(replace({{ part }}, ':', '')) end
{%- endmacro %}


{# `::ffff:8.8.4.4` as `::ffff:808:404`. #}
{% macro with_hex_tail(address) -%}
    {%- set octets = [] -%}
    {%- for number in range(1, 5) -%}
        {%- do octets.append("cast(split_part(" ~ meta_conversions.first_match(address, '([0-9.]+)$') ~ ", '.', " ~ number ~ ") as integer)") -%}
    {%- endfor -%}
    case
        when {{ meta_conversions.fits_wholly(address, '[0-9a-f:]*:(?:' ~ meta_conversions.ipv4_octet() ~ '[.]){3}' ~ meta_conversions.ipv4_octet()) }}
            then {{ meta_conversions.first_match(address, '^([0-9a-f:]*:)') }}
                || {{ meta_conversions.hex_of(octets[0] ~ ' * 256 + ' ~ octets[1]) }} || ':' || {{ meta_conversions.hex_of(octets[2] ~ ' * 256 + ' ~ octets[3]) }}
        else {{ address }}
    end
{%- endmacro %}


{# A number below 65,536 in hex, lower case: DuckDB writes capitals. #}
{% macro hex_of(number) %}{{ adapter.dispatch('hex_of', 'meta_conversions')(number) }}{% endmacro %}

{% macro default__hex_of(number) %}lower(to_hex({{ number }})){% endmacro %}


{# The IPv4 address that an IPv6 address of the form ::ffff:a.b.c.d carries. #}
{% macro ipv4_inside(groups) -%}
    {%- set octets = [] -%}
    {%- for start in (31, 33, 36, 38) -%}
        {%- do octets.append("cast(" ~ meta_conversions.hex_byte("substr(" ~ groups ~ ", " ~ start ~ ", 2)") ~ " as varchar)") -%}
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


{#
    The compressed spelling of an IPv6 address that is global by every Python from 3.11 and no multicast address: `groups` are
    its eight, of four digits each, `short` the same without the zeros before each. Both are columns.
#}
{% macro global_ipv6(groups, short) -%}
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
    {%- set runs = [] -%}
    {%- for length in range(8, 1, -1) -%}
        {%- set run = '(?:^|:)0(?::0){' ~ (length - 1) ~ '}(?::|$)' -%}
        {%- do runs.append("when " ~ meta_conversions.fits_partly(short, run) ~ " then " ~ meta_conversions.replace_first_match(short, run, '::')) -%}
    {%- endfor -%}
    case
        when not {{ meta_conversions.fits_partly(groups, '^(?:' ~ reserved | join('|') ~ ')') }}
            then case {{ runs | join(' ') }} else {{ short }} end
    end
{%- endmacro %}
