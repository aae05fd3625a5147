"""Content servers: Linux with nginx. Read, backed up and rendered; what is rendered is not applied yet."""
