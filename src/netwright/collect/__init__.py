"""What devices report, held against what is wanted: facts, samples, findings, health.

Main path: ``discover`` -> ``observed`` -> ``audit`` -> ``health``.
"""
