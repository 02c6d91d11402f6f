"""Fictitious SIRET numbers with right keys."""


def _with_key(body: str) -> str:
    """Return the digits with Luhn's key behind."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))]
    return f"{body}{-sum(number - 9 if number > 9 else number for number in doubled) % 10}"


def siret(serial: int) -> str:
    """Return a SIRET of the visible prefix 999: a SIREN with its key, an establishment, the key of the whole."""
    return _with_key(f"{_with_key(f'999{serial % 10**5:05d}')}{serial // 10**5 % 10**4:04d}")
