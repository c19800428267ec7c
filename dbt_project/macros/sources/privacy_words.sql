{#
    What people chose, of the words that consent tools and shops write, and booleans as spreadsheets of other languages write
    them: the one list. Case, blanks and dashes are off, also where words are joined (acceptAll). The
    var meta_conversions_consent_words adds words of your own. Consent to email marketing (subscribed, opted into news) is
    no consent to ads, so its words are not here.
#}
{% macro privacy_words() -%}
    yes: true t yes y 1 1.0 on ja oui si sí sim tak igen evet да так はい 是 wahr vrai verdadero vero verdadeiro prawda waar sant
        istina doğru истина;
    no: false f no n 0 0.0 off nein non nee nej nei não nao nie nem hayır hayir нет ні いいえ 否 falsch faux falso fałsz onwaar
        falskt falsk yanlış yanlis ложь;
    granted: granted grant given consent_given consented consent accepted accept accept_all accepted_all all_accepted consented_all consent_all
        allowed allow allow_all allowed_all agreed agree approved approve authorized authorised enabled opt_in opted_in optin
        optedin g111 g110 zugestimmt akzeptiert aceptado accettato accepté;
    denied: denied deny deny_all denied_all all_denied declined decline decline_all rejected reject reject_all rejected_all
        all_rejected refused refuse refuse_all revoked revoke withdrawn withdraw withheld disallowed disallow disagreed
        disagree disapproved disabled restricted unauthorized no_consent not_consented not_granted not_given not_accepted
        not_allowed objected opt_out opted_out optout optedout do_not_sell do_not_share necessary necessary_only
        only_necessary essential essential_only only_essential g100 g101 abgelehnt widerrufen rechazado rifiutato refusé;
    never_asked: null not_asked not_determined notdetermined no_interaction;
    limited: limited limit ldu ["ldu"] [ldu] {ldu} limited_data_use opt_out opted_out do_not_sell do_not_share;
    not_limited: not_limited unlimited [] {}
{%- endmacro %}


{# Whether a text is one of the words that mean this. #}
{% macro is_word_for(text, meaning) -%}
    {%- set plain = {'granted': 'yes', 'limited': 'yes', 'denied': 'no', 'not_limited': 'no'}.get(meaning) -%}
    {%- set words = [] -%}
    {%- for line in meta_conversions.privacy_words().split(';') if line.split(':')[0].strip() in [meaning, plain] -%}
        {%- for word in line.split(':')[1].split() -%} {%- do words.extend([word, word.replace('_', '')] if '_' in word else [word]) -%} {%- endfor -%}
    {%- endfor -%}
    {%- for word in var('meta_conversions_consent_words')[meaning] or [] -%}
        {%- do words.append(word | string | lower | trim | replace('-', '_') | replace(' ', '_')) -%}
    {%- endfor -%}
    replace(replace(lower({{ meta_conversions.bare(text) }}), '-', '_'), ' ', '_') in ('{{ words | map('replace', "'", "''") | join("', '") }}')
{%- endmacro %}


{#
    A consent as granted or denied, and null where nobody was asked. Any other word stays as it is, in lower case: it is no
    consent, and the row says so (unknown_consent).
#}
{% macro consent_word(text) -%}
    case
        when {{ meta_conversions.is_word_for(text, 'granted') }} then 'granted'
        when {{ meta_conversions.is_word_for(text, 'denied') }} then 'denied'
        when {{ meta_conversions.is_word_for(text, 'never_asked') }} then null
        else nullif(lower({{ meta_conversions.bare(text) }}), '')
    end
{%- endmacro %}


{#
    A choice of limited data use as limited or not_limited, null where none was given. Another word stays as it is, in lower
    case: it limits, as every word does that is not understood to lift the limit.
#}
{% macro limited_data_use_word(text) -%}
    case
        when {{ meta_conversions.is_word_for(text, 'limited') }} then 'limited'
        when {{ meta_conversions.is_word_for(text, 'not_limited') }} then 'not_limited'
        else nullif(lower({{ meta_conversions.bare(text) }}), '')
    end
{%- endmacro %}
