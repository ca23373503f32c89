"""Assistant: understands what a person wrote, decides what to propose, composes the words.

Owns the grammar of amounts and answers, the lexicon of intents, the text catalogue, and the
proposals it made with their reasons. Doors: `understand.understand`, `decide`, `compose`,
`texts.render`, `mask.mask_cards`; for rows `actions` and `queries`.
Never sends and never moves money: it proposes, a story disposes.
"""
