"""Configurations as text: parse, compare, scrub. Knows no device and no database."""
