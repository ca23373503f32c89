"""Console: the pages of the staff, behind a login.

Owns: login and logout, the inbox, a conversation beside its person, causes and their purchases,
what was set aside. Doors: `urls`, and `staff.organisation_of` for the live streams.
Never: a rule about money, consent or sending; it asks, shows, and opens one door of a lower room.
"""
