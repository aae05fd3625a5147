"""The designs that are shipped, and the Python that some of them have beside them."""
