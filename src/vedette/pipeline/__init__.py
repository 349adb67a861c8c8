"""A thread a camera: frames through gate, network, decision and event, under supervision."""
