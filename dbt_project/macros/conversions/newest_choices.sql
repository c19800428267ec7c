{#
    What a person chose after the moment of a conversion, as far as the warehouse knows it, in int_conversions_linked: its
    `conversions`, their `sessions`, and int_customer_choices as `choices`.
#}


{# The consent that took back the conversion's own: denied, or unknown for a word that is not understood; else null. #}
{% macro newest_consent() -%}
    case
        when {{ meta_conversions.is_newest('choices.refused_at', 'choices.granted_at') }}
            then case when choices.denied_at = choices.refused_at then 'denied' else 'unknown' end
    end
{%- endmacro %}


{# limited, unknown for a word that is not understood and therefore limits, not_limited, or null where nobody chose. #}
{% macro newest_limited_data_use() -%}
    {%- set own = meta_conversions.limited_data_use_word('conversions.limited_data_use') -%}
    case
        when {{ own }} = 'limited' or sessions.limited_data_use = 'limited' or choices.limited_data_use = 'limited' then 'limited'
        when {{ meta_conversions.is_newest('choices.limited_at', 'choices.not_limited_at') }} then 'limited'
        when {{ own }} <> 'not_limited' or sessions.limited_data_use <> 'not_limited' or choices.limited_data_use <> 'not_limited'
            then 'unknown'
        else coalesce({{ own }}, sessions.limited_data_use, choices.limited_data_use)
    end
{%- endmacro %}


{# Whether a choice was made after the conversion's own, and was not taken back since. #}
{% macro is_newest(chosen_at, taken_back_at) -%}
    {{ chosen_at }} > coalesce(sessions.started_at, conversions.event_time)
    and coalesce({{ chosen_at }} >= {{ taken_back_at }}, true)
{%- endmacro %}
