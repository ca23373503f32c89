"""Words the templates may use. Never: a query of another room's tables beyond its doors."""
