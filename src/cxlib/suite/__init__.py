"""The suite: what a notebook holds in its hand, and what runs, checks and publishes the notebooks."""
