"""Tenants: what a firm keeps as files, and the public pages that say who it is."""
