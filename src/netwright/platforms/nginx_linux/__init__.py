"""Content servers: Linux with nginx, for facts and samples. Their configuration is not rendered yet."""
