"""Views from the tables, part by part: each part reads its rows for many devices at once.

The number of statements grows with the thousand devices, never with the device. Main path: ``interface`` ->
``session`` -> ``policy``; ``view`` puts them together.
"""
