"""What entries of the journal say, one module an area: `sentences` joins them."""
