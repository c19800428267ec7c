{#
    Rows of the seed api_versions: when Meta ends each version, and the words for it. Meta supports a version for at least two
    years and says its end only later; for insights it ends sooner, and who never read insights does not miss them.
#}
{% macro api_version_ends() -%}
    select
        api_version,
        api_version as subject,
        'The last sync used version ' || api_version || ' of Meta''s API, which is supported ' as words,
        case when available_until is null then 'at least ' else '' end as how_surely,
        coalesce(
            cast(available_until as timestamp),
            {{ meta_conversions.plus_hours('cast(introduced_on as timestamp)', 2 * 365 * 24) }}
        ) as ends_at
    from {{ ref('meta_conversions', 'api_versions') }}
    union all
    select
        versions.api_version,
        'insights of ' || versions.api_version as subject,
        'Insights are read with version ' || versions.api_version
        || ' of Meta''s API, which takes events for longer but is supported for insights ' as words,
        '' as how_surely,
        cast(versions.insights_until as timestamp) as ends_at
    from {{ ref('meta_conversions', 'api_versions') }} as versions
    cross join (
        select distinct figure from {{ source('meta_conversions_meta', 'meta_pulls') }} where figure = 'insights'
    ) as pulled
    where versions.insights_until is not null
{%- endmacro %}
