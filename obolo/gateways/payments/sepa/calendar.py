"""The days on which money moves in euro, and the last days to announce and to hand in.

Sources: the ECB's calendar of TARGET closing days; SEPA Core Rulebook (EPC016-06): pre-notification
14 calendar days before the due date unless agreed otherwise, hand-in at least one day on which the
banks work before it.
"""

from datetime import date, timedelta

ANNOUNCED_DAYS = 14
ANNOUNCED_DAYS_MIN = 1  # by agreement with the donor, written in the mandate
HANDED_IN_WORKING_DAYS = 1  # of the scheme; many banks want one or two more
REFUND_WEEKS = 8  # without any reason given
REFUND_MONTHS_UNAUTHORISED = 13


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm of 1876."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def is_working_day(day: date) -> bool:
    """Whether TARGET settles on that day."""
    sunday = easter(day.year)
    closed = {(1, 1), (5, 1), (12, 25), (12, 26)}
    around_easter = {sunday - timedelta(days=2), sunday + timedelta(days=1)}
    return day.weekday() < 5 and (day.month, day.day) not in closed and day not in around_easter


def working_day_from(day: date) -> date:
    """That day, or the next on which TARGET settles."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def working_days_before(day: date, count: int) -> date:
    """The day that many working days before."""
    while count:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day


def announce_by(due_on: date, agreed_days: int = ANNOUNCED_DAYS) -> date:
    """The last day on which the donor must have been told amount and day. Raises ValueError."""
    if agreed_days < ANNOUNCED_DAYS_MIN:
        raise ValueError("A debit is announced at least one day before.")
    return due_on - timedelta(days=agreed_days)


def hand_in_by(due_on: date, working_days: int = HANDED_IN_WORKING_DAYS) -> date:
    """The last day on which the bank must have the file."""
    return working_days_before(due_on, working_days)


def first_due_day(
    wanted: date, told_on: date, agreed_days: int = ANNOUNCED_DAYS, hand_in_days: int = 2
) -> date:
    """The first day money may be taken: not before it is wanted, announced and handed in."""
    announced = told_on + timedelta(days=max(agreed_days, ANNOUNCED_DAYS_MIN))
    due = working_day_from(max(wanted, announced))
    while hand_in_by(due, hand_in_days) < told_on:
        due = working_day_from(due + timedelta(days=1))
    return due
