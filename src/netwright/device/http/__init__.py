"""Devices' HTTP APIs: Arista's eAPI, Cisco's NX-API, Nokia's JSON-RPC of SR Linux.

Main path: ``web`` -> ``jsonrpc`` -> ``eapi``, ``nxapi``, ``srlinux``.
"""
