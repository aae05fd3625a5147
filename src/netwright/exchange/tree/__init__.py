"""The whole network as a folder of YAML files, one a device, signed with its revision; and back.

Main path: ``render`` -> ``export`` -> ``source``.
"""
