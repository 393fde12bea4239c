"""A small OpenID provider for demonstrations: people are clicked, not authenticated.

It follows the specifications where a relying party can tell the difference, and refuses to be
reachable from another machine.
"""
