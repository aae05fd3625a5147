"""Netwright: designs, builds and operates the network under a content delivery network."""

__version__ = "0.1.0"
