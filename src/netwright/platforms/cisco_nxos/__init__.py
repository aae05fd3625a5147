"""Cisco NX-OS: ``shows`` says what is asked. JSON where it is told (``| json`` or NX-API), which the other
modules read; text is read by ``platforms.text`` where old releases know nothing else."""
