"""What devices really run, kept in git: snapshot, log, diff, restore.

Main path: ``snapshot`` -> ``archive``.
"""
