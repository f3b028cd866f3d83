"""Local stand-ins for the outside world, shared by the demo and the tests."""
