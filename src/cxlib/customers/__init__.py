"""Who customers are: personas that exist, and the roles inside an account."""
