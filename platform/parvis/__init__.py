"""Parvis: communities a firm hosts for people outside it."""
