"""Vedette: a camera and a small computer become a sentry that its owner teaches."""

__version__ = "0.1.0"
