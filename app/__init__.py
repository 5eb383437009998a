"""The service: one core behind every door."""
