"""What both ends must agree on: pure, no I/O, no Qt, no Flask, no SQL."""
