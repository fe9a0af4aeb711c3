"""The fixed calls through segment-analytics-python, plain and with gzip."""

from calls import KEY, URL, send_calls
from segment.analytics.client import Client

for name, is_gzip in (("segment-python", False), ("segment-python-gzip", True)):
    send_calls(name, lambda on_error, is_gzip=is_gzip: Client(KEY, host=URL, gzip=is_gzip, max_retries=2, upload_interval=0.2,
                                                              on_error=on_error))
