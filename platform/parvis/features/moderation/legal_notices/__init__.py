"""What anybody may say is illegal here (DSA art. 16): filed, acknowledged, decided, both told."""
