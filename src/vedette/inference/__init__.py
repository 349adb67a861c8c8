"""Networks: runtimes behind one protocol, and what is made of their outputs."""
