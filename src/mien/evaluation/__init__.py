"""Evaluation: protocols, metrics, calibration, reports."""
