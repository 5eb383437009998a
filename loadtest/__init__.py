"""Load tests: users, a local Lambda with its concurrency limits, a simulator, and a verdict."""
