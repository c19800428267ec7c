{#
    The device of an app event as Meta takes it (docs/meta-api.md §6.3): app_data with extinfo, sixteen texts in a
    fixed order. `version` is a2 (Android) or i2 (iOS) and `os_version` must be known, or there is no app_data and
    the event is refused before it is sent. The two flags are booleans; application_tracking may be left out. Any
    other argument is SQL of one part, or of vendor_id or install_referrer.
#}
{% macro app_data(version, os_version, advertiser_tracking, application_tracking='null') -%}
    {%- set parts = [
        'version', 'package', 'short_version', 'long_version', 'os_version', 'model', 'locale', 'timezone_short', 'carrier',
        'width', 'height', 'density', 'cores', 'storage_gb', 'free_gb', 'timezone'
    ] -%}
    {%- set given = {'version': version, 'os_version': os_version} -%}
    {%- do given.update(kwargs) -%}
    {%- set others = ['vendor_id', 'install_referrer'] -%}
    {%- for name in given if name not in parts + others -%}
        {%- do exceptions.raise_compiler_error("app_data knows no part " ~ name ~ "; it knows " ~ (parts + others) | join(', ')) -%}
    {%- endfor -%}
    {%- set texts = [] -%}
    {%- for part in parts -%}
        {%- do texts.append(meta_conversions.json_string("coalesce(cast(" ~ given.get(part, 'null') ~ " as varchar), '')")) -%}
    {%- endfor -%}
    case when {{ version }} in ('a2', 'i2') and trim({{ os_version }}) <> '' and {{ advertiser_tracking }} is not null then {{ meta_conversions.json_object([
        ('advertiser_tracking_enabled', "case when " ~ advertiser_tracking ~ " then '1' else '0' end"),
        ('application_tracking_enabled', "case when " ~ application_tracking ~ " then '1' when not " ~ application_tracking ~ " then '0' end"),
        ('extinfo', "'[' || " ~ texts | join(" || ',' || ") ~ " || ']'"),
        ('vendor_id', meta_conversions.json_string("nullif(trim(" ~ given.get('vendor_id', 'cast(null as varchar)') ~ "), '')")),
        ('install_referrer', meta_conversions.json_string("nullif(trim(" ~ given.get('install_referrer', 'cast(null as varchar)') ~ "), '')")),
    ]) }} end
{%- endmacro %}


{# Whether a device or a person allows to be tracked, of a word: what was given and is no yes is a no, null stays null. #}
{% macro is_tracking_allowed(text) -%}
    case
        when {{ meta_conversions.is_word_for(text, 'granted') }} then true
        when nullif({{ meta_conversions.bare(text) }}, '') is not null then false
    end
{%- endmacro %}
