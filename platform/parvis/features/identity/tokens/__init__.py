"""What lets programs in: tokens of the API, their scopes, and members that are no person."""
