"""SEPA direct debit: mandates, the files that collect, the calendar, and what came back.

Owns the rules of the Core scheme as plain data and pure functions, and the pain.008 export.
Never: the database, a pledge, the sending of the file: staff upload it at their bank.
"""
