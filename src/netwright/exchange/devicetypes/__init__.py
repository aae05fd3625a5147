"""The community's device-type library: one YAML file a model of device or module, read and written.

Main path: ``layout`` -> ``source`` -> ``library``.
"""
