"""Arista EOS: ``shows`` says what is asked; the other modules read the answers, which are JSON.

The same objects come from ``COMMAND | json`` on the command line and from eAPI.
"""
