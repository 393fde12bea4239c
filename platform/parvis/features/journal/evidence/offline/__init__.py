"""The program that verifies proof files and receipts on a machine without Parvis."""
