"""Composition: settings to objects, durable jobs, users, secrets.

Main path: ``home`` -> ``context`` -> ``jobs``.
"""
