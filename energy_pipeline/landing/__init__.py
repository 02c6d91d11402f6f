"""Deliveries: walk the inbox, tell what each file is and whose, register it, refuse it with a reason."""
