"""What changes in a meeting, by subject: schedule, asking, support, triage, answering."""
