"""In and out: other people's formats as drafts of wanted objects, and ours as files for others.

Main path: ``formats`` -> ``devicetypes`` -> ``intent.importer``. Each format is a ``Source`` of drafts; the
one import does the rest.
"""
