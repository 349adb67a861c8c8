"""Pixels: planes, pictures and JPEG. OpenCV is called here and in the gate only."""
