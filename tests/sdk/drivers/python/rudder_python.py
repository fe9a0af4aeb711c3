"""The fixed calls through rudder-sdk-python; gzip is its default."""

from calls import KEY, URL, send_calls
from rudderstack.analytics.client import Client

send_calls("rudder-python", lambda on_error: Client(KEY, host=URL, max_retries=2, upload_interval=0.2, on_error=on_error))
