"""Mutation: each check of sign-in is taken away in turn, and a test must notice."""
