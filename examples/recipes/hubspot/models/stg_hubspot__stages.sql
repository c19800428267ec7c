{#- The stages of the funnel that Meta shall learn from, from the raw lead on. -#}
{%- set stages = ['lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer'] -%}

with contacts as (

    select * from {{ source('hubspot', 'contact') }}
    where not coalesce(_fivetran_deleted, false)

),

-- A contact that enters a stage again has not converted again.
lifecycle as (

    select
        contact_id,
        value as stage,
        min(timestamp) as entered_at,
        cast(null as varchar) as amount,
        cast(null as varchar) as currency,
        cast(null as varchar) as deal_id
    from {{ source('hubspot', 'contact_property_history') }}
    where name = 'lifecyclestage' and value in ('{{ stages | join("', '") }}')
    group by contact_id, value

),

-- A deal counts for one contact of it, or its money would count for each.
won_deals as (

    select
        min(deal_contact.contact_id) as contact_id,
        'DealWon' as stage,
        min(deal_stage.date_entered) as entered_at,
        max(cast(deal.property_amount as varchar)) as amount,
        max(deal.property_deal_currency_code) as currency,
        cast(deal.deal_id as varchar) as deal_id
    from {{ source('hubspot', 'deal') }} as deal
    inner join {{ source('hubspot', 'deal_contact') }} as deal_contact on deal.deal_id = deal_contact.deal_id
    inner join {{ source('hubspot', 'deal_stage') }} as deal_stage on deal.deal_id = deal_stage.deal_id
    inner join {{ source('hubspot', 'deal_pipeline_stage') }} as deal_pipeline_stage
        on deal_stage.value = deal_pipeline_stage.stage_id
    where deal_pipeline_stage.closed_won and not coalesce(deal.is_deleted, false)
    group by deal.deal_id

),

entered as (

    select * from lifecycle
    union all
    select * from won_deals

),

renamed as (

    select
        cast(entered.contact_id as varchar) as contact_id,
        cast(entered.contact_id as varchar) || ':' || coalesce(entered.deal_id, entered.stage) as stage_id,
        entered.stage,
        entered.entered_at,
        contacts.property_createdate as created_at,
        entered.amount,
        upper(entered.currency) as currency,
        -- a property of your own, which the lead ads' sync fills with Meta's lead id
        contacts.property_meta_lead_id as lead_id,
        -- another, which your forms fill: what the person said of ads, not of emails
        contacts.property_ad_consent as ad_consent,
        -- HubSpot's own: the fbclid of the page where the form was sent
        contacts.property_hs_facebook_click_id as fbclid,
        contacts.property_email as email,
        contacts.property_phone as phone,
        contacts.property_firstname as first_name,
        contacts.property_lastname as last_name,
        contacts.property_city as city,
        contacts.property_state as state,
        contacts.property_zip as postal_code,
        contacts.property_country as country
    from entered
    inner join contacts on entered.contact_id = contacts.id

)

select * from renamed
