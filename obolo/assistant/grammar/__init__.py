"""Grammar: closed ways of saying an amount, a rhythm, yes or no, read by rules alone.

Owns the readings of numbers, currencies, rhythms and short answers in the languages we speak.
Doors: `money.find_money`, `money.read_money`, `answers.read_answer`, `rhythm.read_rhythm`.
Never guesses: what has two readings comes back as a question with a reason.
"""
