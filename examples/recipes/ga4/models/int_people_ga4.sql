select
    {{ meta_conversions.person_columns(
        identity_id="'ga4:' || user_id",
        external_id='user_id',
    ) }}
from {{ ref('stg_ga4__events') }}
where user_id is not null
group by user_id
