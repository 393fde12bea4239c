"""Catches every mail of the demonstration and shows it on a page; nothing leaves the machine."""
