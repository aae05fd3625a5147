"""What pages show, read from the database in a few statements whatever the size of the fleet."""
