"""gNMI (OpenConfig): reading, setting and streaming a device's state over gRPC.

Main path: ``client`` -> ``subscription`` -> ``notification``.
"""
