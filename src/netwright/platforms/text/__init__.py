"""Answers in text that several platforms write alike: BGP neighbours, tables by TextFSM templates."""
