"""Live: telling open pages that something changed (server-sent events, WHATWG HTML §9.2).

A signal carries no content: the page reads itself again, with the rights it has.
"""
