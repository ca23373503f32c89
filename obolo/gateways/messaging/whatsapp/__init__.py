"""WhatsApp Cloud API: signed notices in, plain facts out; plain bodies in, accepted messages out.

Owns: signature, reading of notices, shapes and limits of what is sent, HTTP client, error codes.
Doors: `signature`, `inbound.read_notice`, `reading.read_files`, `facts`, `requests`, `limits`,
`outbound`, `client`. Never: the database, Django, the question whether a message should be sent.
"""
