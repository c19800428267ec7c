select
    {{ meta_conversions.conversion_columns(
        source_system="'ga4'",
        source_id='ga4_event_id',
        event_name='event_name',
        event_id='event_id',
        event_time='occurred_at',
        action_source="'website'",
        page_url='page_url',
        referrer_url='referrer_url',
        order_id='order_id',
        value='amount',
        currency='currency',
        ad_consent='ad_consent',
        identity_id="'ga4:' || user_id",
        session_id="'ga4:' || session_key",
        updated_at='occurred_at',
    ) }}
from {{ ref('stg_ga4__events') }}
