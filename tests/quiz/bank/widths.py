"""Derive functions of sample.yaml: right ones, and one of each way to go wrong."""

import os
import time
from fractions import Fraction

print("chatter on import must not reach the answers")


def two_bytes() -> str:
    os.write(1, b"chatter from C\n")
    return "a"


def bytes_of(parameters: int, bits: int) -> float:
    print("chatter")
    return parameters * bits / 8


def raises() -> float:
    raise ZeroDivisionError("nothing\nto divide by")


def returns_no_number() -> Fraction:
    return Fraction(1, 3)


def returns_nan() -> float:
    return float("nan")


def returns_too_much() -> int:
    return 10**400


def leaves() -> float:
    raise SystemExit(0)


def dies() -> float:
    os.write(2, b"out of memory\n")
    os._exit(3)


def hangs() -> float:
    time.sleep(60)
    return 0.0
