"""Compare what was computed, published and billed; write findings."""
