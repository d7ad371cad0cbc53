"""Reads each line by the CloudEvents SDK for Python, and prints what it found as JSON."""

import json
import sys
from datetime import datetime

from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent


def plain(value):
    """Values that JSON has no type for, as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode()
    raise TypeError(type(value))


for line in sys.stdin.buffer:
    try:
        event = JSONFormat().read(CloudEvent, line)
        found = dict(event.get_attributes())
        data = event.get_data()
        if isinstance(data, bytes):
            found["data_base64"] = data
        elif data is not None:
            found["data"] = data
    except Exception as error:
        found = {"refused": f"{type(error).__name__}: {error}"}
    print(json.dumps(found, default=plain))
