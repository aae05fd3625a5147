"""What a server or appliance tells over Redfish, in neutral facts.

Main path: ``probe`` -> ``hardware``, ``readings``.
"""
