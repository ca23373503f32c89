"""Hooks: where outsiders deliver notices. A thin ASGI app beside Django.

It checks the signature on the raw bytes, stores them, commits, answers 200 — nothing else.
"""
