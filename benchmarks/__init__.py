"""Projects to measure with, and what was measured."""
