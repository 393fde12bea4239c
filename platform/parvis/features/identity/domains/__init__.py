"""E-mail domains: whose they are, and the connection they lead to."""
