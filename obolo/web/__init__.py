"""Web: everything that speaks HTTP.

Owns: `hooks` (notices in), `live` (server-sent signals), `public` (donors' pages), `console`
(staff), `api` (programs). Asks, shows, or calls one door. Never: a rule, a table.
"""
