"""Who people are: sign-in at the firm's providers, members, names, groups, sessions."""
