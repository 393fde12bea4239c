"""Who the members are to one another: real names, capacities, and who vouches for them."""
