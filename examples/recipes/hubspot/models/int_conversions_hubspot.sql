select
    {{ meta_conversions.conversion_columns(
        source_system="'hubspot'",
        source_id='stage_id',
        event_name='stage',
        event_id="'hubspot:' || stage_id",
        event_time='entered_at',
        earliest_event_time='case when lead_id is not null then created_at end',
        action_source="'system_generated'",
        value='amount',
        currency='currency',
        lead_event_source="'HubSpot'",
        lead_id=meta_conversions.normalize_lead_id('lead_id'),
        fbclid='fbclid',
        fbclid_seen_at='created_at',
        ad_consent='ad_consent',
        identity_id="'hubspot:' || contact_id",
        updated_at='entered_at',
    ) }}
from {{ ref('stg_hubspot__stages') }}
