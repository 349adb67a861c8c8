"""Where the house is put together: the only room that knows every implementation."""
