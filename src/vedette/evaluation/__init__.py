"""How good an answer is: pure functions of arrays."""
