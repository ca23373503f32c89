"""Papers: receipts and yearly statements as PDF, in the donor's language.

Owns: their drawing, their words, the law's sentences. Pure: the same facts make the same bytes,
today and in ten years. Never: the clock, the database, a fact of its own.
"""
