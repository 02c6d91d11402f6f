"""Civil days and instants: the time grid of a period, and the rules of the convention's calendar."""
