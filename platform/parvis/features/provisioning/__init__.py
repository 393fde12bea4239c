"""Providers' directories keep members up to date: SCIM 2.0 (RFC 7643, 7644)."""
