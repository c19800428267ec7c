select
    {{ meta_conversions.person_columns(
        identity_id="'shopify:' || order_id",
        email='email',
        phone='phone',
        first_name='first_name',
        last_name='last_name',
        city='city',
        state='state',
        postal_code='postal_code',
        country='country',
        external_id='customer_id',
    ) }}
from {{ ref('stg_shopify__orders') }}
