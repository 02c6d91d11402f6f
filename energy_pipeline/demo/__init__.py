"""A realistic, fictitious inbox: for the demo, the tests and the benchmark."""
