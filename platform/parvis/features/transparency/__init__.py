"""What the tenant reports of its moderation: counted from decisions, published, exported."""
