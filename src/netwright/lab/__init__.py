"""Real routers in network namespaces, and simulated fleets on loopback."""
