"""Encoded video as it travels: units, parameter sets, stamps, fragments. Nothing is decoded here."""
