"""Faces that move: frames of a video or camera, tracks, smoothed readings, timelines, short movements."""
