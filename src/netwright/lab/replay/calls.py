"""The calls of gNMI with their messages, and these as texts."""

from __future__ import annotations

from typing import Any

from google.protobuf import text_format
from google.protobuf.message import Message

from netwright.device.gnmi.proto import gnmi_pb2

CALLS: dict[str, tuple[Any, Any]] = {
    "Capabilities": (gnmi_pb2.CapabilityRequest, gnmi_pb2.CapabilityResponse),
    "Get": (gnmi_pb2.GetRequest, gnmi_pb2.GetResponse),
    "Set": (gnmi_pb2.SetRequest, gnmi_pb2.SetResponse),
    "Subscribe": (gnmi_pb2.SubscribeRequest, gnmi_pb2.SubscribeResponse),
}
"""Name -> request and answer."""


def message_text(message: Message) -> str:
    """Protobuf's own form in text."""
    return text_format.MessageToString(message)


def message_of(kind: Any, text: str) -> Any:
    return text_format.Parse(text, kind())
