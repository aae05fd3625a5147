"""Simulated devices with a command line, for tests and measurements: a real SSH server on loopback,
and nothing real behind it.

Main path: ``character`` (what one is and knows) -> ``line`` (its terminal) -> ``server`` (SSH, with faults);
``recording`` plays back what a session with a real device showed.
"""
