"""The desk: gifts in cash and by cheque, written down by whoever received them.

Owns: what was handed over, to whom, when; the limit the law sets to cash. Doors: `actions`,
`queries`. Never: a gift in cash that looks like another kind.
"""
