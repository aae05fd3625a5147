"""Brings devices to their intended configuration: plan, waves, arm, check, confirm or revert.

Main path: ``plan`` -> ``waves`` -> ``rollout``.
"""
