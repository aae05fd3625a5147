"""The content network: catalogue, placement, fill, steering.

Main path: ``catalog`` -> ``placement`` -> ``fill`` -> ``steering``.
"""
