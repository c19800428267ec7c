{#
    Meta's code of a US state whose people get limited data use (docs/meta-api.md §2.3), null for any other. `code` is the
    one that state_names has for the us_state_key. What was given and is no state that we know may be any of them: 0, for
    which Meta looks up itself where the person is.
#}
{% macro limited_data_use_state(us_state, code) -%}
    {%- if var('meta_conversions_limited_data_use_states') -%}
    case
        {%- for pair in meta_conversions.limited_data_use_codes().split(',') if pair %}
        {%- set state, number = pair.split() %}
        when {{ code }} = '{{ state }}' then {{ number }}
        {%- endfor %}
        when {{ meta_conversions.is_unknown_state(us_state, code) }} then 0
    end
    {%- else -%} cast(null as integer)
    {%- endif -%}
{%- endmacro %}


{# Meta's numbers of the states that the var meta_conversions_limited_data_use_states names, by their codes in lower case: ca 1000,co 1001. #}
{% macro limited_data_use_codes() -%}
    {%- set codes = {
        'ca': 1000, 'co': 1001, 'ct': 1002, 'fl': 1003, 'or': 1004, 'tx': 1005, 'mt': 1006,
        'de': 1007, 'ne': 1008, 'nh': 1009, 'nj': 1010, 'mn': 1011, 'md': 1012, 'ri': 1013,
    } -%}
    {%- set named = var('meta_conversions_limited_data_use_states') | map('lower') | list -%}
    {%- for state in named if state not in codes -%}
        {%- do exceptions.raise_compiler_error(
            "meta_conversions_limited_data_use_states names " ~ state | upper ~ ", for which Meta has no limited data use; it has it for "
            ~ codes | join(", ") | upper ~ "."
        ) -%}
    {%- endfor -%}
    {%- set pairs = [] -%}
    {%- for state, number in codes.items() if state in named -%} {%- do pairs.append(state ~ ' ' ~ number) -%} {%- endfor -%}
    {{- pairs | join(',') -}}
{%- endmacro %}


{#
    The same for the state of an address, of the row of int_known_identities that `person` names: hashed there, like the
    hashes of the states, perhaps with the suffix of Meta's Parameter Builder. Without a country the state's name is an
    American one, for only those become codes. A state that was given and not understood may be any of them: 0. `person` has
    the column of with_state_dropped.
#}
{% macro limited_data_use_of_address(person) -%}
    {%- if var('meta_conversions_limited_data_use_states') -%}
    case
        when left({{ person }}.country, 64) <> {{ meta_conversions.sha256_hex("'us'") }} then null
        {%- for pair in meta_conversions.limited_data_use_codes().split(',') if pair %}
        {%- set state, number = pair.split() %}
        when left({{ person }}.st, 64) = {{ meta_conversions.sha256_hex("'" ~ state ~ "'") }} then {{ number }}
        {%- endfor %}
        when {{ person }}.st is null and ',' || {{ person }}.dropped || ',' like '%,state_invalid,%' then 0
        when {{ person }}.state_dropped is not null then 0
    end
    {%- else -%} cast(null as integer)
    {%- endif -%}
{%- endmacro %}


{#
    The identities with the column `state_dropped`: us_state_invalid for an address whose state state_names does not know, and
    that has no country to tell whose state it is; null for any other.
#}
{% macro with_state_dropped(identities, state_names) -%}
    (
        select
            identities.*,
            case
                when identities.country is null and identities.st is not null and known_states.state_hash is null
                    {{ 'and false' if var('meta_conversions_default_country', none) }}
                    then 'us_state_invalid'
            end as state_dropped
        from {{ identities }} as identities
        left join (select distinct {{ meta_conversions.sha256_hex('code') }} as state_hash from {{ state_names }}) as known_states
            on left(identities.st, 64) = known_states.state_hash
    ) as placed_identities
{%- endmacro %}


{#
    The number that goes out with limited data use, in int_conversions_identified; null for no limit. A choice is told before
    a place, and of the places one that is understood before one that is not.
#}
{% macro state_of_limited_data_use() -%}
    {%- set places = [
        meta_conversions.limited_data_use_state('linked.us_state', 'linked.us_state_code'),
        'sessions.limited_data_use_state',
        meta_conversions.limited_data_use_of_address('own'),
        meta_conversions.limited_data_use_of_address('customer'),
    ] -%}
    case
        when linked.limited_data_use = 'not_limited' then null
        else coalesce(
            {%- for place in places %}
            nullif({{ place }}, 0),
            {%- endfor %}
            {%- for place in places %}
            {{ place }},
            {%- endfor %}
            case when linked.limited_data_use is not null then 0 end
        )
    end
{%- endmacro %}


{#
    How state_names spells a US state, of the ways in which people write it: CA, ca., California, US-CA, california, usa,
    State of California, California (CA).
#}
{% macro us_state_key(us_state) -%}
    {%- set country = '(?:u[.]?s[.]?a?[.]?|united states(?: of america)?)' -%}
    {%- set around = '^' ~ country ~ '[ ,/_:-]+|[ ,/_-]+[(]?' ~ country ~ '[)]?$' -%}
    {%- set inside = '^(?:the )?state of | *[(][a-z][a-z][)]$' -%}
    {%- set state = meta_conversions.without_matches(meta_conversions.without_matches('lower(' ~ meta_conversions.bare(us_state) ~ ')', around), inside) -%}
    {{ meta_conversions.place_key(state) }}
{%- endmacro %}


{% macro is_unknown_state(us_state, code) %}(nullif({{ meta_conversions.bare(us_state) }}, '') is not null and {{ code }} is null){% endmacro %}


{% macro us_state_dropped(us_state, code) %}case when {{ meta_conversions.is_unknown_state(us_state, code) }} then 'us_state_invalid' end{% endmacro %}
