"""A client of the API for Python programs, with and without asyncio. It needs httpx and no server code.

::

    from netwright.client import Client

    with Client("http://127.0.0.1:8080", token="nwt_...") as client:
        for device in client.objects("device", filters={"site.region": "eu"}, sort="name"):
            print(device["key"])
        client.create("site", {"name": "ams", "region": "eu", ...})

Main path: ``exchange`` (what is said) -> ``client`` (how it is sent); ``observing`` says what is asked of
findings, found devices and reports.
"""

from netwright.client import observing
from netwright.client.client import AsyncClient, Client
from netwright.client.exchange import Document, Page, Written
from netwright.client.problem import ApiProblem, Conflict, Forbidden, Invalid, NotFound, Stale, Unreachable

__all__ = [
    "ApiProblem",
    "AsyncClient",
    "Client",
    "Conflict",
    "Document",
    "Forbidden",
    "Invalid",
    "NotFound",
    "Page",
    "Stale",
    "Unreachable",
    "Written",
    "observing",
]
