"""FRR on Linux: facts over SSH and SNMP, configuration with a way back that lives on the router.

Main path: ``commands`` (what is sent) -> ``driver`` (changes) and ``facts`` (questions).
"""
