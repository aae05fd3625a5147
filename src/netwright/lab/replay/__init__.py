"""Sessions with devices as files: recorded with their secrets taken out, and played back over real protocols.

Main path: ``recorder`` (writes what was said; ``scrubbing`` takes secrets out, ``form`` is how it looks in a
file) -> ``recording`` (reads a folder) -> ``replay`` (a simulated device that answers from it).
"""
