"""Finding devices nobody told of, and knowing them again.

Main path: ``survey`` (knock on addresses, ask who answers) -> ``identity`` (is it one that we know?) ->
``known`` (one record a device, whatever its address and name become).
"""
