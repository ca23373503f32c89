"""Obolo."""
